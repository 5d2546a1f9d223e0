"""The trend of a share over years: a logistic line with over-dispersion."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.trends.change.student import student_quantile, student_two_sided

Floats = NDArray[np.float64]

LEAST = 4
"""Editions or years below which no trend is told: with three, one degree of freedom would be left to judge by."""

MOST = 500
"""More editions or years than this are as good as none."""

BEYOND = 1000.0
"""A limit of the odds that is this many times as high, or as low, a year later says nothing."""

ROUNDS = 60
ROUNDING = 1e-9

METHOD = (
    "The trend is a logistic line through the shares, each worth as many talks as its interval says and never more "
    "than it has, with one talk at the overall share added so that none counts as certain. What the shares scatter "
    "around the line beyond chance widens the interval (quasi-likelihood: Wedderburn 1974; McCullagh and Nelder 1989, "
    "4.5), by Student’s t."
)


class Slope(NamedTuple):
    """The odds of the theme are multiplied by `odds` each year, with 95 % limits; `p` is two-sided.

    A limit is None where it lies BEYOND, so that any fall, or any rise, would be as likely.
    `first` and `last` are the shares on the line at both ends; `dispersion` is the scatter around it in units of
    chance, at least 1; `points` says how many shares it goes through; `far` is how many standard errors the log odds
    are from 0.
    """

    odds: float
    low: float | None
    high: float | None
    p: float
    first: float
    last: float
    dispersion: float
    points: int
    far: float

    def points_needed(self, p: float) -> int | None:
        """How many points in all, at this slope, scatter and spacing, would bring the p-value down to `p`.

        The variance of a slope over k evenly spaced points falls as k cubed. None where there is no slope.
        """
        if self.odds == 1 or self.far == 0:
            return None
        wanted = self.points**1.5 / self.far
        least = bisect_left(range(MOST + 1), wanted, self.points, key=lambda n: n**1.5 / student_quantile(p, n - 2))
        return least if least <= MOST else None


def slopes(years: Floats, shares: Floats, sizes: Floats) -> list[Slope | None]:
    """The trends of rows of shares 0..1, each worth so many talks: both (n, p), over the same years (p,).

    None for fewer than LEAST points that are worth any, as few distinct years, or a share that is none or all
    everywhere. Maximum likelihood by iteratively reweighted least squares; the dispersion is Pearson's statistic over
    its degrees of freedom, not below 1. A line is to the last digit what it is alone.
    """
    held = sizes > 0
    sizes = np.where(held, sizes, 0.0)
    whole = sizes.sum(axis=1)
    overall = (shares * sizes).sum(axis=1) / np.maximum(whole, 1e-300)
    distinct = sum((held[:, years == year].any(axis=1) for year in np.unique(years)), np.zeros(len(whole), np.int64))
    drawn = np.flatnonzero((held.sum(axis=1) >= LEAST) & (distinct >= LEAST) & (overall > 0) & (overall < 1))
    found: list[Slope | None] = [None] * len(whole)
    if not len(drawn):
        return found
    held, sizes, usual, whole = held[drawn], sizes[drawn], overall[drawn, np.newaxis], whole[drawn, np.newaxis]
    xs = years - (years * sizes).sum(axis=1, keepdims=True) / whole
    # One talk at the overall share is added to each that is there.
    counts = np.where(held, sizes + 1, 0.0)
    ys = (shares[drawn] * sizes + usual) / (sizes + 1)
    level, rate, inverse = _fit(xs, ys, counts, np.log(usual / (1 - usual)))
    fitted = _expit(level + rate * xs)
    pearson = (counts * (ys - fitted) ** 2 / _spread(fitted)).sum(axis=1)
    first, last = np.where(held, xs, math.inf).min(axis=1), np.where(held, xs, -math.inf).max(axis=1)
    ends = _expit(level + rate * np.stack([first, last], axis=1))
    columns = (rate[:, 0], inverse[:, 0], pearson, held.sum(axis=1), ends)
    for at, *values in zip(drawn.tolist(), *(column.tolist() for column in columns), strict=True):
        found[at] = _told(*values)
    return found


def _told(rate: float, inverse: float, pearson: float, points: int, ends: Sequence[float]) -> Slope:
    """A line through so many points with these shares at its ends; the variance of its slope by chance is `inverse`."""
    dispersion = max(1.0, pearson / (points - 2))
    error = math.sqrt(inverse * dispersion)
    reach = student_quantile(0.05, points - 2) * error
    far = abs(rate / error)
    return Slope(
        odds=_exp(rate),
        low=_exp(rate - reach) if rate - reach >= -math.log(BEYOND) else None,
        high=_exp(rate + reach) if rate + reach <= math.log(BEYOND) else None,
        p=student_two_sided(far, points - 2),
        first=ends[0],
        last=ends[1],
        dispersion=dispersion,
        points=points,
        far=far,
    )


def _fit(xs: Floats, ys: Floats, counts: Floats, level: Floats) -> tuple[Floats, Floats, Floats]:
    """The likeliest log odds at 0 and their change for one, and the variance of the change: three of (n, 1).

    Of rows (n, p), from flat lines at `level`. A step to a less likely line went too far, as it does where nearly all
    shares are 0 or 1, and is halved. A row that has arrived is left alone, so it is the same whatever is beside it.
    """
    rate, inverse = np.zeros_like(level), np.zeros_like(level)
    found = np.stack([level, rate, inverse])
    likely = _likelihood(xs, ys, counts, level, rate)
    at = np.arange(len(level))
    for _ in range(ROUNDS):
        fitted = _expit(level + rate * xs)
        weights = counts * _spread(fitted)
        whole = weights.sum(axis=1, keepdims=True)
        middle = (weights * xs).sum(axis=1, keepdims=True) / whole
        inverse = 1 / (weights * (xs - middle) ** 2).sum(axis=1, keepdims=True)
        left = counts * (ys - fitted)
        turn = inverse * (left * (xs - middle)).sum(axis=1, keepdims=True)
        lift = left.sum(axis=1, keepdims=True) / whole - middle * turn
        part = np.ones_like(level)
        while True:
            then = _likelihood(xs, ys, counts, level + part * lift, rate + part * turn)
            too_far = then < likely - ROUNDING
            if not too_far.any():
                break
            part[too_far] /= 2
        level, rate, likely = level + part * lift, rate + part * turn, then
        found[:, at] = level, rate, inverse
        on = (np.abs(lift) + np.abs(turn) >= 1e-10)[:, 0]
        if not on.any():
            break
        if not on.all():
            at = at[on]
            xs, ys, counts, level, rate, likely = (one[on] for one in (xs, ys, counts, level, rate, likely))
    return found[0], found[1], found[2]


def _likelihood(xs: Floats, ys: Floats, counts: Floats, level: Floats, rate: Floats) -> Floats:
    """The log-likelihood of lines (n, 1)."""
    values = level + rate * xs
    told: Floats = counts * (ys * values - np.maximum(values, 0.0) - np.log1p(np.exp(-np.abs(values))))
    whole: Floats = told.sum(axis=1, keepdims=True)
    return whole


def _spread(shares: Floats) -> Floats:
    """The variance of one talk at each share; never none, which a share on a steep line would have by rounding."""
    spread: Floats = np.maximum(shares * (1 - shares), 1e-12)
    return spread


def _expit(values: Floats) -> Floats:
    expit: Floats = 1 / (1 + np.exp(np.clip(-values, -700.0, 700.0)))
    return expit


def _exp(value: float) -> float:
    """With the largest and smallest that a number holds in place of none and infinity."""
    return math.exp(max(-700.0, min(700.0, value)))
