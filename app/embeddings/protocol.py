"""What every embedder offers. Models live in their own modules; `choose` picks one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]


class Embedder(Protocol):
    """Turns text into vectors of length 1.

    Two embedders whose vectors agree to a cosine of at least 0.9999 share a `recipe`, so the vectors of one serve the
    other. Reading `recipe` or `dimensions` never loads the model; both raise ModelError when there is no usable model.
    """

    @property
    def recipe(self) -> str:
        """Names the weights, the pooling, the most tokens read, the prompts and the text template."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """Vectors (n, d) of passages in the order given, each of length 1.

        `on_progress` is called in the caller's thread with how many more texts are done. Raises ModelError.
        """
        ...

    def encode_query(self, text: str) -> Vectors:
        """The vector (d,) of what somebody looks for, of length 1. Raises ModelError."""
        ...

    def begin_query(self, text: str) -> Callable[[], Vectors]:
        """Begin with what `encode_query` gives, aside where that is possible; returns what waits for it, once.

        Either raises ModelError.
        """
        ...

    def knows(self, word: str) -> bool:
        """Whether the model was taught this word (lower case, no accents) whole, as it was the common words of its
        language and hardly any misspelt ones. False where that cannot be told. Never loads the model.
        """
        ...
