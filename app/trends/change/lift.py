"""How much more often two themes meet in a talk than they would by chance."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.trends.change.difference import NORMAL
from app.trends.change.discoveries import RATE, adjusted

Floats = NDArray[np.float64]

METHOD = (
    "Lift is the talks with both themes over those expected if the two had nothing to do with each other. Whether it "
    "is 1 is told by Fisher’s exact test (1935; twice the smaller tail), of all ways in which so many talks with the "
    "one and the other could fall together. Its limits are those of the odds that belong to this test (Cornfield "
    "1956), as the lift expected at such odds; they are as wide as the verdicts ask for (Benjamini and Yekutieli "
    "2005), so that 1 lies between them where it is not settled and nowhere else. It is of the labels as they are: a "
    "machine that reads one word for two themes makes them meet, which the limits do not hold."
)
ROUNDS = 60
"""Steps of Newton's; it takes four or five."""

SPREAD, NEAR = 12, 6
BEYOND = 60
"""Counts further than SPREAD standard deviations and BEYOND talks from the one seen, and from the one likeliest by
chance, weigh nothing; where a limit lies, nor do those on the other side of the one seen that are half as far."""


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
    def most(self) -> int:
        """Talks that could have both."""
        return min(self.first, self.second)

    @property
    def p(self) -> float:
        """Of Fisher's exact test, two-sided: twice the chance of as many talks with both or more, or as many or fewer.

        Twice the smaller tail rather than all that is as unlikely, for only that agrees with an interval of two limits.
        """
        return _p(_weighed(self))

    def limits(self, level: float) -> tuple[float, float]:
        """The lifts that a test at `level` would let stand, the least and the greatest.

        With odds w between the themes, the count has weights C(first, k) C(talks - first, second - k) w^k: Fisher's
        noncentral hypergeometric distribution. At the limits of w the count seen ends a tail of level / 2 (Cornfield,
        Proc. 3rd Berkeley Symp. 4 (1956) 135-148); the lift is the count expected there over that expected by chance,
        so it is 1 where w is, and the lift seen where w is likeliest.
        """
        return _limits(self, _weighed(self), level)


class _Weighed(NamedTuple):
    """Logarithms of the weights of counts of both from `least` on, but for a common term; `at` is the place of the one
    seen, of whose odds the logarithm has the standard deviation 1 / `spread`."""

    weights: Floats
    least: int
    at: int
    spread: float


def lifts(crossings: tuple[Crossing, ...]) -> tuple[Lift, ...]:
    """All judged together, in the order given: Benjamini and Hochberg's p-values, and limits that agree with them.

    The limits are of the level at which the procedure settled what it did: Benjamini and Yekutieli, False discovery
    rate-adjusted multiple confidence intervals for selected parameters, J. Am. Stat. Assoc. 100 (2005) 71-81.
    """
    weighed = [_weighed(one) for one in crossings]
    corrected = adjusted([_p(one) for one in weighed])
    settled = sum(p <= RATE for p in corrected)
    level = RATE * max(1, settled) / max(1, len(crossings))
    return tuple(
        Lift(one.both / one.expected, *_limits(one, weights, level), p)
        for one, weights, p in zip(crossings, weighed, corrected, strict=True)
    )


def _weighed(of: Crossing) -> _Weighed:
    """Of the counts that weigh anything, by chance or at a limit: C(first, k) C(talks - first, second - k)."""
    likeliest = (of.first + 1) * (of.second + 1) // (of.talks + 2)
    spreads = [_spread(of, both) for both in (of.both, likeliest)]
    reach = math.ceil(SPREAD * max(spreads)) + BEYOND
    least = max(of.least, min(of.both, likeliest) - reach)
    k = np.arange(least, min(of.most, max(of.both, likeliest) + reach), dtype=np.float64)
    rest = of.talks - of.first - of.second
    steps = np.log((of.first - k) * (of.second - k) / ((k + 1) * (rest + k + 1)))
    return _Weighed(np.concatenate(([0.0], np.cumsum(steps))), least, of.both - least, spreads[0])


def _spread(of: Crossing, both: int) -> float:
    """The standard deviation of the count where that is `both`."""
    cells = both, of.first - both, of.second - both, of.talks - of.first - of.second + both
    return 1 / math.sqrt(sum(1 / (cell + 1) for cell in cells))


def _p(of: _Weighed) -> float:
    chances = np.exp(of.weights - of.weights.max())
    return min(1.0, 2 * float(min(chances[: of.at + 1].sum(), chances[of.at :].sum()) / chances.sum()))


def _limits(of: Crossing, weighed: _Weighed, level: float) -> tuple[float, float]:
    weights, least, at, spread = weighed
    near = math.ceil(NEAR * spread) + BEYOND
    far = math.ceil(SPREAD * spread) + BEYOND
    low, high = float(of.least), float(of.most)
    if of.both > of.least:
        start = max(0, at - far)
        low = least + start + _expected(weights[start : at + near + 1], at - start, level / 2, spread)
    if of.both < of.most:
        end = min(len(weights) - 1, at + far)
        turned = weights[max(0, at - near) : end + 1][::-1]
        high = least + end - _expected(turned, end - at, level / 2, spread)
    return low / of.expected, high / of.expected


def _expected(weights: Floats, at: int, tail: float, spread: float) -> float:
    """The expected place where places from `at` on, of weights times w^place, have the chance `tail`.

    By Newton's steps in log w, from where a normal count of this standard deviation would have it: the logarithm of
    such a chance rises and bends down, so no step from the left goes too far, and one from the right leads there.
    """
    # Of all places and of those from `at` on: how many and which, to be weighed by their chances all at once.
    marks = np.zeros((4, len(weights)))
    marks[0], marks[1] = 1.0, np.arange(len(weights))
    marks[2:, at:] = marks[:2, at:]
    odds = float(weights[at - 1] - weights[at]) + NORMAL.inv_cdf(tail) / spread
    mean = float(at)
    for _ in range(ROUNDS):
        tilted = weights + odds * marks[1]
        whole, moment, end, beyond = (marks @ np.exp(tilted - tilted.max())).tolist()
        mean = moment / whole
        step = (math.log(tail) - math.log(end / whole)) / (beyond / end - mean)
        odds += step
        if abs(step) <= 1e-9:
            break
    return mean
