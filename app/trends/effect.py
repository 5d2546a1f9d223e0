"""What a review does to a published share: how many would settle a question people read in it. Pure numbers.

A share is asked whether it is above a threshold: one that somebody claims in print, or a multiple of 5 %. That is
settled when the 95 % interval lies on one side. A review takes the labelling variance p(1-p) of its talk away, and in
expectation moves the count by p less what was counted for the talk (1 or 0), if the machine's probabilities are right;
so the fewest reviews are those of the talks with the most variance, and how many it takes can be told beforehand.

The variance is that of the machine's own probabilities. Where a figure goes by more, such as a reviewed sample, its
interval is another one, and the reviews told here are a guide.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from app.trends.estimate import SUREST, estimate_share

STEP = 0.05
"""People read shares in steps of five per cent."""

SLACK = 1e-9


class OpenTalk(NamedTuple):
    """A talk that nobody decided for the theme, with the machine's probability; `counted` if it is in the numerator."""

    talk_id: int
    probability: float
    counted: bool

    @property
    def variance(self) -> float:
        """p(1-p), with p cut as in the interval of a figure."""
        return label_variance_of(self.probability)


@dataclass(frozen=True)
class Standing:
    """A share as it stands. `unlisted` is the variance of the open talks for which the machine kept no probability."""

    numerator: int
    denominator: int
    confirmed: int
    rejected: int
    published: int | None
    open_talks: tuple[OpenTalk, ...]
    unlisted: float = 0.0

    @cached_property
    def by_variance(self) -> list[OpenTalk]:
        """Open talks, the one whose review removes most first."""
        return sorted(self.open_talks, key=lambda talk: (-talk.variance, talk.talk_id))

    @cached_property
    def removed(self) -> list[float]:
        """Variance that the first 0, 1, 2, ... reviews of these remove, in talks squared."""
        return list(accumulate((talk.variance for talk in self.by_variance), initial=0.0))

    @cached_property
    def moved(self) -> list[tuple[float, int]]:
        """Of the first 0, 1, 2, ... of these: how many are expected to be accepted, and how many are counted now."""
        return list(accumulate(
            ((talk.probability, int(talk.counted)) for talk in self.by_variance),
            lambda one, other: (one[0] + other[0], one[1] + other[1]),
            initial=(0.0, 0),
        ))  # fmt: skip

    @property
    def variance(self) -> float:
        """Labelling variance of the count, in talks squared."""
        return self.removed[-1] + self.unlisted

    @property
    def unlisted_talks(self) -> int:
        """Undecided talks for which the machine kept no probability."""
        return max(self.denominator - self.confirmed - self.rejected - len(self.open_talks), 0)

    @property
    def deviation(self) -> float:
        """Standard deviation of the share by labelling alone, 0..1."""
        return math.sqrt(self.variance) / self.denominator if self.denominator else 0.0


@dataclass(frozen=True)
class Question:
    """Whether a share is above a threshold (0..1), not settled now. `claimed` if somebody put it in print.

    `reviews` would settle it in expectation; None if all reviews of the open talks would not. Then those and `unlisted`
    talks, for which the machine kept no probability, would; 0 if not even they, for it is the programme that is not
    known well enough.
    """

    threshold: float
    claimed: bool
    reviews: int | None
    unlisted: int = 0


def label_variance_of(probability: float) -> float:
    """p(1-p) of a machine's label, p cut to 0.01..0.99."""
    cut = min(max(probability, 1 - SUREST), SUREST)
    return cut * (1 - cut)


def interval_after(standing: Standing, reviews: int, *, unlisted: bool = False) -> tuple[float, float]:
    """The 95 % interval to expect after so many reviews, by `estimate_share`, of a whole count of talks.

    What is decided by then is rounded down, for it limits the interval. `unlisted` adds reviews of all talks for which
    the machine kept no probability, taken to reject them.
    """
    accepted, counted = standing.moved[reviews]
    left = standing.variance - standing.removed[reviews] - (standing.unlisted if unlisted else 0.0)
    estimate = estimate_share(
        min(round(standing.numerator - counted + accepted), standing.denominator),
        standing.denominator,
        confirmed=standing.confirmed + math.floor(accepted + SLACK),
        rejected=standing.rejected
        + math.floor(reviews - accepted + SLACK)
        + (standing.unlisted_talks if unlisted else 0),
        variance=left if left > SLACK else 0.0,
        published=standing.published,
    )
    return estimate.low or 0.0, 1.0 if estimate.high is None else estimate.high


def is_settled(threshold: float, interval: tuple[float, float]) -> bool:
    """Whether the interval lies on one side of the threshold."""
    return interval[0] >= threshold - SLACK or interval[1] <= threshold + SLACK


def reviews_to_settle(standing: Standing, threshold: float) -> int | None:
    """Fewest reviews after which the threshold is expected to be outside of the interval: 0 if it is already, None if
    it stays within even when every open talk was reviewed. Takes it that each review brings it nearer."""
    every = len(standing.open_talks)
    if not is_settled(threshold, interval_after(standing, every)):
        return 0 if is_settled(threshold, interval_after(standing, 0)) else None
    return bisect_left(
        range(every + 1), True, key=lambda reviews: is_settled(threshold, interval_after(standing, reviews))
    )


def thresholds_near(share: float, low: float, high: float, step: float = STEP) -> list[float]:
    """The multiples of `step` next to the share on either side that lie within the interval, ends left out."""
    below, above = math.floor(share / step + SLACK) * step, math.ceil(share / step - SLACK) * step
    return [round(each, 4) for each in dict.fromkeys((below, above)) if low + SLACK < each < high - SLACK]


def question_of(standing: Standing, claims: Iterable[float] = ()) -> Question | None:
    """The question to settle first: a claim in print before a multiple of 5 %, then the one of fewest reviews, then
    the nearest to the share. None where no threshold lies within the interval."""
    if not standing.denominator:
        return None
    interval, share = interval_after(standing, 0), standing.numerator / standing.denominator
    asked = [(each, True) for each in dict.fromkeys(claims) if not is_settled(each, interval)]
    asked += [(each, False) for each in thresholds_near(share, *interval) if (each, True) not in asked]
    questions = [_question(standing, each, claimed) for each, claimed in asked]
    return min(questions, key=lambda one: (*rank(one), abs(one.threshold - share)), default=None)


def _question(standing: Standing, threshold: float, claimed: bool) -> Question:
    reviews = reviews_to_settle(standing, threshold)
    every = interval_after(standing, len(standing.open_talks), unlisted=True)
    unlisted = standing.unlisted_talks if reviews is None and is_settled(threshold, every) else 0
    return Question(threshold, claimed, reviews, unlisted)


def rank(question: Question) -> tuple[bool, bool, float]:
    """Order of questions: what reviews can settle first, what is claimed in print first, then by reviews needed."""
    return question.reviews is None, not question.claimed, math.inf if question.reviews is None else question.reviews
