"""The serving embedder: the exported model and its tokenizer, run by one of `runtimes`. No torch here."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from app.embeddings.protocol import Progress, Vectors
from app.embeddings.runtimes import Run, Tokens, run_in_fp32
from app.embeddings.weights import ModelFolder
from app.errors import ModelError

# Small batches of like length were quickest for passages; short texts go in larger ones.
MOST_TEXTS, MOST_TOKENS = 16, 640


class OnnxEmbedder:
    """Runs one text on one thread, and many texts as batches of like length side by side on `threads` threads.

    One session serves both, so that its weights are in memory once. Threads may share it. `run` is what runs the
    graph; onnxruntime in fp32 unless given.
    """

    reason: str | None = None

    def __init__(self, model: ModelFolder, file: Path, threads: int = 0, run: Run | None = None) -> None:
        self.model = model
        self.file = file
        self._given = run
        self._threads = threads or os.cpu_count() or 1
        self._loaded: tuple[Run, Any] | None = None
        self._lock = threading.Lock()

    @property
    def recipe(self) -> str:
        """See `Embedder`."""
        return self.model.recipe

    @property
    def dimensions(self) -> int:
        """See `Embedder`."""
        return self.model.dimensions

    @property
    def precision(self) -> str:
        """What texts are computed in but for queries: fp32 or bf16."""
        return self._given.precision if self._given else "fp32"

    def load(self) -> tuple[Run, Any]:
        """What runs the graph, and the tokenizer; loaded once. Raises ModelError."""
        with self._lock:
            if self._loaded is None:
                try:
                    from tokenizers import Tokenizer

                    run = self._given or run_in_fp32(self.file)
                    tokenizer = Tokenizer.from_file(str(self.model.path / "tokenizer.json"))
                    tokenizer.enable_truncation(max_length=self.model.max_tokens)
                    tokenizer.no_padding()
                except Exception as error:  # both libraries raise bare Exception and kinds of their own
                    raise ModelError(
                        f"The exported model {self.file} does not load ({error}). Delete its folder; it is made anew."
                    ) from error
                self._loaded = (run, tokenizer)
        return self._loaded

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """See `Embedder`."""
        _, tokenizer = self.load()
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        prompt = self.model.prompts["document"]
        tokens = [encoding.ids for encoding in tokenizer.encode_batch([prompt + text for text in texts])]
        parts = _batches([len(ids) for ids in tokens])
        with ThreadPoolExecutor(min(self._threads, len(parts)), "encode") as pool:
            running = {pool.submit(self._run, [tokens[i] for i in part]): part for part in parts}
            try:
                for done in as_completed(running):
                    vectors[running[done]] = done.result()
                    if on_progress is not None:
                        on_progress(len(running[done]))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """See `Embedder`."""
        run, _ = self.load()
        vector: Vectors = run(*self.tokens(text))[0]
        return vector

    def begin_query(self, text: str) -> Callable[[], Vectors]:
        """See `Embedder`."""
        run, _ = self.load()
        begun = run.begin(*self.tokens(text))
        return lambda: begun()[0]

    def tokens(self, text: str) -> tuple[Tokens, Tokens]:
        """Ids and mask (1, t) of a query."""
        _, tokenizer = self.load()
        return _padded([tokenizer.encode(self.model.prompts["query"] + text).ids])

    def _run(self, tokens: list[list[int]]) -> Vectors:
        """Vectors (n, d) of token ids, padded to the longest of them."""
        run, _ = self.load()
        return run(*_padded(tokens))


def _padded(tokens: list[list[int]]) -> tuple[Tokens, Tokens]:
    """Ids and mask (n, t), filled up to the longest."""
    ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, given in enumerate(tokens):
        ids[row, : len(given)] = given
        mask[row, : len(given)] = 1
    return ids, mask


def _batches(lengths: list[int]) -> list[list[int]]:
    """Positions of texts, longest first, in batches of at most MOST_TEXTS texts and about MOST_TOKENS padded tokens."""
    batches: list[list[int]] = []
    room = 0
    for position in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not batches or len(batches[-1]) >= room:
            batches.append([])
            room = max(1, min(MOST_TEXTS, MOST_TOKENS // max(1, lengths[position])))
        batches[-1].append(position)
    return batches
