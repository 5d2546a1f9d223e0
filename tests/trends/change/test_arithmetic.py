"""The arithmetic of change against published examples, closed forms and resampling."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.trends.change.difference import difference
from app.trends.change.discoveries import adjusted, needed, penalty, verdict
from app.trends.change.mix import Stratum, standardised
from app.trends.change.pooling import pool
from app.trends.change.seen import Seen, wilson_size
from app.trends.change.settling import settling
from app.trends.change.student import student_quantile, student_two_sided
from app.trends.estimate import wilson
from tests.trends.change.lines import slope


def seen(numerator: int, talks: int, **more: float | int | None) -> Seen:
    low, high = wilson(numerator / talks, talks)
    return Seen(numerator / talks, low, high, talks, **more)  # type: ignore[arg-type]  # parts of Seen by name


def exact(share: float, talks: int) -> Seen:
    return Seen(share, share, share, talks, missing=0)


@given(st.integers(0, 400), st.integers(1, 400))
def test_the_size_behind_a_wilson_interval_is_found_again(numerator: int, talks: int) -> None:
    share = min(numerator, talks) / talks
    assert wilson_size(*wilson(share, talks)) == pytest.approx(talks, rel=1e-4)


def test_exact_shares_are_worth_more_than_any_sample_but_no_more_talks_than_there_are() -> None:
    assert exact(0.3, 10).size == math.inf
    assert exact(0.3, 10).weight == 10


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((0, 10), (0, 10), -0.2775, 0.2775),
    ],
)
def test_differences_are_those_of_newcombes_table(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), table II, method 10."""
    found = difference(seen(*other), seen(*one))
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


@given(st.tuples(st.integers(0, 60), st.integers(60, 200)), st.tuples(st.integers(0, 60), st.integers(60, 200)))
def test_p_agrees_with_the_interval(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = difference(seen(*one), seen(*other))
    if abs(found.p - 0.05) > 1e-9:
        assert (found.p < 0.05) == (found.low > 0 or found.high < 0)
    back = difference(seen(*other), seen(*one))
    assert back.change == -found.change
    assert back.p == pytest.approx(found.p)


def test_exact_shares_differ_for_certain() -> None:
    found = difference(exact(0.2, 20), exact(0.25, 20))
    assert [found.low, found.high, found.p] == pytest.approx([0.05, 0.05, 0.0])
    assert difference(exact(0.2, 20), exact(0.2, 30)).p == 1.0


def test_false_discoveries_as_others_reckon_them() -> None:
    ps = [0.01, 0.0001, 0.6, 0.03, 0.045, 1.0, 0.03]
    assert adjusted(ps) == pytest.approx(list(stats.false_discovery_control(ps)))
    assert adjusted(ps, competing=True) == pytest.approx(list(stats.false_discovery_control(ps, method="by")))
    assert adjusted([]) == []
    assert penalty(3) == pytest.approx(1 + 1 / 2 + 1 / 3)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.booleans())
def test_what_is_needed_settles_one_more(ps: list[float], competing: bool) -> None:
    settled = sum(p <= 0.05 for p in adjusted(ps, competing=competing))
    if settled == len(ps):
        return
    last = max(range(len(ps)), key=lambda place: ps[place])
    changed = [*ps]
    changed[last] = needed(ps, competing=competing) * (1 - 1e-9)
    assert sum(p <= 0.05 for p in adjusted(changed, competing=competing)) > settled


def test_false_discoveries_stay_below_the_rate_where_nothing_changes() -> None:
    """Of 400 worlds in which no theme changed, about one in twenty or fewer calls any theme settled."""
    chance = random.Random(5)
    wrong = 0
    for _ in range(400):
        ps = []
        for share in (0.05, 0.1, 0.2, 0.3, 0.5):
            one, other = (sum(chance.random() < share for _ in range(80)) for _ in range(2))
            ps.append(difference(seen(one, 80), seen(other, 80)).p)
        wrong += any(p <= 0.05 for p in adjusted(ps))
    assert wrong / 400 <= 0.075


