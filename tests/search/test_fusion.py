"""Fusion arithmetic on numbers small enough to work out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.fusion import fuse_ranks, scaled, weighted

SCORES = st.dictionaries(st.integers(1, 50), st.floats(-10, 10), max_size=40)


def test_the_best_becomes_one_and_the_last_nothing() -> None:
    assert scaled({1: 8.0, 2: 5.0, 3: 2.0}) == {1: 1.0, 2: 0.5, 3: 0.0}


def test_a_whole_list_is_scaled_from_what_the_absent_score() -> None:
    assert scaled({1: 8.0, 2: 4.0, 3: 2.0}, absent=0.0) == {1: 1.0, 2: 0.5, 3: 0.25}
    assert scaled({1: 8.0, 2: 4.0, 3: 2.0}, depth=3, absent=0.0)[3] == 0.0


def test_a_longer_list_is_scaled_from_its_last_place() -> None:
    assert scaled({1: 9.0, 2: 5.0, 3: 1.0, 4: 0.5}, depth=3) == {1: 1.0, 2: 0.5, 3: 0.0, 4: 0.0}


def test_a_single_score_is_best() -> None:
    assert scaled({7: 3.0}) == {7: 1.0}
    assert scaled({7: 0.0, 8: 0.0}) == {7: 1.0, 8: 1.0}
    assert scaled({}) == {}


def test_scores_are_weighted_over_the_union() -> None:
    fused = weighted({1: 1.0, 2: 0.5}, {2: 1.0, 3: 0.25}, 0.6)
    assert fused == pytest.approx({1: 0.4, 2: 0.2 + 0.6, 3: 0.15})


def test_ranks_are_fused_by_their_reciprocals() -> None:
    assert fuse_ranks([[1, 2], [2, 3]]) == pytest.approx({1: 1 / 61, 2: 1 / 62 + 1 / 61, 3: 1 / 62})


@given(SCORES, SCORES)
def test_fused_scores_lie_between_zero_and_one(lexical: dict[int, float], semantic: dict[int, float]) -> None:
    fused = weighted(scaled(lexical, 10, absent=0.0), scaled(semantic, 10))
    assert fused.keys() == lexical.keys() | semantic.keys()
    assert all(0 <= score <= 1 + 1e-9 for score in fused.values())
