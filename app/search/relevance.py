"""How good a ranking is against graded judgements. Pure arithmetic; rankings are document ids, best first.

nDCG with linear gains (Järvelin and Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques, TOIS), as
trec_eval computes it; means carry percentile bootstrap intervals over queries (Sakai 2006, Evaluating evaluation
metrics based on the bootstrap, SIGIR).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

Grades = Mapping[str, int]
"""Grade of each judged document; above 0 is relevant."""

RESAMPLES = 2_000
SEED = 2019


def ndcg(ranking: Sequence[str], grades: Grades, depth: int = 10) -> float:
    """Normalised discounted cumulated gain of the first `depth`, 0..1; unjudged documents gain nothing."""
    gained = sum(max(0, grades.get(document, 0)) * _discount(place) for place, document in enumerate(ranking[:depth]))
    best = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth]
    ideal = sum(grade * _discount(place) for place, grade in enumerate(best))
    return gained / ideal if ideal else 0.0


def recall(ranking: Sequence[str], grades: Grades, depth: int = 100) -> float:
    """Share of the relevant documents among the first `depth`."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranking[:depth])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Grades, depth: int = 10) -> float:
    """1 / rank of the first relevant document among the first `depth`, else 0."""
    ranks = (rank for rank, document in enumerate(ranking[:depth], start=1) if grades.get(document, 0) > 0)
    return next((1 / rank for rank in ranks), 0.0)


def judged(ranking: Sequence[str], grades: Grades, depth: int = 10) -> float:
    """Share of the first `depth` that somebody judged; the rest count as not relevant, which may wrong a system."""
    shown = ranking[:depth]
    return sum(document in grades for document in shown) / len(shown) if shown else 1.0


def interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean, the same at every call for the same values. (0, 0) without values."""
    if not values:
        return 0.0, 0.0
    generator = np.random.default_rng(SEED)
    given = np.asarray(values, dtype=np.float64)
    means = given[generator.integers(0, len(given), (RESAMPLES, len(given)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _discount(place: int) -> float:
    return 1 / math.log2(place + 2)
