"""Which of several findings shown together to believe: false-discovery control."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

RATE = 0.05
"""Of all changes called settled, at most this part is expected to be none."""

Verdict = Literal["rose", "fell", "not settled"]

BENJAMINI_HOCHBERG = (
    "Where several are looked at together, at most 5 % of those called settled are expected to be none "
    "(false-discovery rate: Benjamini and Hochberg 1995)."
)
BENJAMINI_YEKUTIELI = (
    "Where several are looked at together, at most 5 % of those called settled are expected to be none "
    "(false-discovery rate: Benjamini and Yekutieli 2001, for main themes take talks from each other)."
)


def adjusted(ps: Sequence[float], *, competing: bool = False) -> list[float]:
    """P-values adjusted for being looked at together, in the order given.

    Benjamini and Hochberg, Controlling the false discovery rate, J. R. Statist. Soc. B 57 (1995) 289-300, which holds
    for tests that are independent or move together. Where they compete, as main themes that take talks from each
    other do, each is multiplied by 1 + 1/2 + ... + 1/m as well: Benjamini and Yekutieli, Ann. Statist. 29 (2001)
    1165-1188, which holds whatever the dependence.
    """
    least = 1.0
    found = [1.0] * len(ps)
    factor = penalty(len(ps)) if competing else 1.0
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    for rank, place in reversed(list(enumerate(order, start=1))):
        least = min(least, ps[place] * len(ps) * factor / rank)
        found[place] = least
    return found


def penalty(tests: int) -> float:
    """1 + 1/2 + ... + 1/m."""
    return sum(1 / rank for rank in range(1, tests + 1))


def verdict(change: float, p: float) -> Verdict:
    """Of a change and its adjusted p-value."""
    if change == 0 or p > RATE:
        return "not settled"
    return "rose" if change > 0 else "fell"


def needed(ps: Sequence[float], *, competing: bool = False) -> float:
    """The p-value at which one more of these tests would be called settled, the others staying as they are."""
    settled = sum(p <= RATE for p in adjusted(ps, competing=competing))
    factor = penalty(len(ps)) if competing else 1.0
    return RATE * min(settled + 1, len(ps)) / (len(ps) * factor) if ps else RATE
