"""Putting two rankings together. Pure arithmetic over {document: score}; higher scores are better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

SEMANTIC_WEIGHT = 0.7
FEEDBACK_WEIGHT = 0.25
"""Both from the flat part of the table of `scripts/bench_fusion.py`, the same for every collection."""
DEPTH = 200
RANK_CONSTANT = 60
T = TypeVar("T", float, NDArray[np.float64])


def of_best(scores: Mapping[int, float]) -> dict[int, float]:
    """Scores as shares of the best one, 0..1. For scores that begin at 0, as those of BM25 do."""
    best = max(scores.values(), default=0.0)
    return {document: score / best if best > 0 else 0.0 for document, score in scores.items()}


def scaled(scores: Mapping[int, float], depth: int = DEPTH, absent: float | None = None) -> dict[int, float]:
    """Min-max over the best `depth`: the best becomes 1, the last of them and all below it 0.

    `absent` is what a document scores that is not in the list, where that is known: a list shorter than `depth` is
    then scaled from there, and its last is still better than what is not in it (the "theoretical minimum" of Bruch,
    Gai and Ingber 2023, An analysis of fusion functions for hybrid retrieval, arXiv:2210.11934).
    """
    values = np.fromiter(scores.values(), dtype=np.float64, count=len(scores))
    return dict(zip(scores, scaled_values(values, depth, absent).tolist(), strict=True))


def scaled_values(values: NDArray[np.float64], depth: int = DEPTH, absent: float | None = None) -> NDArray[np.float64]:
    """`scaled` of scores as an array."""
    if not len(values):
        return values
    best = values.max()
    least = values.min() if len(values) <= depth else np.partition(values, len(values) - depth)[len(values) - depth]
    if absent is not None and len(values) < depth:
        least = min(least, absent)
    if best <= least:
        return np.ones(len(values))
    shares: NDArray[np.float64] = np.maximum(0.0, (values - least) / (best - least))
    return shares


def weighted(
    lexical: Mapping[int, float], semantic: Mapping[int, float], semantic_weight: float = SEMANTIC_WEIGHT
) -> dict[int, float]:
    """Weighted sum of two scores within 0..1 over the union of both lists; absent from a list counts 0.

    Give BM25 as shares of the best and cosines as they are, known for the documents of both lists: what both ends of a
    scale mean then hangs on no list's length (Bruch, Gai and Ingber 2023, arXiv:2210.11934).
    `scripts/bench_fusion.py` sets it beside rank fusion, min-max scores and others on every collection it is given.
    """
    fused = {document: (1 - semantic_weight) * score for document, score in lexical.items()}
    for document, score in semantic.items():
        fused[document] = fused.get(document, 0.0) + semantic_weight * score
    return fused


def parts_of(words: T, meaning: T, alike: T) -> tuple[T, T, T]:
    """What words, meaning and likeness add to the fused score of a document; for numbers or arrays of them.

    `words` and `meaning` as `weighted` takes them, `alike` as `with_feedback` does: the sum is theirs.
    """
    own = 1 - FEEDBACK_WEIGHT
    return own * (1 - SEMANTIC_WEIGHT) * words, own * SEMANTIC_WEIGHT * meaning, FEEDBACK_WEIGHT * alike


def with_feedback(
    scores: Mapping[int, float], alike: Mapping[int, float], weight: float = FEEDBACK_WEIGHT
) -> dict[int, float]:
    """Scores together with how like each document is to the first ones, 0..1 as they are."""
    return {document: (1 - weight) * score + weight * alike.get(document, 0.0) for document, score in scores.items()}


def fuse_ranks(rankings: Sequence[Sequence[int]], constant: int = RANK_CONSTANT) -> dict[int, float]:
    """Reciprocal rank fusion: the sum of 1 / (constant + rank), ranks from 1.

    Cormack, Clarke and Büttcher 2009, Reciprocal rank fusion outperforms Condorcet and individual rank learning
    methods, SIGIR.
    """
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, document in enumerate(ranking, start=1):
            fused[document] = fused.get(document, 0.0) + 1 / (constant + rank)
    return fused
