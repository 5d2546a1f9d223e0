"""The two factors of BM25, as SQLite's bm25() has them: how rare a word is, and how long a text."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75
LEAST_IDF = 1e-6
"""What SQLite takes for a word that more than half of all passages hold."""


def rarity(passages: int, held: int) -> float:
    """Inverse document frequency of a word that so many of all passages hold."""
    return max(LEAST_IDF, math.log((max(passages, held) - held + 0.5) / (held + 0.5)))


def penalties(sizes: NDArray[Any], mean: float) -> NDArray[np.floating]:
    """By how much the length of texts of so many words holds the worth of their words down."""
    return K1 * (1 - B + B * sizes / mean)
