"""BM25 as SQLite's bm25() has it: how rare a word is, how long a text, and both with how often it is there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.search.kernels import kernels

Posting = tuple[NDArray[np.int32], NDArray[np.uint8]]
"""The rows that hold a word, and twice how often each does."""

K1, B = 1.2, 0.75
LEAST_IDF = 1e-6
"""What SQLite takes for a word that more than half of all passages hold."""


def rarity(passages: int, held: int) -> float:
    """Inverse document frequency of a word that so many of all passages hold."""
    return max(LEAST_IDF, math.log((max(passages, held) - held + 0.5) / (held + 0.5)))


def penalties(sizes: NDArray[Any], mean: float) -> NDArray[np.floating]:
    """By how much the length of texts of so many words holds the worth of their words down."""
    return K1 * (1 - B + B * sizes / mean)


def add_up(
    postings: Sequence[Posting], weights: Sequence[float], penalty: NDArray[np.floating], scores: NDArray[np.float64]
) -> NDArray[np.integer]:
    """The rows that hold a word, in any order, once their BM25 was added to `scores` (n,)."""
    made = kernels()
    if made is not None:
        met, count = np.empty(len(scores), dtype=np.int32), 0
        for (rows, counts), weight in zip(postings, weights, strict=True):
            count = made.add_weights(rows, counts, weight * (K1 + 1), penalty, scores, met, count)
        return met[:count]
    for (rows, counts), weight in zip(postings, weights, strict=True):
        often = counts * 0.5
        scores[rows] += weight * (K1 + 1) * often / (often + penalty[rows])
    return np.flatnonzero(scores > 0)


def mark(postings: Iterable[Posting], talks: NDArray[np.int64], table: NDArray[np.bool_]) -> None:
    """Set the place of each talk that holds a word in `table`, by id; its last is for NO_TALK, -1.

    `talks` (n,) are those of all rows.
    """
    made = kernels()
    for rows, _ in postings:
        if made is not None:
            made.mark(rows, talks, table)
        else:
            table[talks[rows]] = True
