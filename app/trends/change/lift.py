"""How much more often two themes meet in a talk than they would by chance."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.trends.change.discoveries import RATE, adjusted

METHOD = (
    "Lift is the talks with both themes over those expected if the two had nothing to do with each other. Whether it "
    "is 1 is told by Fisher’s exact test (1935; twice the smaller tail), of all ways in which so many talks with the "
    "one and the other could fall together. Its limits are those of the odds that belong to this test (Cornfield "
    "1956), as the lift expected at such odds; they are as wide as the verdicts ask for (Benjamini and Yekutieli "
    "2005), so that 1 lies between them where it is not settled and nowhere else. It is of the labels as they are: a "
    "machine that reads one word for two themes makes them meet, which the limits do not hold."
)
ROUNDS = 60
"""Steps of Newton's; it takes fewer than ten."""

SPREAD = 12
BEYOND = 60
"""Counts further from the one seen than so many standard deviations and talks weigh nothing at a limit."""


class Lift(NamedTuple):
    """`lift` is 1 where the themes meet as often as by chance; `p` is two-sided, adjusted for all judged together.

    `low` and `high` are limits of at least 95 % that hold 1 where `p` is above 5 %, and nowhere else.
    """

    lift: float
    low: float
    high: float
    p: float

    @property
    def verdict(self) -> str:
        """“more often”, “less often” or “not settled”."""
        if self.p > RATE:
            return "not settled"
        return "more often" if self.lift > 1 else "less often"


class Crossing(NamedTuple):
    """Of `talks`, `first` and `second` have the one and the other theme and `both` have both; only `both` may be 0."""

    both: int
    first: int
    second: int
    talks: int

    @property
    def expected(self) -> float:
        """Talks with both, if the two themes had nothing to do with each other."""
        return self.first * self.second / self.talks

    @property
    def least(self) -> int:
        """Talks that have both for want of others."""
        return max(0, self.first + self.second - self.talks)

    @property
    def p(self) -> float:
        """Of Fisher's exact test, two-sided: twice the chance of as many talks with both or more, or as many or fewer.

        Twice the smaller tail rather than all that is as unlikely, for only that agrees with an interval of two limits.
        """
        weights = _weights(self, self.least, min(self.first, self.second))
        chances = np.exp(weights - weights.max())
        at = self.both - self.least
        return min(1.0, 2 * float(min(chances[: at + 1].sum(), chances[at:].sum()) / chances.sum()))

    def limits(self, level: float) -> tuple[float, float]:
        """The lifts that a test at `level` would let stand, the least and the greatest.

        With odds w between the themes, the count has weights C(first, k) C(talks - first, second - k) w^k: Fisher's
        noncentral hypergeometric distribution. At the limits of w the count seen ends a tail of level / 2 (Cornfield,
        Proc. 3rd Berkeley Symp. 4 (1956) 135-148); the lift is the count expected there over that expected by chance,
        so it is 1 where w is, and the lift seen where w is likeliest.
        """
        most = min(self.first, self.second)
        cells = (self.both, self.first - self.both, self.second - self.both,
                 self.talks - self.first - self.second + self.both)  # fmt: skip
        reach = math.ceil(SPREAD / math.sqrt(sum(1 / (cell + 1) for cell in cells))) + BEYOND
        least, most = max(self.least, self.both - reach), min(most, self.both + reach)
        weights, at = _weights(self, least, most), self.both - least
        low = float(least) if at == 0 else least + _expected(weights, at, level / 2)
        high = float(most) if self.both == most else most - _expected(weights[::-1], most - self.both, level / 2)
        return low / self.expected, high / self.expected


@lru_cache(maxsize=64)
def lifts(crossings: tuple[Crossing, ...]) -> tuple[Lift, ...]:
    """All judged together, in the order given: Benjamini and Hochberg's p-values, and limits that agree with them.

    The limits are of the level at which the procedure settled what it did: Benjamini and Yekutieli, False discovery
    rate-adjusted multiple confidence intervals for selected parameters, J. Am. Stat. Assoc. 100 (2005) 71-81.
    """
    ps = [one.p for one in crossings]
    corrected = adjusted(ps)
    settled = sum(p <= RATE for p in corrected)
    level = RATE * max(1, settled) / max(1, len(ps))
    found = []
    for one, p in zip(crossings, corrected, strict=True):
        low, high = one.limits(level)
        found.append(Lift(one.both / one.expected, low, high, p))
    return tuple(found)


def _weights(of: Crossing, least: int, most: int) -> NDArray[np.float64]:
    """Logarithms of C(first, k) C(talks - first, second - k) for k from `least` to `most`, but for a common term."""
    k = np.arange(least, most, dtype=np.float64)
    rest = of.talks - of.first - of.second
    steps = np.log((of.first - k) * (of.second - k)) - np.log((k + 1) * (rest + k + 1))
    return np.concatenate(([0.0], np.cumsum(steps)))


def _expected(weights: NDArray[np.float64], at: int, tail: float) -> float:
    """The expected place where places from `at` on, of weights times w^place, have the chance `tail`.

    By Newton's steps in log w: the logarithm of such a chance rises and bends down, so no step from the left goes too
    far, and one from the right leads there.
    """
    places = np.arange(len(weights), dtype=np.float64)
    odds = float(weights[at - 1] - weights[at])
    mean = float(at)
    for _ in range(ROUNDS):
        tilted = weights + odds * places
        chances = np.exp(tilted - tilted.max())
        whole, end = float(chances.sum()), float(chances[at:].sum())
        mean = float(places @ chances) / whole
        step = (math.log(tail) - math.log(end / whole)) / (float(places[at:] @ chances[at:]) / end - mean)
        odds += step
        if abs(step) <= 1e-9:
            break
    return mean
