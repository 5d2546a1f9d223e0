"""Putting two rankings together. Pure arithmetic on scores of the same documents; higher scores are better."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

SEMANTIC_WEIGHT = 0.7
FEEDBACK_WEIGHT = 0.25
"""Both from the flat part of the table of `scripts/bench_fusion.py`, the same for every collection."""
DEPTH = 200
T = TypeVar("T", float, NDArray[np.float64])


def of_best(scores: NDArray[Any]) -> NDArray[Any]:
    """Scores as shares of the best one, 0..1. For scores that begin at 0, as those of BM25 do."""
    best = scores.max(initial=0.0)
    return scores / best if best > 0 else scores


def scaled(scores: NDArray[np.float64], depth: int = DEPTH, absent: float | None = None) -> NDArray[np.float64]:
    """Min-max over the best `depth`: the best becomes 1, the last of them and all below it 0.

    `absent` is what a document scores that is not in the list, where that is known: a list shorter than `depth` is
    then scaled from there, and its last is still better than what is not in it (the "theoretical minimum" of Bruch,
    Gai and Ingber 2023, An analysis of fusion functions for hybrid retrieval, arXiv:2210.11934).
    """
    if not len(scores):
        return scores
    best = scores.max()
    least = scores.min() if len(scores) <= depth else np.partition(scores, len(scores) - depth)[len(scores) - depth]
    if absent is not None and len(scores) < depth:
        least = min(least, absent)
    if best <= least:
        return np.ones(len(scores))
    shares: NDArray[np.float64] = np.maximum(0.0, (scores - least) / (best - least))
    return shares


def weighted(words: T, meaning: T, semantic_weight: float = SEMANTIC_WEIGHT) -> T:
    """Weighted sum of two scores within 0..1, for numbers or arrays of them; absent from a list counts 0.

    Give BM25 as shares of the best and cosines as they are, known for the documents of both lists: what both ends of a
    scale mean then hangs on no list's length (Bruch, Gai and Ingber 2023, arXiv:2210.11934).
    `scripts/bench_fusion.py` sets it beside rank fusion, min-max scores and others on every collection it is given.
    """
    return (1 - semantic_weight) * words + semantic_weight * meaning


def parts_of(words: T, meaning: T, alike: T) -> tuple[T, T, T]:
    """What words, meaning and likeness to the first ones, 0..1, add to the fused score of a document.

    For numbers or arrays of them; `words` and `meaning` as `weighted` takes them.
    """
    own = 1 - FEEDBACK_WEIGHT
    return own * (1 - SEMANTIC_WEIGHT) * words, own * SEMANTIC_WEIGHT * meaning, FEEDBACK_WEIGHT * alike
