"""Fusion arithmetic on numbers small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.search.fusion import PARTS, of_best, weighted
from scripts.bench_fusion import scaled

SCORES = st.lists(st.floats(-10, 10), max_size=40)


def numbers(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def test_the_best_becomes_one_and_the_last_nothing() -> None:
    assert scaled(numbers([8.0, 5.0, 2.0])).tolist() == [1.0, 0.5, 0.0]


def test_a_whole_list_is_scaled_from_what_the_absent_score() -> None:
    assert scaled(numbers([8.0, 4.0, 2.0]), absent=0.0).tolist() == [1.0, 0.5, 0.25]
    assert scaled(numbers([8.0, 4.0, 2.0]), depth=3, absent=0.0)[2] == 0.0


def test_a_longer_list_is_scaled_from_its_last_place() -> None:
    assert scaled(numbers([9.0, 5.0, 1.0, 0.5]), depth=3).tolist() == [1.0, 0.5, 0.0, 0.0]


def test_a_single_score_is_best() -> None:
    assert scaled(numbers([3.0])).tolist() == [1.0]
    assert scaled(numbers([0.0, 0.0])).tolist() == [1.0, 1.0]
    assert scaled(numbers([])).tolist() == []


def test_shares_of_the_best() -> None:
    assert of_best(numbers([4.0, 1.0])).tolist() == [1.0, 0.25]
    assert of_best(numbers([])).tolist() == []
    assert of_best(numbers([0.0])).tolist() == [0.0]


def test_scores_are_weighted() -> None:
    fused = weighted(numbers([1.0, 0.5, 0.0]), numbers([0.0, 1.0, 0.25]), 0.6)
    assert fused == pytest.approx([0.4, 0.2 + 0.6, 0.15])


def test_the_parts_add_up() -> None:
    assert pytest.approx((0.75 * 0.3, 0.75 * 0.7, 0.25)) == PARTS
    assert sum(PARTS) == pytest.approx(1.0)


@given(SCORES, SCORES)
def test_fused_scores_lie_between_zero_and_one(lexical: list[float], semantic: list[float]) -> None:
    count = min(len(lexical), len(semantic))
    fused = weighted(scaled(numbers(lexical[:count]), 10, absent=0.0), scaled(numbers(semantic[:count]), 10))
    assert all(0 <= score <= 1 + 1e-9 for score in fused.tolist())