def test_verdicts() -> None:
    assert verdict(0.1, 0.04) == "rose"
    assert verdict(-0.1, 0.04) == "fell"
    assert verdict(-0.1, 0.06) == verdict(0.0, 0.0) == "not settled"


def test_more_talks_settle_what_they_are_said_to() -> None:
    """With so many more talks at the same shares the p-value is where it should be, but for Wilson's small print."""
    before, after = seen(10, 100), seen(16, 100)
    left = settling(before, after, difference(before, after), 0.05)
    assert left.talks is not None
    factor = 1 + left.talks / 200
    grown = [Seen(one.share, *wilson(one.share, 100 * factor), round(100 * factor)) for one in (before, after)]
    assert difference(grown[0], grown[1]).p == pytest.approx(0.05, abs=0.01)
    assert left.reviews is None
    assert left.words == f"Reviews alone would not settle it; about {left.talks} more known talks would."


def test_reviews_settle_what_only_labels_leave_open() -> None:
    before, after = (seen(count, 100, labelling=0.9, undecided=80) for count in (10, 16))
    left = settling(before, after, difference(before, after), 0.05)
    assert left.reviews is not None
    assert 1 < left.reviews <= 160
    assert left.words == f"{left.reviews} reviews of talks that no person decided would settle it."
    complete = [Seen(one.share, one.low, one.high, 100, 1.0, 80, 0) for one in (before, after)]
    assert settling(complete[0], complete[1], difference(complete[0], complete[1]), 1e-6).reviews is not None


def test_what_cannot_be_settled_is_said_in_words() -> None:
    same = settling(seen(1, 10), seen(2, 20), difference(seen(1, 10), seen(2, 20)), 0.05)
    assert same.words.startswith("The shares are equal")
    near = seen(1000, 10_000), seen(1001, 10_000)
    assert settling(*near, difference(*near), 0.05).words.startswith("Nothing within reach")
    few = (seen(3, 30, missing=2), seen(5, 30, missing=0))
    told = settling(*few, difference(*few), 0.05).words
    assert told.startswith("It is beyond the programmes: about ")
    assert told.endswith("with 2 sessions left to learn of.")
    open_ = (seen(3, 30), seen(4, 30))
    assert "beyond any such programme" in settling(*open_, difference(*open_), 0.05).words


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 16, 43])
def test_students_t(freedom: int) -> None:
    for t in (0.0, 0.3, 1.7, 4.2):
        assert student_two_sided(t, freedom) == pytest.approx(2 * stats.t.sf(t, freedom), abs=1e-12)
    assert student_quantile(0.05, freedom) == pytest.approx(stats.t.ppf(0.975, freedom))


def test_a_slope_is_found_and_a_flat_line_is_not_settled() -> None:
    rising = [(2010.0 + year, 1 / (1 + math.exp(2 - 0.2 * year)), 300.0) for year in range(10)]
    found = slope(rising)
    assert found is not None
    assert found.odds == pytest.approx(math.exp(0.2), rel=0.01)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.odds < found.high
    assert found.p < 1e-5
    assert found.dispersion == 1.0
    assert [found.first, found.last] == pytest.approx([rising[0][1], rising[-1][1]], abs=0.01)
    flat = slope([(2010.0 + year, 0.2 + 0.02 * (year % 2), 50.0) for year in range(8)])
    assert flat is not None
    assert flat.p > 0.05
    more = flat.points_needed(0.05)
    assert more is None or more > flat.points


