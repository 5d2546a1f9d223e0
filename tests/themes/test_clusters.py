"""Clusters: what is there is found whatever the seed, noise is not; and the arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest

from app.themes.clusters import (
    LEAST,
    STABLE,
    Matrix,
    coherence,
    divisions,
    find_clusters,
    jaccard,
    principal,
    stabilities,
    take,
    unit,
)
from app.themes.trend import trend

SIZES = (40, 30, 20, 12)


def planted(seed: int, noise: int = 200) -> Matrix:
    """Groups of SIZES around directions of their own, then rows of nothing in common."""
    random = np.random.default_rng(seed)

    def drawn(rows: int) -> Matrix:
        return unit(random.standard_normal((rows, 64)).astype(np.float32))

    groups = [unit(centre + 0.6 * drawn(size)) for centre, size in zip(drawn(len(SIZES)), SIZES, strict=True)]
    return np.vstack([*groups, drawn(noise)])


@pytest.mark.parametrize("seed", [0, 100, 200])
def test_groups_are_found_whatever_the_seed_and_noise_is_in_none(seed: int) -> None:
    found = find_clusters(planted(1), seed=seed)
    assert [len(cluster.members) for cluster in found] == list(SIZES)
    starts = np.cumsum((0, *SIZES))
    for cluster, start, size in zip(found, starts, SIZES, strict=False):
        assert cluster.members.tolist() == list(range(start, start + size))
        assert cluster.stability > 0.8


@pytest.mark.parametrize("rows", [0, 1, 2 * LEAST - 1, 60, 500])
def test_nothing_is_found_in_noise_or_in_too_few_rows(rows: int) -> None:
    noise = np.random.default_rng(rows).standard_normal((rows, 64)).astype(np.float32)
    assert find_clusters(unit(noise)) == []


def test_rows_that_are_all_the_same_do_not_break_it() -> None:
    same = np.tile(unit(np.ones((1, 16), dtype=np.float32)), (50, 1))
    assert all(len(cluster.members) >= LEAST for cluster in find_clusters(same))


def test_rows_beyond_the_tree_join_the_cluster_they_are_near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.themes.clusters.MOST", 150)
    found = find_clusters(planted(2))
    largest = found[0].members
    assert np.isin(largest, np.arange(SIZES[0])).all()
    assert len(largest) > SIZES[0] * 0.7


def test_stability_of_a_division_is_what_resamples_give_by_hand() -> None:
    rows = principal(planted(3, noise=0), 20)
    levels = divisions(rows)
    stability = stabilities(rows, levels, resamples=5, seed=0, progress=lambda *_: None)
    four = next(place for place, level in enumerate(levels) if level.max() == 3)
    assert stability[four] == pytest.approx(np.ones(4))
    assert all(((own >= 0) & (own <= 1 + 1e-9)).all() for own in stability)


def test_jaccard_is_shared_over_all_members() -> None:
    found = jaccard(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), 2)
    assert found.ravel().tolist() == pytest.approx([2 / 3, 0, 1 / 4, 1 / 2])


def test_of_a_tree_the_most_stable_parts_are_taken_and_else_the_whole() -> None:
    coarse = np.repeat([0, 1, 2, 3], 16)
    fine = np.repeat([0, 1, 2, 3, 4, 5], [8, 8, 8, 8, 16, 16])
    sure = STABLE + 0.1
    both = take([coarse, fine], [np.array([0.9, sure, 0.2, 0.9]), np.array([sure, sure, sure, 0.1, 0.1, 0.95])])
    assert both == [(1, 0), (1, 1), (0, 1), (1, 5)]


def test_coherence_is_the_mean_cosine_of_two_rows() -> None:
    rows = unit(np.array([[1.0, 0], [0, 1], [1, 1]], dtype=np.float32))
    assert coherence(rows) == pytest.approx((0 + 2 * 0.5**0.5) / 3)
    assert coherence(rows[:1]) == 1.0


def test_a_trend_is_told_from_chance_and_from_too_few_years() -> None:
    assert trend([(2019, 1, 100), (2020, 5, 100), (2021, 12, 100)]) == pytest.approx(3.24, abs=0.05)
    assert trend([(2019, 5, 100), (2020, 5, 100), (2021, 5, 100)]) == pytest.approx(0)
    assert trend([(2019, 5, 100), (2020, 5, 100), (2021, 0, 0)]) is None
    assert trend([(2019, 0, 10), (2020, 0, 10), (2021, 0, 10)]) is None
