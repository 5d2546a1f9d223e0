"""A share as evidence: what it is, how sure, and how many talks it is worth. The one place where shares enter here."""

from __future__ import annotations

import math
from typing import NamedTuple

from app.trends.estimate import Z95, Estimate
from app.trends.scope import Coverage
from app.trends.tally import Tally


class Seen(NamedTuple):
    """A share 0..1 with its 95 % limits, of `talks` talks. `share` has its labels corrected where they are.

    `labelling` is the part 0..1 of its variance that comes of labels no person decided, `undecided` their talks;
    `missing` are the published sessions that are not known, None where their number is not.
    """

    share: float
    low: float
    high: float
    talks: int
    labelling: float = 0.0
    undecided: int = 0
    missing: int | None = None

    @property
    def variance(self) -> float:
        """Of the share, read off the width of its interval, so that every method of estimating enters alike."""
        return ((self.high - self.low) / (2 * Z95)) ** 2

    @property
    def size(self) -> float:
        """Independent talks that would have the same interval; without end where the share is exact."""
        return wilson_size(self.low, self.high)

    @property
    def weight(self) -> float:
        """The same, but never more than the talks there are: as a draw of what is usual, an edition is worth no more
        than its talks, however exactly its own programme is known."""
        return min(self.size, float(self.talks))


def seen(found: Estimate, tally: Tally, coverage: Coverage, population: str) -> Seen | None:
    """The evidence of a share, its labels corrected as its interval is; None where there is no share."""
    if found.estimate is None or found.low is None or found.high is None:
        return None
    return Seen(
        share=found.estimate,
        low=found.low,
        high=found.high,
        talks=tally.denominator,
        labelling=labelling_part(found),
        undecided=tally.undecided,
        missing=coverage.missing if population == "all" or coverage.is_complete else None,
    )


def labelling_part(found: Estimate) -> float:
    """The part 0..1 of the uncertainty of a share that its labels make up, by the halves of its width."""
    labelling, unseen = found.labelling or 0.0, found.unseen or 0.0
    whole = labelling**2 + unseen**2
    return labelling**2 / whole if whole > 0 else 0.0


def wilson_size(low: float, high: float) -> float:
    """The sample size whose Wilson interval (1927) has these limits: the inverse of `estimate.wilson`.

    With m the middle, h half the width and s = z^2/n, the interval's formula gives
    s^2 (1/4 - m(1-m)) - s (m(1-m) - h^2) + h^2 = 0, of which the smaller root is meant.
    """
    half, middle = (high - low) / 2, (high + low) / 2
    if half <= 0:
        return math.inf
    product = middle * (1 - middle)
    first, second = 0.25 - product, product - half * half
    if first < 1e-12:
        inverse = half * half / second
    else:
        inverse = (second - math.sqrt(max(0.0, second * second - 4 * first * half * half))) / (2 * first)
    return Z95 * Z95 / inverse if inverse > 0 else math.inf
