"""How far one share is from another, with an interval and a p-value made from the limits of the two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from app.trends.change.seen import Seen
from app.trends.estimate import Z95

NORMAL = NormalDist()


@dataclass(frozen=True)
class Difference:
    """`change` is the later share less the earlier, -1..1, with its 95 % limits; `p` is two-sided.

    `variance` is that of the change towards no change at all, which is what a verdict is about.
    """

    change: float
    low: float
    high: float
    p: float
    variance: float


def difference(before: Seen, after: Seen) -> Difference:
    """The change from `before` to `after`, two shares of different talks.

    The limits are recovered from those of the two shares: Newcombe, Interval estimation for the difference between
    independent proportions, Statistics in Medicine 17 (1998) 873-890, method 10, as Zou and Donner (Statistics in
    Medicine 27, 2008, 1693-1702) generalise it to any interval. So whatever the two intervals hold, labelling error
    and unknown sessions included, the difference holds too. The p-value is the one that agrees with these limits.
    """
    change = after.share - before.share
    down = math.hypot(after.share - after.low, before.high - before.share)
    up = math.hypot(after.high - after.share, before.share - before.low)
    towards = down if change > 0 else up
    if change == 0:
        p = 1.0
    elif towards == 0:
        p = 0.0
    else:
        p = two_sided(abs(change) / towards * Z95)
    return Difference(change, max(-1.0, change - down), min(1.0, change + up), p, (towards / Z95) ** 2)


def two_sided(z: float) -> float:
    """The chance of a normal value as far from 0 as `z`, on either side."""
    return math.erfc(abs(z) / math.sqrt(2))
