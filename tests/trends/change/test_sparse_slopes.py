"""Trends through shares that are nearly all none, or nearly all all: never a crash, never a number without end."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.reports.movements import odds_range, odds_words
from app.reports.theme_over_time import Trend, trend_words
from app.trends.change.slope import BEYOND, slopes
from tests.trends.change.lines import slope

Points = list[tuple[float, float, float]]

ONE_EARLY: Points = [
    (2018.0, 0.2, 4.23),
    (2019.0, 0.0, 44.64),
    (2020.0, 0.0, 1.65),
    (2021.0, 0.0, 2.43),
    (2024.0, 0.0, 1.65),
    (2025.0, 0.0, 0.83),
]
"""One talk in the first year and none after: on the line the last shares are a hundred-thousand-millionth."""

FOUR_DAYS: Points = [(2020.0, 0.0, 0.5), (2020.0027, 0.2, 45.0), (2020.0054, 1.0, 0.5), (2020.0081, 0.003, 300.0)]
LEFT_THE_LINE: Points = [
    (2000.0, 0.0, 10.0),
    (2001.5, 0.0, 1.0),
    (2002.0, 0.18, 1.0),
    (2004.0, 0.2, 3.0),
    (2004.5, 0.98, 0.5),
    (2005.0, 0.0, 3000.0),
]
"""Steps of full length never come to a line here."""


@st.composite
def sparse(draw: st.DrawFn) -> Points:
    """Mostly none or all, worth anything from half a talk to a hundred thousand, days or years apart."""
    apart = draw(st.sampled_from((0.0027, 0.25, 1.0, 4.0)))
    share = st.one_of(st.sampled_from((0.0, 0.0, 0.0, 1.0)), st.floats(0, 1))
    worth = st.sampled_from((0.1, 0.83, 1.0, 4.2, 45.0, 3000.0, 100_000.0))
    drawn = draw(st.lists(st.tuples(share, worth), min_size=4, max_size=30))
    return [(2000 + place * apart, *one) for place, one in enumerate(drawn)]


@given(st.data(), st.integers(0, 8))
def test_many_trends_at_once_are_those_of_each(data: st.DataObject, years: int) -> None:
    worth = st.sampled_from((0.0, 1.0, 4.0, 40.0))
    row = st.lists(st.tuples(st.sampled_from((0.0, 0.1, 0.5, 1.0)), worth), min_size=years, max_size=years)
    rows = np.array(data.draw(st.lists(row, min_size=1, max_size=4)), dtype=np.float64)
    rows = rows.reshape(len(rows), years, 2)
    when = np.arange(2000.0, 2000.0 + years)
    for found, one in zip(slopes(when, rows[..., 0], rows[..., 1]), rows, strict=True):
        alone = slope([(year, *pair) for year, pair in zip(when.tolist(), one.tolist(), strict=True)])
        assert found == alone


@settings(max_examples=400, deadline=None)
@given(sparse())
@example(ONE_EARLY)
@example(FOUR_DAYS)
@example(LEFT_THE_LINE)
def test_a_trend_of_sparse_shares_is_of_finite_numbers_and_readable_words(points: Points) -> None:
    found = slope(points)
    if found is None:
        return
    assert all(math.isfinite(value) for value in found if value is not None)
    assert 0 <= found.p <= 1
    if abs(found.p - 0.05) > 1e-6:
        settled = (found.low or 0) > 1 or (found.high is not None and found.high < 1)
        assert settled == (found.p < 0.05)
    trend = Trend.of(found, "all")
    assert trend is not None
    json.dumps(trend.model_dump(), allow_nan=False)
    assert len(trend_words(trend, "year")) < 250


def test_the_likeliest_line_is_found_where_whole_steps_leave_it() -> None:
    """As scipy's Nelder-Mead finds it."""
    found = slope(LEFT_THE_LINE)
    assert found is not None
    assert found.odds == pytest.approx(0.422077, rel=1e-5)


def test_what_cannot_be_limited_is_not_settled_and_says_so() -> None:
    found = slope(ONE_EARLY)
    assert found is not None
    assert (found.low, found.high) == (None, None)
    trend = Trend.of(found, "all")
    assert trend is not None
    assert trend.verdict == "not settled"
    assert "likely any fall to any rise: not settled" in trend_words(trend, "year")


def test_odds_of_any_size_are_short_words() -> None:
    assert odds_range(0.95, 1.12) == "−5\u00a0% to +12\u00a0%"
    assert odds_range(None, 1.12) == "any fall to +12\u00a0%"
    assert odds_range(0.95, None) == "−5\u00a0% to any rise"
    assert odds_words(1e200) == odds_words(2 * BEYOND) == "more than +100000\u00a0%"
