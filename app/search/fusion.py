"""Putting two rankings together. Pure arithmetic on scores of the same documents; higher scores are better."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

SEMANTIC_WEIGHT = 0.7
FEEDBACK_WEIGHT = 0.25
"""Both from the flat part of the table of `scripts/bench_fusion.py`, the same for every collection."""
PARTS = ((1 - FEEDBACK_WEIGHT) * (1 - SEMANTIC_WEIGHT), (1 - FEEDBACK_WEIGHT) * SEMANTIC_WEIGHT, FEEDBACK_WEIGHT)
"""What words, meaning and likeness to the first ones, each 0..1, weigh in a hybrid score."""
PLUS = 1.0
"""What each word that a document holds adds to its BM25, by the weight of the word, where meaning counts too: there it
tells more that a word is held than how often. This is BM25+ with the constant of its authors (Lv and Zhai 2011,
Lower-bounding term frequency normalization, CIKM). Words alone rank better without."""
DEPTH = 200
T = TypeVar("T", float, NDArray[np.float64])


def of_best(scores: NDArray[Any]) -> NDArray[Any]:
    """Scores as shares of the best one, 0..1. For scores that begin at 0, as those of BM25 do."""
    best = scores.max(initial=0.0)
    return scores / best if best > 0 else scores


def weighted(words: T, meaning: T, semantic_weight: float = SEMANTIC_WEIGHT) -> T:
    """Weighted sum of two scores within 0..1, for numbers or arrays of them; absent from a list counts 0.

    Give BM25 as shares of the best and cosines as they are, known for the documents of both lists: what both ends of a
    scale mean then hangs on no list's length (Bruch, Gai and Ingber 2023, arXiv:2210.11934).
    `scripts/bench_fusion.py` sets it beside rank fusion, min-max scores and others on every collection it is given.
    """
    return (1 - semantic_weight) * words + semantic_weight * meaning
