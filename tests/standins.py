"""The one stand-in of the tests: an embedder that knows words but no meaning, where a test is not about meaning."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from app.embeddings.protocol import Progress, Vectors
from app.embeddings.recipe import TEMPLATE
from app.errors import ModelError
from app.search.query import split_words
from app.text.stemming import stem

COMMON = frozenset({"date", "sample"})
"""The words that the stand-in takes for common ones."""


class HashingEmbedder:
    """Adds up one fixed pseudo-random direction for each word, so that texts that share words are near."""

    def __init__(self, dimensions: int = 96) -> None:
        self.dimensions = dimensions
        self.recipe = f"stand-in/{dimensions}/{TEMPLATE}"
        self.encoded = 0
        """How many texts `encode` was given so far."""
        self._directions: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """See `Embedder`."""
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.encode_query(text)
            if on_progress is not None:
                on_progress(1)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """See `Embedder`."""
        total = self._direction("")
        for word in split_words(text):
            total = total + self._direction(stem(word))
        normalised: Vectors = (total / np.linalg.norm(total)).astype(np.float32)
        return normalised

    def begin_query(self, text: str) -> Callable[[], Vectors]:
        """See `Embedder`."""
        return partial(self.encode_query, text)

    def knows(self, word: str) -> bool:
        """See `Embedder`."""
        return word in COMMON

    def _direction(self, word: str) -> Vectors:
        if word not in self._directions:
            seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8], "big")
            drawn = np.random.default_rng(seed).standard_normal(self.dimensions)
            self._directions[word] = (drawn / np.linalg.norm(drawn)).astype(np.float32)
        return self._directions[word]


class MissingEmbedder:
    """Fails as an embedder does whose model is not there."""

    @property
    def recipe(self) -> str:
        """Not known."""
        raise ModelError("no model here")

    @property
    def dimensions(self) -> int:
        """Not known."""
        raise ModelError("no model here")

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """Not possible."""
        raise ModelError("no model here")

    def encode_query(self, text: str) -> Vectors:
        """Not possible."""
        raise ModelError("no model here")

    def begin_query(self, text: str) -> Callable[[], Vectors]:
        """Not possible."""
        raise ModelError("no model here")

    def knows(self, word: str) -> bool:
        """Cannot tell."""
        return False
