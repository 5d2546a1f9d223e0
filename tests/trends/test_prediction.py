"""Reviewed samples and adjusted counts: against ppi_py, against what is known exactly, and whether intervals cover."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trends.estimate import middle_variance, wilson
from app.trends.estimate.adjusted import Rates, adjusted_counts, carry, gart_buck, rates_of, saerens
from app.trends.estimate.interval import whole_talks
from app.trends.estimate.planning import plan_reviews
from app.trends.estimate.prediction import corrected_mean, reviewed_share, tuned_weight


def _talks(rng: np.random.Generator, talks: int, quality: float) -> tuple[Any, Any]:
    """Truth and calibrated probabilities of talks, the surer the higher `quality`."""
    predicted = rng.beta(0.2 / quality, 0.6 / quality, talks)
    return (rng.random(talks) < predicted).astype(float), predicted


@pytest.mark.parametrize("weighted", [False, True])
def test_the_estimate_is_that_of_ppi_py(weighted: bool) -> None:
    ppi = pytest.importorskip("ppi_py", reason="ppi-python is a dependency of development only")
    rng = np.random.default_rng(7)
    truth, predicted = _talks(rng, 60, 1.0)
    _, others = _talks(rng, 400, 1.0)
    draw = rng.random(60) + 0.5 if weighted else np.ones(60)
    for weight in (0.0, 0.6, 1.0):
        theirs = ppi.ppi_mean_pointestimate(truth, predicted, others, lam=weight, w=draw if weighted else None)
        ours = corrected_mean(truth, predicted, float(others.mean()), np.array(weight), draw / draw.sum())
        assert float(ours) == pytest.approx(float(np.squeeze(theirs)))


def test_the_weight_is_that_of_ppi_py_where_others_are_many() -> None:
    ppi = pytest.importorskip("ppi_py.ppi", reason="ppi-python is a dependency of development only")
    rng = np.random.default_rng(8)
    truth, predicted = _talks(rng, 20_000, 1.0)
    _, others = _talks(rng, 2_000_000, 1.0)
    theirs = ppi._calc_lam_glm(
        truth[:, None], predicted[:, None], others[:, None], np.eye(1), coord=None, clip=True, optim_mode="overall"
    )
    ours = tuned_weight(truth, predicted, float(others.var()), np.full(20_000, 1 / 20_000), 0.0)
    assert float(ours) == pytest.approx(float(theirs), abs=0.02)


def test_the_variance_is_that_of_ppi_py_for_a_large_sample_of_many() -> None:
    ppi = pytest.importorskip("ppi_py", reason="ppi-python is a dependency of development only")
    rng = np.random.default_rng(9)
    truth, predicted = _talks(rng, 200_000, 1.0)
    drawn = rng.choice(200_000, 2_000, replace=False)
    found = reviewed_share(truth[drawn], predicted[drawn], np.full(2_000, 0.01), predicted)
    low, high = ppi.ppi_mean_ci(truth[drawn], predicted[drawn], predicted, alpha=0.05, lam=float(found.weight[()]))
    ours = wilson(float(found.share[()]), float(found.size[()]))
    assert ours[1] - ours[0] == pytest.approx(float(high[0] - low[0]), rel=0.08)


def test_everything_reviewed_is_exact() -> None:
    truth = np.array([1.0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
    found = reviewed_share(truth, np.zeros(10), np.ones(10), np.zeros(10))
    assert float(found.share[()]) == pytest.approx(0.3)
    assert np.isinf(found.size)
    with pytest.raises(ValueError, match="11 of 10"):
        reviewed_share(np.zeros(11), np.zeros(11), np.ones(11), np.zeros(10))


@given(st.integers(0, 2**32 - 1), st.integers(10, 40), st.integers(80, 300))
def test_a_sample_without_errors_is_not_believed_to_be_all(seed: int, reviewed: int, talks: int) -> None:
    rng = np.random.default_rng(seed)
    predicted = np.round(rng.random(talks))
    found = reviewed_share(predicted[:reviewed], predicted[:reviewed], np.full(reviewed, reviewed / talks), predicted)
    low, high = wilson(float(found.share[()]), float(found.size[()]))
    assert 0 <= float(found.share[()]) <= 1
    assert high - low > 0.02
    assert np.isfinite(found.size)


@pytest.mark.parametrize("quality", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("active", [False, True])
def test_intervals_cover_and_are_narrower_than_of_the_sample_alone(quality: float, active: bool) -> None:
    """Over a hundred programmes of 80 talks and 30 reviews: 92 to 99 % hold, for a machine bad or good."""
    rng = np.random.default_rng(20191001)
    covered, widths, alone = [], [], []
    for _ in range(100):
        truth, predicted = _talks(rng, 80, quality)
        unsure = np.sqrt(predicted * (1 - predicted)) + 0.02
        chance = np.full(80, 30 / 80) if not active else _chances(unsure, 30)
        for _ in range(10):
            # Each talk is drawn by itself with its chance, so that the number drawn varies.
            drawn = np.flatnonzero(rng.random(80) < chance)
            found = reviewed_share(truth[drawn], predicted[drawn], chance[drawn], predicted)
            share, size = float(found.share[()]), float(found.size[()])
            skew = float(found.skew[()])
            low, high = whole_talks(*wilson(share, size, skew), 80, skew)
            seen = truth[drawn].sum()
            low, high = max(low, seen / 80), min(high, 1 - (len(drawn) - seen) / 80)
            covered.append(low - 1e-9 <= truth.mean() <= high + 1e-9)
            widths.append(high - low)
            bare = wilson(float(truth[drawn].mean()), len(drawn) * 79 / (80 - len(drawn)))
            alone.append(bare[1] - bare[0])
    assert 0.92 <= np.mean(covered) <= 0.99
    assert np.mean(widths) < np.mean(alone)


def test_labels_that_the_machine_missed_are_within_the_limits() -> None:
    """Of 110 talks six are of the theme and two of these look like all others, so that most reviews meet neither."""
    rng = np.random.default_rng(11)
    predicted = np.full(110, 0.01)
    predicted[:4] = 0.9
    truth = np.zeros(110)
    truth[:6] = 1.0
    held, plain = [], []
    for _ in range(400):
        drawn = rng.choice(110, 40, replace=False)
        found = reviewed_share(truth[drawn], predicted[drawn], np.full(40, 40 / 110), predicted)
        share, size, skew = (float(one[()]) for one in (found.share, found.size, found.skew))
        assert skew >= 1
        held.append(wilson(share, size, skew)[1] >= 6 / 110)
        plain.append(wilson(share, size)[1] >= 6 / 110)
    assert np.mean(held) >= 0.95
    assert np.mean(plain) < np.mean(held)


def _chances(weights: Any, reviewed: int) -> Any:
    chance = np.minimum(1.0, 0.5 * reviewed * weights / weights.sum() + 0.5 * reviewed / len(weights))
    return np.maximum(chance, 0.05)


def test_a_machine_that_is_wrong_everywhere_is_corrected() -> None:
    rng = np.random.default_rng(5)
    truth = (rng.random(300) < 0.3).astype(float)
    shares = []
    for _ in range(200):
        drawn = rng.choice(300, 60, replace=False)
        shares.append(reviewed_share(truth[drawn], 1 - truth[drawn], np.full(60, 0.2), 1 - truth).share)
    assert np.mean(shares) == pytest.approx(truth.mean(), abs=0.02)


def test_rates_are_counted_by_class() -> None:
    rates = rates_of(np.array([1, 0, 1, 1, 0]), np.array([0.0, 0.01, 0.3, 0.9, 0.5]))
    assert rates.decided.tolist() == [2, 1, 2]
    assert rates.accepted.tolist() == [1, 1, 1]
    assert rates.rejected.tolist() == [1, 0, 1]


def test_adjusted_counts_find_the_share_when_rates_hold() -> None:
    """400 talks of which 120 are of the theme, labelled by the very rates that were measured."""
    own = Rates(np.array([820.0, 110, 170]), np.array([20.0, 60, 120]))
    of, off = own.accepted / own.accepted.sum(), own.rejected / own.rejected.sum()
    classes = np.round(120 * of + 280 * off)
    expected, size = adjusted_counts(np.array([classes, np.zeros(3)]), [carry(own, own)] * 2)
    assert expected[0] == pytest.approx(120, abs=4)
    low, high = wilson(float(expected[0]) / 400, float(size[0]))
    assert low < 0.3 < high
    assert (expected[1], size[1]) == (0, np.inf)
    assert [len(each) for each in adjusted_counts(np.empty((0, 3)), [])] == [0, 0]


def test_a_theme_rare_here_stays_rare_though_it_was_common_elsewhere() -> None:
    own = Rates(np.array([40.0, 20, 40]), np.array([4.0, 10, 36]))
    expected, _ = adjusted_counts(np.array([[990.0, 8, 2]]), [carry(own, own)])
    assert expected[0] < 10


def test_a_share_is_the_same_whatever_is_counted_beside_it() -> None:
    draw = np.random.default_rng(3)
    decided = draw.integers(1, 90, (5, 3)).astype(float)
    carried = [carry(Rates(one, np.floor(one * draw.random(3))), Rates(one * 3, one)) for one in decided]
    classes = draw.integers(0, 400, (40, 3)).astype(float)
    which = draw.integers(0, 5, 40).tolist()
    together = np.array(adjusted_counts(classes, [carried[at] for at in which]))
    alone = [adjusted_counts(row[np.newaxis], [carried[at]]) for row, at in zip(classes, which, strict=True)]
    assert together.tolist() == np.concatenate([np.array(one) for one in alone], axis=1).tolist()
    assert len({*together[0].tolist()}) > 30


def test_gart_and_buck_and_saerens() -> None:
    assert gart_buck(0.3, 0.8, 0.1) == pytest.approx(0.2 / 0.7)
    assert gart_buck(0.05, 0.8, 0.1) == 0
    assert gart_buck(0.3, 0.1, 0.1) == 0.3
    rng = np.random.default_rng(2)
    chance = rng.beta(1, 1, 20_000)
    truth = rng.random(20_000) < chance
    fewer = np.flatnonzero(~truth | (rng.random(20_000) < 0.25))
    assert saerens(chance[fewer], 0.5) == pytest.approx(truth[fewer].mean(), abs=0.02)


def test_plans_narrow_and_know_what_review_cannot_do() -> None:
    share, talks = 0.3, 100
    variance = talks**2 * middle_variance(share, talks) / 12
    plan = plan_reviews(share, talks, 100, variance, talks)
    assert plan is not None
    assert plan.reviews is not None
    assert 1 <= plan.reviews <= 100
    stricter = plan_reviews(share, talks, 100, variance / 9, talks)
    assert stricter is not None
    assert stricter.within < plan.within
    unknown = plan_reviews(share, 10, 10, 0.01, 500)
    assert unknown is not None
    assert unknown.reviews is None
    assert plan_reviews(share, talks, 0, 0.0, None) is None
    assert plan_reviews(0.0, 0, 0, 0.0, None) is None
