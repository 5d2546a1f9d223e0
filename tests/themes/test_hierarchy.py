"""Themes above and below one another: what is silenced, what is raised, which is the main one."""

from __future__ import annotations

import numpy as np

from app.themes.hierarchy import ALMOST_CERTAIN, NONE, Hierarchy

# 1 > 2 > 3, 1 > 4, and 9, whose parent is of no list.
TREE = Hierarchy([1, 2, 3, 4, 9], {1: None, 2: 1, 3: 2, 4: 1, 9: 77})


def settled(chances: list[float], decided: list[int]) -> tuple[list[float], list[int]]:
    values = np.array([chances])
    raised = TREE.settle(values, np.array([decided], dtype=np.int8))
    return values[0].tolist(), raised[0].tolist()


def test_a_rejected_theme_silences_all_below_it_and_nothing_else() -> None:
    decided = np.array([[-1, 0, -1, -1, -1], [0, -1, 1, -1, -1], [-1, -1, -1, -1, 0]], dtype=np.int8)
    assert TREE.silenced(decided).tolist() == [
        [False, False, True, False, False],
        [False, True, True, True, False],
        [False, False, False, False, False],
    ]
    assert settled([0.5, 0.6, 0.7, 0.2, 0.9], [-1, 0, -1, -1, -1])[0] == [0.5, 0.6, 0.0, 0.2, 0.9]


def test_a_theme_is_at_least_as_probable_as_its_parts_and_never_certain_by_them() -> None:
    assert settled([0.1, 0.2, 0.6, 0.3, 0.9], [-1] * 5) == ([0.6, 0.6, 0.6, 0.3, 0.9], [1, 2, NONE, NONE, NONE])
    assert settled([0.1, 0.2, 0.6, 0.3, 0.9], [-1, -1, -1, 1, -1])[0][0] == ALMOST_CERTAIN


def test_the_main_theme_is_the_named_or_most_probable_one_with_all_above_it() -> None:
    chances = {0: 0.9, 1: 0.9, 3: 0.8, 4: 0.7}
    assert TREE.main(chances, None) == [1, 0]
    assert TREE.main(chances, 3) == [3, 0]
    assert TREE.main({}, None) == []
