"""Clusters that draws agree on: found whatever the draws, what one draw alone has is none."""

from __future__ import annotations

import numpy as np
import pytest

from app.themes.clusters import Cluster, find_clusters
from app.themes.consensus import MAJORITY, agreed, agreed_clusters
from tests.themes.test_clusters import SIZES, planted


def cluster(*rows: int, stability: float = 0.8) -> Cluster:
    return Cluster(np.array(rows, dtype=np.intp), stability)


def test_most_draws_make_a_cluster_of_the_rows_that_most_of_them_give_it() -> None:
    one, two, three = cluster(*range(10)), cluster(*range(12), stability=0.6), cluster(*range(1, 10), 20, stability=0.7)
    stray = cluster(*range(40, 55))
    (found,) = agreed([[one, stray], [two], [three], [], []])
    assert found.members.tolist() == list(range(10))
    assert found.stability == pytest.approx(0.7)
    assert agreed([[one, stray], [two], [], [], []]) == [], f"fewer than {MAJORITY} found it"


def test_no_row_is_in_two_clusters() -> None:
    draws = [[cluster(*range(20)), cluster(*range(18, 40))] for _ in range(5)]
    found = agreed(draws)
    assert len(found) == 2
    assert len(np.intersect1d(found[0].members, found[1].members)) == 0


@pytest.mark.parametrize("seed", [0, 50])
def test_what_is_there_is_found_whatever_the_draws(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr("app.themes.clusters.MOST", 220)
    monkeypatch.setattr("app.themes.consensus.MOST", 220)
    seen: list[tuple[int, int]] = []
    found = agreed_clusters(planted(2), lambda done, whole: seen.append((done, whole)), seed=seed)
    (largest, *_) = found
    assert np.isin(largest.members, np.arange(SIZES[0])).all()
    assert len(largest.members) > SIZES[0] * 0.8
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]


def test_of_few_rows_nothing_is_drawn() -> None:
    rows = planted(1)
    one, other = agreed_clusters(rows), find_clusters(rows)
    assert [a.members.tolist() for a in one] == [b.members.tolist() for b in other]
