"""Whether a share rises over the years: the Cochran-Armitage test for trend. Pure.

Armitage, P. (1955): Tests for linear trends in proportions and frequencies. Biometrics 11 (3), 375-386.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

LEAST_YEARS = 3


def trend(counts: Sequence[tuple[int, int, int]]) -> float | None:
    """z of the trend of `counts` as (year, talks, of all); above 0 where the share rises.

    None with fewer than LEAST_YEARS years that have any talks at all, or where all or none of them count.
    """
    held = [(year, talks, of) for year, talks, of in counts if of]
    every, some = sum(of for _, _, of in held), sum(talks for _, talks, _ in held)
    if len(held) < LEAST_YEARS or not 0 < some < every:
        return None
    share = some / every
    middle = sum(year * of for year, _, of in held) / every
    rise = sum((year - middle) * (talks - of * share) for year, talks, of in held)
    spread = share * (1 - share) * sum(of * (year - middle) ** 2 for year, _, of in held)
    return rise / sqrt(spread)
