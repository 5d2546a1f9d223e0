"""Finding a model: the packaged one checked, folders, names that are not there, and no slow import on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.embeddings.choose import open_embedder
from app.embeddings.onnx_export import EXPORT_VERSION, Check, can_export, exported
from app.embeddings.weights import find_model
from app.errors import ModelError
from app.settings import PACKAGED_MODEL, Settings


def configured(tmp_path: Path, model: str = PACKAGED_MODEL) -> Settings:
    return Settings(embedding_model=model, cache_folder=tmp_path / "cache")


def test_the_packaged_model_is_found_checked_and_described(tmp_path: Path) -> None:
    model = find_model(configured(tmp_path))
    assert (model.pooling, model.max_tokens, model.dimensions) == ("mean", 256, 384)
    assert model.recipe.startswith(model.fingerprint)
    assert can_export(model) is None


def test_a_folder_with_the_same_files_has_the_same_recipe(tmp_path: Path) -> None:
    packaged = find_model(configured(tmp_path))
    assert find_model(configured(tmp_path, str(packaged.path))).recipe == packaged.recipe


def test_the_check_is_remembered_and_an_altered_model_is_refused(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    find_model(settings)
    memory = settings.cache_folder / "models" / "checked.json"
    known = json.loads(memory.read_text(encoding="utf-8"))
    assert len(known) == 2
    for entry in known.values():
        entry["sha256"] = "0" * 64
    memory.write_text(json.dumps(known), encoding="utf-8")
    with pytest.raises(ModelError, match="Reinstall"):
        find_model(settings)
    memory.write_text("not json", encoding="utf-8")
    find_model(settings)


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    assert find_model(configured(tmp_path)).dimensions == 384


@pytest.mark.parametrize("name", ["no-such-model-here", "nobody/no-such-model-here", "../x", "a b c", "\\"])
def test_a_name_that_is_not_on_this_machine_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    embedder = open_embedder(configured(tmp_path, name))
    for use in (lambda: embedder.recipe, lambda: embedder.encode(["x"]), lambda: embedder.encode_query("x")):
        with pytest.raises(ModelError, match="HALLWAY_EMBEDDING_MODEL"):
            use()


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="no sentence-transformers model"):
        find_model(configured(tmp_path, str(tmp_path / "empty")))


def test_a_folder_with_broken_files_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"\0")
    (folder / "modules.json").write_text('{"not": "a list"}', encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be understood"):
        find_model(configured(tmp_path, str(folder)))


def test_models_of_other_kinds_are_not_exported(tmp_path: Path) -> None:
    model = find_model(configured(tmp_path))
    assert "only BERT" in str(can_export(replace(model, architecture={"model_type": "mpnet"})))
    assert "cls_token" in str(can_export(replace(model, pooling="Transformer-Pooling-cls_token")))
    assert "tokenizer" in str(can_export(replace(model, path=tmp_path)))


def test_a_half_written_export_does_not_count(tmp_path: Path) -> None:
    assert exported(tmp_path) is None
    (tmp_path / "model.onnx").write_bytes(b"12345")
    assert exported(tmp_path) is None
    check = Check(version=EXPORT_VERSION, size=5, sha256="", min_cosine=1.0, probes=1, seconds=0.0)
    (tmp_path / "check.json").write_text(json.dumps(vars(check)), encoding="utf-8")
    assert exported(tmp_path) == (tmp_path / "model.onnx", check)
    (tmp_path / "model.onnx").write_bytes(b"123")
    assert exported(tmp_path) is None


def test_search_and_embedder_import_nothing_slow(tmp_path: Path) -> None:
    code = (
        "import sys; from app.settings import Settings; import app.search.engine; "
        "from app.embeddings.choose import open_embedder; "
        f"open_embedder(Settings(cache_folder={str(tmp_path)!r})).recipe; "
        "slow = ('torch', 'onnxruntime', 'openvino', 'onnx', "
        "'transformers', 'sentence_transformers', 'huggingface_hub'); "
        "print([module for module in slow if module in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
