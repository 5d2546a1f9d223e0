"""How many more reviews would narrow a figure, from what is known of it now. Pure numbers."""

from __future__ import annotations

from dataclasses import dataclass

from app.trends.estimate.interval import middle_variance, uncertainty, wilson

STEPS = (0.2, 0.15, 0.1, 0.05, 0.03, 0.02, 0.01)
"""Half widths worth aiming for, as shares."""

LEAST_REVIEWED = 10
"""With fewer talks a review is no sample to speak of."""


@dataclass(frozen=True)
class Plan:
    """`reviews` more talks, drawn at random, would bring the interval to about `within` (a share) on either side.

    `reviews` None: no review narrows it to a rounder width; `within` is then what is left with every talk decided.
    """

    reviews: int | None
    within: float


def plan_reviews(share: float, denominator: int, undecided: int, variance: float, published: int | None) -> Plan | None:
    """The next round half width and the reviews it takes; None where every known talk is decided.

    Arguments as of `estimate_share`; `share` is the estimate. A review of k of n talks is taken to leave
    n^2 * v / k * (n-k)/(n-1), v being the part of p(1-p) that the labels leave unexplained now, at most all of it.
    """
    if undecided == 0 or denominator == 0:
        return None
    now = _half(share, denominator, variance, published)
    best = _half(share, denominator, 0.0, published)
    goal = next((step for step in STEPS if step < now * 0.9 and step >= best), None)
    if goal is None:
        return Plan(None, best)
    low, high = 1, undecided
    while low < high:
        middle = (low + high) // 2
        left = variance_after(middle, share, denominator, undecided, variance)
        if _half(share, denominator, left, published) <= goal + 1e-12:
            high = middle
        else:
            low = middle + 1
    return Plan(low, goal)


def variance_after(more: int, share: float, denominator: int, undecided: int, variance: float) -> float:
    """Labelling variance left, in talks squared, when `more` of the `undecided` talks have been reviewed."""
    if more >= undecided:
        return 0.0
    rest = variance * (undecided - more) / undecided
    if more < LEAST_REVIEWED:
        return rest
    plain = middle_variance(share, denominator)
    unexplained = min(1.0, variance / (undecided * plain)) * plain
    sampled = undecided**2 * unexplained / more * (undecided - more) / max(undecided - 1, 1)
    return min(rest, sampled)


def _half(share: float, denominator: int, variance: float, published: int | None) -> float:
    inverse = sum(uncertainty(share, denominator, published, variance))
    if inverse == 0:
        return 0.0
    low, high = wilson(share, 1 / inverse)
    return (high - low) / 2
