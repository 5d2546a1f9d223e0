from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from app.takeaways.practices.grouping import APART, group, middle, terms_of


def test_it_is_average_linkage_as_scipy_has_it() -> None:
    generator = np.random.default_rng(6)
    for _ in range(20):
        points = generator.standard_normal((12, 3))
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        alike = points @ points.T
        apart = np.clip(1 - alike, 0, None)
        np.fill_diagonal(apart, 0)
        labels = fcluster(linkage(squareform(apart, checks=False), "average"), 1 - APART, "distance")
        theirs = {frozenset(np.flatnonzero(labels == label).tolist()) for label in labels}
        assert {frozenset(rows) for rows in group(alike, ["lesson"] * 12)} == theirs


def test_questions_stay_with_questions_and_groups_in_order() -> None:
    alike = np.ones((4, 4))
    assert group(alike, ["lesson", "question", "lesson", "question"]) == [[0, 2], [1, 3]]
    assert group(np.zeros((0, 0)), []) == []
    assert group(np.zeros((2, 2)), ["lesson", "lesson"]) == [[0], [1]]


def test_the_middle_is_nearest_to_all_and_one_of_those_preferred() -> None:
    alike = np.array([[1.0, 0.9, 0.8], [0.9, 1.0, 0.2], [0.8, 0.2, 1.0]])
    assert middle(alike, [0, 1, 2], []) == 0
    assert middle(alike, [0, 1, 2], [1, 2]) == 1
    assert middle(alike, [2], [2]) == 2


@pytest.mark.parametrize(
    ("asked", "expected"), [(frozenset(), ["probes"]), (frozenset({"probe"}), [])]
)  # fmt: skip
def test_terms_set_a_group_apart_and_are_not_the_question(asked: frozenset[str], expected: list[str]) -> None:
    texts = ["Probes kill", "Careful with probes", "Mind these probes", "Upgrade soon", "Upgrade it"]
    first, second = terms_of(texts, [[0, 1, 2], [3, 4]], asked)
    assert first == expected
    assert second[0] == "Upgrade"