def test_a_slope_needs_points_between_none_and_all() -> None:
    assert slope([]) is None
    assert slope([(2010.0 + year, 0.2, 50.0) for year in range(3)]) is None
    assert slope([(2010.0, 0.1 * place, 50.0) for place in range(8)]) is None
    assert slope([(2010.0 + year, 0.0, 50.0) for year in range(8)]) is None
    assert slope([(2010.0 + year, 1.0, 50.0) for year in range(8)]) is None
    late = slope([(2010.0 + year, 0.2 if year == 5 else 0.0, 30.0) for year in range(6)])
    assert late is not None
    assert late.p > 0.05
    assert (late.low, late.high) == (None, None)


def test_scatter_beyond_chance_widens_a_slope() -> None:
    years = range(10)
    calm = slope([(2010.0 + year, 0.2 + 0.01 * year, 200.0) for year in years])
    wild = slope([(2010.0 + year, 0.2 + 0.01 * year + (0.1 if year % 2 else -0.1), 200.0) for year in years])
    assert calm is not None
    assert wild is not None
    assert wild.dispersion > 5
    calmly, wildly = (math.log(one.high / one.low) for one in (calm, wild) if one.high and one.low)
    assert wildly > 2 * calmly


def test_slopes_of_nothing_are_seldom_settled() -> None:
    """1,000 series without trend, half of them with scatter beyond chance: about one in twenty is called settled."""
    chance = random.Random(7)
    wrong = 0
    for round_ in range(1000):
        points = []
        for year in range(10):
            share = min(0.9, max(0.01, 0.2 + (chance.gauss(0, 0.06) if round_ % 2 else 0.0)))
            count = sum(chance.random() < share for _ in range(100))
            points.append((2010.0 + year, count / 100, 100.0))
        found = slope(points)
        wrong += found is not None and found.p <= 0.05
    assert 0.02 <= wrong / 1000 <= 0.075


def test_pooling_leans_small_editions_more() -> None:
    found = pool([seen(20, 100), seen(22, 100), seen(5, 10), seen(18, 100)])
    assert found is not None
    small, large = found.each[2], found.each[0]
    assert small.share < 0.35
    assert abs(large.share - 0.2) < 0.02
    assert found.usual.low < found.usual.share < found.usual.high
    apart = pool([seen(10, 1000), seen(500, 1000), seen(900, 1000)])
    assert apart is not None
    assert apart.tau > 1
    assert apart.each[1].share == pytest.approx(0.5, abs=0.01)
    assert pool([seen(1, 10)]) is None


def test_between_editions_variance_is_dersimonian_and_lairds() -> None:
    """By hand: two log odds y with variances v; Q = (y1-y2)^2/(v1+v2), tau^2 = (Q-1)(v1+v2)/2."""
    one, other = seen(10, 100), seen(40, 100)
    ys = [math.log((x + 0.5) / (100.5 - x)) for x in (10, 40)]
    vs = [1 / (x + 0.5) + 1 / (100.5 - x) for x in (10, 40)]
    found = pool([one, other])
    assert found is not None
    q = (ys[0] - ys[1]) ** 2 / sum(vs)
    assert found.tau**2 == pytest.approx((q - 1) * sum(vs) / 2, rel=1e-3)


def test_one_mix_takes_the_mix_away() -> None:
    """Both conferences have 1/2 of keynotes and 1/10 of talks on a theme; they only differ in how many of each."""
    one = {("talk", 2019): Stratum(8, 80, 0.0), ("keynote", 2019): Stratum(10, 20, 0.0)}
    other = {("talk", 2019): Stratum(2, 20, 0.0), ("keynote", 2019): Stratum(40, 80, 0.0)}
    found = standardised([one, other])
    assert found is not None
    assert [round(each.seen.share, 9) for each in found] == [0.3, 0.3]
    assert found[0].common == 1.0
    assert found[0].seen.low < 0.3 < found[0].seen.high
    apart = standardised([one, {("talk", 2020): Stratum(1, 5, 0.0)}])
    assert apart is None
    part = standardised([one, {("talk", 2019): Stratum(1, 10, 0.0)}])
    assert part is not None
    assert (part[0].common, part[1].common) == (0.8, 1.0)
