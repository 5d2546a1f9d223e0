"""How much more often two themes meet in a talk than they would by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.trends.change.difference import two_sided
from app.trends.estimate import Z95

METHOD = (
    "Lift is the talks with both themes over those expected if the two had nothing to do with each other; its interval "
    "is that of its logarithm (delta method for multinomial counts: Agresti 2013, 16.1). It is of the labels as they "
    "are: a machine that reads one word for two themes makes them meet, which the interval does not hold."
)


@dataclass(frozen=True)
class Lift:
    """`lift` is 1 where the themes meet as often as by chance; with 95 % limits and a two-sided p-value."""

    lift: float
    low: float
    high: float
    p: float


def lift(both: int, first: int, second: int, talks: int) -> Lift | None:
    """Of `talks`, `first` and `second` have the one and the other theme and `both` have both.

    None where a theme has no talks. Var(log lift) = (1/p_ab - 1/p_a - 1/p_b + 2 lift - 1) / n, from the covariances of
    multinomial counts; where no talk has both, half a talk stands for none.
    """
    if not first or not second or not talks:
        return None
    together = both or 0.5
    value = together * talks / (first * second)
    variance = (talks / together - talks / first - talks / second + 2 * value - 1) / talks
    if variance <= 0:
        return Lift(value, value, value, 1.0)
    error = math.sqrt(variance)
    reach = math.exp(Z95 * error)
    low = value / reach if both else 0.0
    return Lift(value if both else 0.0, low, value * reach, two_sided(math.log(value) / error))
