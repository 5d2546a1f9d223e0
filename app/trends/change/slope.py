"""The trend of a share over years: a logistic line with over-dispersion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.trends.change.student import student_quantile, student_two_sided

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


@dataclass(frozen=True)
class Slope:
    """The odds of the theme are multiplied by `odds` each year, with 95 % limits; `p` is two-sided.

    A limit is None where it lies BEYOND, so that any fall, or any rise, would be as likely.
    `first` and `last` are the shares on the line at both ends; `dispersion` is the scatter around it in units of
    chance, at least 1; `points` says how many shares it goes through.
    """

    odds: float
    low: float | None
    high: float | None
    p: float
    first: float
    last: float
    dispersion: float
    points: int

    def points_needed(self, p: float) -> int | None:
        """How many points in all, at this slope, scatter and spacing, would bring the p-value down to `p`.

        The variance of a slope over k evenly spaced points falls as k cubed. None where there is no slope.
        """
        if self.odds == 1:
            return None
        reached = student_quantile(self.p, self.points - 2) if self.p < 1 else 0.0
        if reached == 0:
            return None

        def enough(points: int) -> bool:
            return bool((points / self.points) ** 1.5 * reached >= student_quantile(p, points - 2))

        if not enough(MOST):
            return None
        low, high = self.points - 1, MOST
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        return high


def slope(points: Sequence[tuple[float, float, float]]) -> Slope | None:
    """The trend through (year, share 0..1, talks it is worth). None for fewer than LEAST points, one year, or a share
    that is none or all everywhere.

    Maximum likelihood by iteratively reweighted least squares; the dispersion is Pearson's statistic over its degrees
    of freedom, not below 1.
    """
    held = [(year, share, size) for year, share, size in points if size > 0]
    whole = sum(size for _, _, size in held)
    years = {year for year, _, _ in held}
    if len(held) < LEAST or len(years) < LEAST or whole <= 0:
        return None
    overall = sum(share * size for _, share, size in held) / whole
    if not 0 < overall < 1:
        return None
    middle = sum(year * size for year, _, size in held) / whole
    rows = [(year - middle, (share * size + overall) / (size + 1), size + 1) for year, share, size in held]
    level, rate, inverse = _fit(rows, math.log(overall / (1 - overall)))
    fitted = [_expit(level + rate * x) for x, _, _ in rows]
    pearson = sum(n * (y - f) ** 2 / _spread(f) for (_, y, n), f in zip(rows, fitted, strict=True))
    dispersion = max(1.0, pearson / (len(rows) - 2))
    error = math.sqrt(inverse * dispersion)
    reach = student_quantile(0.05, len(rows) - 2) * error
    ends = [_expit(level + rate * x) for x in (min(rows)[0], max(rows)[0])]
    return Slope(
        odds=_exp(rate),
        low=_exp(rate - reach) if rate - reach >= -math.log(BEYOND) else None,
        high=_exp(rate + reach) if rate + reach <= math.log(BEYOND) else None,
        p=student_two_sided(rate / error, len(rows) - 2),
        first=ends[0],
        last=ends[1],
        dispersion=dispersion,
        points=len(rows),
    )


def _fit(rows: Sequence[tuple[float, float, float]], level: float) -> tuple[float, float, float]:
    """The likeliest log odds at 0 and their change for one, of rows (x, y, n); and the variance of the change.

    From a flat line at `level`. A step to a less likely line went too far, as it does where nearly all shares are 0
    or 1, and is halved.
    """
    rate, inverse = 0.0, 0.0
    likely = _likelihood(rows, level, rate)
    for _ in range(ROUNDS):
        fitted = [_expit(level + rate * x) for x, _, _ in rows]
        weights = [n * _spread(f) for (_, _, n), f in zip(rows, fitted, strict=True)]
        whole = sum(weights)
        middle = sum(w * x for (x, _, _), w in zip(rows, weights, strict=True)) / whole
        inverse = 1 / sum(w * (x - middle) ** 2 for (x, _, _), w in zip(rows, weights, strict=True))
        left = [(x, n * (y - f)) for (x, y, n), f in zip(rows, fitted, strict=True)]
        turn = inverse * sum(r * (x - middle) for x, r in left)
        lift = sum(r for _, r in left) / whole - middle * turn
        part = 1.0
        while (then := _likelihood(rows, level + part * lift, rate + part * turn)) < likely - ROUNDING:
            part /= 2
        level, rate, likely = level + part * lift, rate + part * turn, then
        if abs(lift) + abs(turn) < 1e-10:
            break
    return level, rate, inverse


def _likelihood(rows: Sequence[tuple[float, float, float]], level: float, rate: float) -> float:
    """The log-likelihood of a line."""
    total = 0.0
    for x, y, n in rows:
        value = level + rate * x
        total += n * (y * value - max(value, 0.0) - math.log1p(math.exp(-abs(value))))
    return total


def _spread(share: float) -> float:
    """The variance of one talk at `share`; never none, which a share on a steep line would have by rounding."""
    return max(share * (1 - share), 1e-12)


def _expit(value: float) -> float:
    return 1 / (1 + _exp(-value))


def _exp(value: float) -> float:
    """With the largest and smallest that a number holds in place of none and infinity."""
    return math.exp(max(-700.0, min(700.0, value)))
