"""Measures of a ranking: values worked out by hand, and what must hold of any ranking."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.relevance import interval, judged, ndcg, recall, reciprocal_rank

GRADES = {"a": 2, "b": 1, "c": 0, "d": 1}
documents = st.sampled_from([*"abcdefghijklmnop"])
rankings = st.lists(documents, unique=True)
graded = st.dictionaries(documents, st.integers(-1, 3), min_size=1)


def test_values_by_hand() -> None:
    ranking = ["x", "a", "c", "b"]
    second, third, fourth = (1 / math.log2(place + 1) for place in (2, 3, 4))
    ideal = 2 * 1 + 1 * second + 1 * third
    assert ndcg(ranking, GRADES) == pytest.approx((2 * second + 1 * fourth) / ideal)
    assert ndcg(ranking, GRADES, depth=1) == 0
    assert recall(ranking, GRADES) == pytest.approx(2 / 3)
    assert recall(ranking, GRADES, depth=2) == pytest.approx(1 / 3)
    assert reciprocal_rank(ranking, GRADES) == 0.5
    assert reciprocal_rank(ranking, GRADES, depth=1) == 0
    assert judged(ranking, GRADES) == 0.75


def test_nothing_found_and_nothing_relevant() -> None:
    assert (ndcg([], GRADES), recall([], GRADES), reciprocal_rank([], GRADES), judged([], GRADES)) == (0, 0, 0, 1)
    assert (ndcg(["a"], {"a": 0}), recall(["a"], {"a": 0}), reciprocal_rank(["a"], {"a": 0})) == (0, 0, 0)


@given(rankings, graded)
def test_measures_lie_between_none_and_all(ranking: list[str], grades: dict[str, int]) -> None:
    for measure in (ndcg, recall, reciprocal_rank, judged):
        assert 0 <= measure(ranking, grades) <= 1 + 1e-12


@given(graded)
def test_the_best_order_is_perfect(grades: dict[str, int]) -> None:
    best = sorted(grades, key=lambda document: -grades[document])
    perfect = 1 if max(grades.values()) > 0 else 0
    assert ndcg(best, grades) == pytest.approx(perfect)
    assert reciprocal_rank(best, grades) == perfect
    assert recall(best, grades) == perfect


@given(rankings, graded, st.integers(0, 14))
def test_putting_the_better_of_two_neighbours_first_never_lowers_ndcg(
    ranking: list[str], grades: dict[str, int], place: int
) -> None:
    if place + 1 >= len(ranking):
        return
    swapped = ranking.copy()
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    gain = max(0, grades.get(ranking[place + 1], 0)) - max(0, grades.get(ranking[place], 0))
    difference = ndcg(swapped, grades) - ndcg(ranking, grades)
    assert difference >= -1e-12 if gain >= 0 else difference <= 1e-12


@given(rankings, graded)
def test_what_nobody_judged_gains_nothing(ranking: list[str], grades: dict[str, int]) -> None:
    kept = [document if document in grades else f"unjudged {document}" for document in ranking]
    assert ndcg(kept, grades) == ndcg(ranking, grades)


def test_an_interval_holds_the_mean_and_is_the_same_at_every_call() -> None:
    values = [0.0, 0.2, 0.4, 0.9, 1.0, 0.3]
    low, high = interval(values)
    assert low < sum(values) / len(values) < high
    assert interval(values) == (low, high)
    assert interval(values, level=0.5)[0] > low
    assert interval([0.4] * 5) == pytest.approx((0.4, 0.4))
    assert interval([]) == (0, 0)


def test_an_interval_is_about_two_standard_errors_wide_on_either_side() -> None:
    values = [float(number % 2) for number in range(400)]  # a standard error of 0.025
    low, high = interval(values)
    assert low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.005)
    assert high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.005)
