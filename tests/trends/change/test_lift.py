"""Themes that meet more or less often than by chance: the exact test, its limits, and what is called settled."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio

from app.trends.change.lift import Crossing, Lift, lifts


def alone(both: int, first: int, second: int, talks: int) -> Lift:
    return lifts((Crossing(both, first, second, talks),))[0]


@st.composite
def crossings(draw: st.DrawFn) -> Crossing:
    talks = draw(st.integers(1, 400))
    counts = st.one_of(st.integers(1, min(4, talks)), st.integers(1, talks))
    first, second = draw(counts), draw(counts)
    return Crossing(draw(st.integers(max(0, first + second - talks), min(first, second))), first, second, talks)


@given(crossings())
def test_p_is_that_of_fishers_exact_test(of: Crossing) -> None:
    by_chance = stats.hypergeom(of.talks, of.first, of.second)
    tails = by_chance.cdf(of.both), by_chance.sf(of.both - 1)
    assert of.p == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-6, abs=1e-12)


@given(crossings(), st.sampled_from([0.05, 0.0005]))
def test_limits_are_those_of_the_odds_as_others_reckon_them(of: Crossing, level: float) -> None:
    least, most = of.least, min(of.first, of.second)
    low, high = of.limits(level)
    assume(least < most)
    table = [[of.both, of.first - of.both], [of.second - of.both, of.talks - of.first - of.second + of.both]]
    odds = odds_ratio(table, kind="conditional").confidence_interval(1 - level)
    ends = []
    for limit, end in ((odds.low, least), (odds.high, most)):
        inside = 0 < limit < math.inf
        ends.append(stats.nchypergeom_fisher(of.talks, of.first, of.second, limit).mean() if inside else end)
    assert [low, high] == pytest.approx([end / of.expected for end in ends], rel=1e-4, abs=1e-6)


@given(st.lists(crossings(), max_size=12))
def test_limits_hold_chance_where_nothing_is_settled_and_nowhere_else(of: list[Crossing]) -> None:
    for found in lifts(tuple(of)):
        assert found.low <= found.lift + 1e-9
        assert found.lift <= found.high + 1e-9
        if abs(found.p - 0.05) > 1e-6:
            assert (found.low - 1e-9 <= 1 <= found.high + 1e-9) == (found.verdict == "not settled")
        if found.verdict != "not settled":
            assert (found.lift > 1) == (found.verdict == "more often")


@pytest.mark.parametrize("talks", [8, 33, 47, 300])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("other", [0.05, 0.3, 0.9])
def test_of_themes_that_have_nothing_to_do_with_each_other_few_are_settled(
    talks: int, share: float, other: float
) -> None:
    """Alone, before any control of false discoveries; 800 draws leave 0.8 points of chance."""
    chance = random.Random(11)
    judged = wrong = 0
    for _ in range(800):
        one = [chance.random() < share for _ in range(talks)]
        two = [chance.random() < other for _ in range(talks)]
        if any(one) and any(two):
            judged += 1
            both = sum(a and b for a, b in zip(one, two, strict=True))
            wrong += alone(both, sum(one), sum(two), talks).verdict != "not settled"
    assert wrong <= 0.05 * judged + 3 * math.sqrt(0.05 * judged)


def test_lift() -> None:
    by_chance = alone(20, 100, 200, 1000)
    assert (by_chance.lift, by_chance.p, by_chance.verdict) == (1.0, 1.0, "not settled")
    often = alone(60, 100, 200, 1000)
    assert often.lift == 3.0
    assert 1 < often.low < 3 < often.high
    assert often.p < 1e-6
    never = alone(0, 100, 200, 1000)
    assert (never.lift, never.low, never.verdict) == (0.0, 0.0, "less often")
    assert alone(10, 10, 10, 10) == Lift(1.0, 1.0, 1.0, 1.0)
    assert lifts(()) == ()


def test_themes_of_one_talk_settle_nothing() -> None:
    """One talk each of 47 that do not meet, and one wholly within another: chance does both."""
    apart = alone(0, 1, 1, 47)
    assert (apart.p, apart.verdict) == (1.0, "not settled")
    within = alone(1, 1, 22, 47)
    assert within.verdict == "not settled"
    assert within.low < 1 < within.high == pytest.approx(47 / 22)
    thousands = alone(2655, 2655, 5104, 39_505)
    assert thousands.verdict == "more often"
    assert 1 < thousands.low < thousands.high == pytest.approx(39_505 / 5104)
