"""Counts of numbers and of pairs are those that sorting gives."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from app.trends.contingency import MOST_OF_A_TABLE, crosstab, numbered

numbers = st.one_of(st.integers(0, 30), st.integers(0, MOST_OF_A_TABLE * 3))


@given(st.lists(numbers))
@example([2, MOST_OF_A_TABLE + 1, 2, MOST_OF_A_TABLE])
def test_values_are_numbered_as_numpy_does(values: list[int]) -> None:
    given_ = np.array(values, dtype=np.int64)
    for found, expected in zip(numbered(given_), np.unique(given_, return_inverse=True), strict=True):
        assert found.tolist() == expected.tolist()


@given(st.lists(st.tuples(numbers, numbers)))
def test_pairs_are_counted_in_ascending_order(pairs: list[tuple[int, int]]) -> None:
    given_ = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    expected = [(*pair, number) for pair, number in sorted(Counter(pairs).items())]
    assert list(crosstab(given_[:, 0], given_[:, 1])) == expected
