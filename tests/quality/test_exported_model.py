"""The exported model against its reference: exported from nothing by two at once, as exact, without torch to serve."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from app.embeddings.choose import ChosenEmbedder
from app.embeddings.eight_bits import scaled
from app.embeddings.onnx_export import LEAST_COSINE, LEAST_OF_QUERIES, agreement, exported, wanted_vectors
from app.embeddings.onnx_runtime import OnnxEmbedder
from app.embeddings.probes import PROBES
from app.embeddings.reference import SentenceTransformerEmbedder
from app.embeddings.runtimes import FEW, Agreement, keep_agreement, known_agreement, run_in_bf16
from app.embeddings.weights import find_model
from app.settings import Settings
from tests.quality.agreeing import found_to_agree

MAY_BE_THERE = {
    *("check.json", "lock", "model.onnx", "probes.npy", "bf16.json", "openvino", "queries.xml", "queries.bin"),
    *("8-bit.json", "queries.onnx"),
}

pytestmark = pytest.mark.quality


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose cache holds an export that two embedders asked for at the same moment."""
    made = Settings(cache_folder=tmp_path_factory.mktemp("cache"))
    threads = [threading.Thread(target=ChosenEmbedder(made).warm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made


def test_it_is_exported_once_and_agrees_with_the_reference(settings: Settings) -> None:
    model = find_model(settings)
    folder = settings.cache_folder / "models" / model.fingerprint
    files = {file.name for file in folder.iterdir()}
    assert {"check.json", "lock", "model.onnx", "probes.npy"} <= files <= MAY_BE_THERE
    done = exported(folder)
    assert done is not None
    file, check = done
    assert check.min_cosine >= LEAST_COSINE
    wanted = SentenceTransformerEmbedder(model).encode(PROBES)
    serving = OnnxEmbedder(model, file, threads=2)
    progress: list[int] = []
    found = serving.encode(PROBES, progress.append)
    assert sum(progress) == len(PROBES)
    assert found.shape == (len(PROBES), 384)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert float(np.einsum("nd,nd->n", wanted, found).min()) >= LEAST_COSINE
    for text, vector in zip(PROBES, found, strict=True):
        assert float(serving.encode_query(text) @ vector) >= LEAST_COSINE
    assert serving.encode([]).shape == (0, 384)


def test_the_exported_model_serves_and_both_share_a_recipe(settings: Settings) -> None:
    embedder = ChosenEmbedder(settings)
    assert isinstance(embedder.serving(), OnnxEmbedder)
    assert embedder.reason is None
    assert embedder.recipe == SentenceTransformerEmbedder(find_model(settings)).recipe


def test_a_query_needs_no_torch(settings: Settings) -> None:
    code = (
        "import sys; from app.settings import Settings; from app.embeddings.choose import open_embedder; "
        f"e = open_embedder(Settings(cache_folder={str(settings.cache_folder)!r})); e.encode_query('kafka'); "
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'onnx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_export_that_disagrees_is_not_used_and_says_why(settings: Settings, tmp_path: Path) -> None:
    model = find_model(settings)
    folder = tmp_path / "models" / model.fingerprint
    folder.mkdir(parents=True)
    source = settings.cache_folder / "models" / model.fingerprint
    (folder / "model.onnx").hardlink_to(source / "model.onnx")
    check = json.loads((source / "check.json").read_text(encoding="utf-8"))
    (folder / "check.json").write_text(json.dumps({**check, "min_cosine": 0.98765}), encoding="utf-8")
    embedder = ChosenEmbedder(settings.model_copy(update={"cache_folder": tmp_path}))
    assert isinstance(embedder.serving(), SentenceTransformerEmbedder)
    assert "0.98765" in str(embedder.reason)


def test_bf16_serves_where_the_processor_has_it_and_agrees_with_the_reference(settings: Settings) -> None:
    folder = settings.cache_folder / "models" / find_model(settings).fingerprint
    if run_in_bf16(folder / "model.onnx", 2) is None:
        pytest.skip("this processor does not compute in bf16")
    serving = ChosenEmbedder(settings).serving()
    assert isinstance(serving, OnnxEmbedder)
    assert serving.precision == "bf16"
    found = agreement(wanted_vectors(folder), serving)
    assert LEAST_COSINE <= found.passages <= 1.00001
    assert LEAST_OF_QUERIES <= found.queries < LEAST_COSINE, "queries are not in 8 bits"
    assert known_agreement(folder, "bf16") == found
    assert sys.modules.get("openvino_telemetry") is None, "OpenVINO's tools would report their use"


def test_bf16_is_left_alone_where_the_settings_or_the_probes_say_so(settings: Settings) -> None:
    exact = ChosenEmbedder(settings.model_copy(update={"encoder_precision": "fp32"})).serving()
    assert isinstance(exact, OnnxEmbedder)
    assert exact.precision == "fp32"
    folder = settings.cache_folder / "models" / find_model(settings).fingerprint
    with found_to_agree(folder, "bf16", Agreement(passages=0.998, queries=1.0)):
        doubtful = ChosenEmbedder(settings).serving()
        assert isinstance(doubtful, OnnxEmbedder)
        assert doubtful.precision == "fp32"


def test_queries_are_in_bf16_where_8_bits_turn_them_too_far(settings: Settings) -> None:
    folder = settings.cache_folder / "models" / find_model(settings).fingerprint
    if run_in_bf16(folder / "model.onnx", 2) is None:
        pytest.skip("this processor does not compute in bf16")
    with found_to_agree(folder, "bf16", Agreement(passages=1.0, queries=0.98)):
        careful = ChosenEmbedder(settings).serving()
        assert isinstance(careful, OnnxEmbedder)
        assert careful.precision == "bf16"
        assert min(agreement(wanted_vectors(folder), careful)) >= LEAST_COSINE


def test_a_query_has_one_vector_however_far_it_is_filled_up(settings: Settings) -> None:
    """Each graph of its own length says the same of a text, so it does not matter which one a text goes to."""
    folder = settings.cache_folder / "models" / find_model(settings).fingerprint
    run = run_in_bf16(folder / "model.onnx", 1)
    if run is None:
        pytest.skip("this processor does not compute in bf16")
    ids = np.array([[101, 2129, 2079, 2500, 102]])
    found = []
    for length in FEW:
        filled = np.zeros((2, 1, length), dtype=np.int64)
        filled[0, :, : ids.shape[1]], filled[1, :, : ids.shape[1]] = ids, 1
        found.append(run(filled[0], filled[1]))
    assert all((one == found[0]).all() for one in found)


def test_bytes_and_scales_are_the_matrix_to_half_a_step() -> None:
    rows = np.random.default_rng(1).standard_normal((40, 64)).astype(np.float32)
    rows[3] = 0
    scales, numbers = scaled(rows)
    assert numbers.dtype == np.int8
    assert (np.abs(scales * numbers - rows) <= scales / 2 + 1e-7).all()
    assert np.abs(numbers).max() == 127


def test_a_graph_for_queries_is_made_anew_after_its_model(settings: Settings, tmp_path: Path) -> None:
    folder = settings.cache_folder / "models" / find_model(settings).fingerprint
    (tmp_path / "model.onnx").symlink_to(folder / "model.onnx")
    if run_in_bf16(tmp_path / "model.onnx", 1) is None:
        pytest.skip("this processor does not compute in bf16")
    made = (tmp_path / "queries.xml").stat().st_mtime_ns
    run_in_bf16(tmp_path / "model.onnx", 1)
    assert (tmp_path / "queries.xml").stat().st_mtime_ns == made
    os.utime(tmp_path / "queries.xml", ns=(0, 0))
    (tmp_path / "queries-1.bin").write_bytes(b"of a process that was killed")
    run_in_bf16(tmp_path / "model.onnx", 1)
    assert (tmp_path / "queries.xml").stat().st_mtime_ns > made
    assert not list(tmp_path.glob("queries-*"))


def test_what_another_processor_was_found_to_do_says_nothing_of_this_one(tmp_path: Path) -> None:
    (tmp_path / "bf16.json").write_text('{"processor": "another", "passages": 1.0, "queries": 1.0}', encoding="utf-8")
    assert known_agreement(tmp_path, "bf16") is None
    keep_agreement(tmp_path, "bf16", Agreement(0.5, 0.4))
    assert known_agreement(tmp_path, "bf16") == Agreement(0.5, 0.4)
    assert known_agreement(tmp_path, "8-bit") is None
    for unusable in ("half wri", '{"processor": "of an older release", "min_cosine": 1.0}', "[]"):
        (tmp_path / "bf16.json").write_text(unusable, encoding="utf-8")
        assert known_agreement(tmp_path, "bf16") is None


def test_threads_may_start_bf16_at_once(settings: Settings, tmp_path: Path) -> None:
    """They compile into the same folder, and each is the first to hand the bindings an array."""
    folder = settings.cache_folder / "models" / find_model(settings).fingerprint
    (tmp_path / "model.onnx").symlink_to(folder / "model.onnx")
    code = (
        "import sys, threading; from pathlib import Path; import numpy as np; "
        "from app.embeddings.runtimes import run_in_bf16\n"
        "ids, mask = np.full((2, 80), 7), np.ones((2, 80), dtype=np.int64)\n"
        "def start():\n"
        "    run = run_in_bf16(Path(sys.argv[1]), 2)\n"
        "    if run is not None: run(ids, mask), run(ids[:1, :9], mask[:1, :9])\n"
        "threads = [threading.Thread(target=start) for _ in range(4)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
    )
    for _ in range(2):  # compiled by the first, loaded by the second
        command = [sys.executable, "-c", code, str(tmp_path / "model.onnx")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_query_that_was_begun_has_the_vector_of_one_that_was_asked_for(settings: Settings) -> None:
    for precision in ("auto", "fp32"):
        serving = ChosenEmbedder(settings.model_copy(update={"encoder_precision": precision})).serving()
        asked = ["kafka", "one two three four five six seven eight nine ten eleven twelve thirteen", "kafka " * 40, "k"]
        for text in [*asked, "kafka " * 120, *reversed(asked)]:
            begun, dropped = serving.begin_query(text), serving.begin_query(f"{text} streams")
            assert (begun() == serving.encode_query(text)).all(), (precision, text[:20])
            del dropped  # nobody waits for it, and the next has its place all the same
