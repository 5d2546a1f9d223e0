"""The reference embedder: any sentence-transformers model, run by torch. Slow to load, right by definition."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from app.embeddings.protocol import Progress, Vectors
from app.embeddings.weights import ModelFolder
from app.errors import ModelError

BATCH = 16


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep torch, transformers and the hub from chatting, warning, reporting home or reaching for the network."""
    for name in ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "DISABLE_TELEMETRY"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    names = ("sentence_transformers", "transformers", "torch.onnx", "onnxruntime", "huggingface_hub", "onnxscript")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


class SentenceTransformerEmbedder:
    """Embeds with the library itself. The model loads on first use; one text batch runs at a time."""

    def __init__(self, model: ModelFolder, threads: int = 0, reason: str | None = None) -> None:
        self.model = model
        self.reason = reason
        """Why this embedder serves instead of a quicker one; None when it was asked for."""
        self._threads = threads
        self._loaded: Any = None
        self._lock = threading.Lock()

    @property
    def recipe(self) -> str:
        """See `Embedder`."""
        return self.model.recipe

    @property
    def dimensions(self) -> int:
        """See `Embedder`. Loads the model where its files do not say."""
        return self.model.dimensions or int(self.load().get_embedding_dimension())

    def load(self) -> Any:
        """The SentenceTransformer itself, on the CPU, in evaluation mode. Raises ModelError."""
        with self._lock:
            if self._loaded is None:
                with quiet_libraries():
                    try:
                        import torch
                        from sentence_transformers import SentenceTransformer
                        from transformers.utils import logging as chatter

                        chatter.disable_progress_bar()
                        if self._threads:
                            torch.set_num_threads(self._threads)
                        self._loaded = SentenceTransformer(
                            str(self.model.path), device="cpu", local_files_only=True
                        ).eval()
                    except (ImportError, OSError, ValueError, KeyError, RuntimeError) as error:
                        raise ModelError(f"The model in {self.model.path} does not load: {error}") from error
        return self._loaded

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """See `Embedder`."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            vectors[part] = self._run([texts[i] for i in part], "document")
            if on_progress is not None:
                on_progress(len(part))
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """See `Embedder`."""
        vector: Vectors = self._run([text], "query")[0]
        return vector

    def begin_query(self, text: str) -> Callable[[], Vectors]:
        """See `Embedder`. Begins when somebody waits."""
        return partial(self.encode_query, text)

    def _run(self, texts: list[str], what: str) -> Vectors:
        model = self.load()
        with self._lock, quiet_libraries():
            vectors = model.encode(
                texts,
                prompt=self.model.prompts[what],
                batch_size=BATCH,
                convert_to_numpy=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)
