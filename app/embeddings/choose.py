"""Which embedder serves: the exported model where it agrees with the reference, else the reference itself."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from app.embeddings.onnx_export import (
    LEAST_COSINE,
    LEAST_OF_QUERIES,
    agreement,
    can_export,
    export,
    exported,
    wanted_vectors,
)
from app.embeddings.onnx_runtime import OnnxEmbedder
from app.embeddings.probes import PROBES
from app.embeddings.protocol import Embedder, Progress, Vectors
from app.embeddings.reference import SentenceTransformerEmbedder
from app.embeddings.runtimes import SHORT, keep_agreement, known_agreement, run_in_bf16, run_in_fp32
from app.embeddings.smoothed import smoothed
from app.embeddings.vocabulary import Vocabulary
from app.embeddings.weights import ModelFolder, find_model
from app.errors import ModelError
from app.locks import alone
from app.settings import Settings

log = logging.getLogger(__name__)


class ChosenEmbedder:
    """The embedder of the settings. Making one costs nothing; files are checked and the model loads on first use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._model: ModelFolder | None = None
        self._vocabulary: Vocabulary | None = None
        self._serving: OnnxEmbedder | SentenceTransformerEmbedder | None = None
        self._lock = threading.RLock()

    @property
    def recipe(self) -> str:
        """See `Embedder`. Checks the model's files the first time."""
        return self._found().recipe

    @property
    def dimensions(self) -> int:
        """See `Embedder`."""
        return self._found().dimensions or self.serving().dimensions

    @property
    def reason(self) -> str | None:
        """Why the reference serves instead of the exported model; None when the exported one does. Loads the model."""
        return self.serving().reason

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """See `Embedder`."""
        return self.serving().encode(texts, on_progress)

    def encode_query(self, text: str) -> Vectors:
        """See `Embedder`."""
        return self.serving().encode_query(text)

    def begin_query(self, text: str) -> Callable[[], Vectors]:
        """See `Embedder`."""
        return self.serving().begin_query(text)

    def knows(self, word: str) -> bool:
        """See `Embedder`."""
        try:
            if self._vocabulary is None:
                self._vocabulary = Vocabulary(self._found())
            return self._vocabulary.knows(word)
        except ModelError as error:
            log.info("Which words are common cannot be told: %s", error)
            return False

    def warm(self) -> None:
        """Load the model now, exporting it if that was never done. Raises ModelError."""
        self.serving().load()

    def serving(self) -> OnnxEmbedder | SentenceTransformerEmbedder:
        """The embedder that does the work, chosen once. Raises ModelError."""
        if self._serving is None:
            with self._lock:
                if self._serving is None:
                    self._serving = self._choose(self._found())
        return self._serving

    def _found(self) -> ModelFolder:
        if self._model is None:
            with self._lock:
                if self._model is None:
                    self._model = find_model(self._settings)
        return self._model

    def _choose(self, model: ModelFolder) -> OnnxEmbedder | SentenceTransformerEmbedder:
        threads = self._settings.encoder_threads
        reason = can_export(model)
        if reason is None:
            folder = self._settings.cache_folder / "models" / model.fingerprint
            try:
                file, check = exported(folder) or export(model, folder, threads)
                if check.agrees:
                    serving = self._quickest(model, file, threads)
                    serving.load()
                    return serving
                reason = f"the export agrees only to a cosine of {check.min_cosine:.5f}, {LEAST_COSINE} is needed"
            except (ModelError, OSError, ImportError, RuntimeError, ValueError) as error:
                reason = f"the export failed: {error}"
        log.warning("Embedding runs on the slower reference model: %s.", reason)
        return SentenceTransformerEmbedder(model, threads, reason)

    def _quickest(self, model: ModelFolder, file: Path, threads: int) -> OnnxEmbedder:
        """In bf16 where the settings allow it, the processor gains by it and it agrees with the reference.

        Queries in 8 bits where those agree as far as they need to.
        """
        exact = OnnxEmbedder(model, file, threads)
        if self._settings.encoder_precision == "fp32":
            return exact
        for quicker in (in_bf16, with_quick_queries):
            try:
                found = quicker(exact, threads)
                if found is not None:
                    return found
            except (ImportError, RuntimeError, OSError, ValueError) as error:
                log.info("Embedding does without what would be quicker: it did not start here (%s).", error)
        return exact


def in_bf16(exact: OnnxEmbedder, threads: int) -> OnnxEmbedder | None:
    """The same in bf16, with queries in 8 bits if they agree; None where there is no bf16, or where it disagrees.

    Raises what `run_in_bf16` raises.
    """
    folder = exact.file.parent

    def quick(eight_bits: bool) -> OnnxEmbedder | None:
        run = run_in_bf16(exact.file, threads or os.cpu_count() or 1, eight_bits)
        return OnnxEmbedder(exact.model, exact.file, threads, run) if run else None

    agrees, found = known_agreement(folder, "bf16"), None
    if agrees is None:
        found = quick(eight_bits=True)
        if found is None:
            return None
        agrees = agreement(wanted_vectors(folder), found)
        keep_agreement(folder, "bf16", agrees)
    if agrees.passages < LEAST_COSINE:
        log.info("Embedding in fp32: in bf16 vectors agree only to a cosine of %.5f here.", agrees.passages)
        return None
    eight_bits = agrees.queries >= LEAST_OF_QUERIES
    if not eight_bits:
        log.info("Queries in bf16: in 8 bits they agree only to a cosine of %.5f here.", agrees.queries)
        found = None
    return found or quick(eight_bits)


def with_quick_queries(exact: OnnxEmbedder, threads: int) -> OnnxEmbedder | None:
    """The same with queries in 8 bits; None where those disagree. Raises what `smoothed` raises."""
    folder = exact.file.parent
    agrees, found = known_agreement(folder, "8-bit"), None
    if agrees is None:
        found = _in_eight_bits(exact, threads)
        agrees = agreement(wanted_vectors(folder), found)
        keep_agreement(folder, "8-bit", agrees)
    if agrees.queries < LEAST_OF_QUERIES:
        log.info("Queries in fp32: in 8 bits they agree only to a cosine of %.5f here.", agrees.queries)
        return None
    return found or _in_eight_bits(exact, threads)


def _in_eight_bits(exact: OnnxEmbedder, threads: int) -> OnnxEmbedder:
    with alone(exact.file.parent):
        graph = smoothed(exact.file, lambda: [exact.tokens(text)[0][:, :SHORT] for text in PROBES])
    try:
        run = run_in_fp32(exact.file, graph)
    except Exception as error:  # the library raises kinds of its own
        graph.unlink(missing_ok=True)
        raise RuntimeError(f"{graph} did not load and is made anew at the next start: {error}") from error
    return OnnxEmbedder(exact.model, exact.file, threads, run)


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that `settings` ask for. Returns at once; errors come with first use, as ModelError."""
    return ChosenEmbedder(settings)
