"""Exporting a model once to ONNX and checking it against its reference. The graph itself is drawn elsewhere."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from app.embeddings.onnx_graph import fuse, write_graph
from app.embeddings.onnx_runtime import OnnxEmbedder
from app.embeddings.probes import PROBES
from app.embeddings.protocol import Vectors
from app.embeddings.reference import SentenceTransformerEmbedder
from app.embeddings.runtimes import Agreement
from app.embeddings.weights import ModelFolder
from app.locks import alone

log = logging.getLogger(__name__)

EXPORT_VERSION = 2
LEAST_COSINE = 0.9999
LEAST_OF_QUERIES = 0.99
"""A query whose vector is turned by that much finds the same: over three judged collections nDCG@10 of hybrid search
moved by at most .0007, of semantic search alone by .003 (`scripts/bench_precision.py`)."""
_MODEL, _CHECK, _WANTED = "model.onnx", "check.json", "probes.npy"


@dataclass(frozen=True)
class Check:
    """What the export was found to be; kept beside it as JSON."""

    version: int
    size: int
    sha256: str
    min_cosine: float
    probes: int
    seconds: float

    @property
    def agrees(self) -> bool:
        """Whether the exported model may serve."""
        return self.min_cosine >= LEAST_COSINE


def can_export(model: ModelFolder) -> str | None:
    """None when this kind of model can be exported, else why not."""
    if model.architecture.get("model_type") != "bert":
        return f"only BERT models are exported, this one is {model.architecture.get('model_type', 'of another kind')}"
    if model.pooling != "mean":
        return f"only mean pooling is exported, this model has {model.pooling}"
    if not (model.path / "tokenizer.json").is_file():
        return "the model has no tokenizer.json"
    return None


def exported(folder: Path) -> tuple[Path, Check] | None:
    """The exported model in `folder` with its check, or None when it is absent, half written or of an older export."""
    try:
        check = Check(**json.loads((folder / _CHECK).read_text(encoding="utf-8")))
        complete = (folder / _MODEL).stat().st_size == check.size and check.version == EXPORT_VERSION
    except (OSError, ValueError, TypeError):
        return None
    return (folder / _MODEL, check) if complete else None


def export(model: ModelFolder, folder: Path, threads: int = 0) -> tuple[Path, Check]:
    """Export `model` into `folder` unless that is done; of several processes one exports and the others wait.

    Raises ModelError when the model does not load, and OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        for leftover in folder.glob("making-*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        done = exported(folder)
        if done is not None:
            return done
        started = time.perf_counter()
        log.info("Exporting the embedding model to %s; this is done once.", folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as making:
            made = Path(making) / _MODEL
            reference = SentenceTransformerEmbedder(model, threads)
            write_graph(reference, Path(making) / "raw.onnx")
            fuse(model, Path(making) / "raw.onnx", made)
            wanted = np.stack([reference.encode(PROBES), [reference.encode_query(text) for text in PROBES]])
            cosine = min(agreement(wanted, OnnxEmbedder(model, made, threads)))
            np.save(Path(making) / _WANTED, wanted)
            with made.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            seconds = round(time.perf_counter() - started, 1)
            check = Check(EXPORT_VERSION, made.stat().st_size, digest, cosine, len(PROBES), seconds)
            (Path(making) / _CHECK).write_text(json.dumps(asdict(check), indent=1), encoding="utf-8")
            # The check goes last: a model without its check counts as half written.
            with suppress(FileNotFoundError):
                (folder / _CHECK).unlink()
            made.replace(folder / _MODEL)
            (Path(making) / _WANTED).replace(folder / _WANTED)
            (Path(making) / _CHECK).replace(folder / _CHECK)
    log.info("Exported in %.1f s; least cosine with the reference %.6f.", check.seconds, check.min_cosine)
    return folder / _MODEL, check


def wanted_vectors(folder: Path) -> Vectors:
    """The reference's vectors of the probes as passages and as queries, (2, p, d). Raises OSError or ValueError."""
    wanted: Vectors = np.load(folder / _WANTED, allow_pickle=False)
    return wanted


def agreement(wanted: Vectors, candidate: OnnxEmbedder) -> Agreement:
    """Least cosines with `wanted` over the probes; 0 where a number is not finite."""
    batches = np.einsum("nd,nd->n", wanted[0], candidate.encode(PROBES))
    alone = np.einsum("nd,nd->n", wanted[1], np.stack([candidate.encode_query(text) for text in PROBES]))
    return Agreement(*(round(float(found.min()), 7) if np.isfinite(found).all() else 0.0 for found in (batches, alone)))
