"""From scores to probabilities and decisions. Arithmetic only; SLOPE was found by `scripts/bench_themes.py`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.themes.learning import Scores, shares

SLOPE = 0.68
"""How much of the odds that scores promise is there (Platt 1999, Probabilistic outputs for support vector machines)."""
USUAL_THEMES = 1.4
"""Themes of a talk on average where nobody told any."""
STEPS = 60


def probabilities(found: Scores, one_each: bool, themes_each: float = USUAL_THEMES) -> Scores:
    """Probability of each theme for each talk (n, k) from the scores of `learning.scores`.

    Where each talk has exactly one theme, rows add up to 1. Else one shift for all, found by halving, makes talks have
    `themes_each` themes on average: scores are as if each theme were as often there as not.
    """
    if not found.size:
        return found
    if one_each:
        return shares(SLOPE * found)
    low, high = -30.0, 30.0
    for _ in range(STEPS):
        shift = (low + high) / 2
        low, high = (shift, high) if _sigmoid(SLOPE * found + shift).sum() < themes_each * len(found) else (low, shift)
    return _sigmoid(SLOPE * found + low)


def decided(chances: Scores, one_each: bool) -> NDArray[np.bool_]:
    """Which themes to give each talk (n, k): the likeliest where each has one, else those that make F1 highest.

    For each theme the talks are taken by falling probability, as many as give the highest F1 expected (Lipton et al.
    2014, Thresholding classifiers to maximize F1 score, arXiv:1402.1892).
    """
    given = np.zeros(chances.shape, dtype=np.bool_)
    if not chances.size:
        return given
    if one_each:
        given[np.arange(len(chances)), chances.argmax(axis=1)] = True
        return given
    for theme in range(chances.shape[1]):
        order = np.argsort(-chances[:, theme], kind="stable")
        right = np.cumsum(chances[order, theme])
        expected = 2 * right / (np.arange(1, len(order) + 1) + right[-1])
        given[order[: int(expected.argmax()) + 1], theme] = True
    return given


def _sigmoid(odds: Scores) -> Scores:
    total: Scores = 1.0 / (1.0 + np.exp(-np.clip(odds, -60, 60)))
    return total
