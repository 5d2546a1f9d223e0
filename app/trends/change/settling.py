"""What would settle a change that is not settled: more reviews, more known talks, or nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.trends.change.difference import NORMAL, Difference
from app.trends.change.seen import Seen
from app.trends.wording import counted

BEYOND = 100_000
"""More talks than this are as good as none: no conference has them."""

TIMES = 3
"""So many times what the two have is more than any programme of theirs would bring."""

RULE = (
    "What would settle a change is reckoned for shares that stay as they are: the change must grow to the number of "
    "standard errors at which it would be called settled. Reviews take labelling error away talk by talk; more known "
    "talks shrink both parts, at the same rate in both, and sampling error wholly where a programme becomes complete."
)


@dataclass(frozen=True)
class Settling:
    """Reviews, or more known talks, that would settle a change; None where no number of them would.

    `held` are the known talks of both sides, `missing` the sessions published and not known, None where that is not
    known of both.
    """

    reviews: int | None
    talks: int | None
    held: int
    missing: int | None
    change: float

    @property
    def in_reach(self) -> bool:
        """Whether reviews, or talks that the two programmes or others like them may have, would settle it."""
        if self.change == 0 or self.reviews or self.talks is None:
            return bool(self.change and self.reviews)
        return self.talks <= (TIMES * self.held if self.missing is None else self.missing)

    @property
    def words(self) -> str:
        """What to do, in one sentence."""
        if self.change == 0:
            return "The shares are equal, so no number of talks or reviews would show a change."
        if self.reviews:
            return f"{counted(self.reviews, 'review')} of talks that no person decided would settle it."
        if self.talks is None:
            return f"Nothing within reach would settle it: even {BEYOND:,} more talks would not."
        more = f"about {counted(self.talks, 'more known talk')} would settle it"
        if self.missing is not None and self.talks > self.missing:
            left = counted(self.missing, "session") if self.missing else "no session"
            return f"It is beyond the programmes: {more}, with {left} left to learn of."
        if self.talks > TIMES * self.held:
            return f"It is beyond any such programme: {more}, and the two have {self.held:,}."
        return f"Reviews alone would not settle it; {more.removesuffix(' settle it')}."


def settling(before: Seen, after: Seen, found: Difference, p: float) -> Settling:
    """What would bring the two-sided p-value of `found`, a change from `before` to `after`, down to `p`."""
    missing = None if before.missing is None or after.missing is None else before.missing + after.missing
    held = before.talks + after.talks
    if found.change == 0:
        return Settling(None, None, held, missing, 0.0)
    allowed = (found.change / NORMAL.inv_cdf(1 - p / 2)) ** 2
    both = before.variance + after.variance
    labels = before.labelling * before.variance + after.labelling * after.variance
    labelling = found.variance * labels / both if both > 0 else 0.0
    reviews = None
    if labelling > 0 and found.variance - labelling <= allowed:
        undecided = before.undecided + after.undecided
        reviews = min(undecided, max(1, math.ceil(undecided * (found.variance - allowed) / labelling)))
    return Settling(reviews, _talks(before, after, found.variance, allowed), held, missing, found.change)


def _talks(before: Seen, after: Seen, variance: float, allowed: float) -> int | None:
    """The fewest more talks, the same part of each side, whose variance is allowed; by halving."""
    held = before.talks + after.talks
    both = before.variance + after.variance

    def enough(more: int) -> bool:
        part = more / held
        return variance * (_after_more(before, part) + _after_more(after, part)) <= allowed * both

    if both <= 0 or not enough(BEYOND):
        return None
    low, high = 0, BEYOND
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _after_more(share: Seen, part: float) -> float:
    """The variance of a share with `part` as many talks again, within the sessions that are missing."""
    left = 1.0
    if share.missing:
        left = max(0.0, 1 - part * share.talks / share.missing)
    return share.variance * ((1 - share.labelling) * left + share.labelling) / (1 + part)
