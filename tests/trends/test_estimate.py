"""The arithmetic of shares: what must hold for every count, and that intervals cover what they say they cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trends.estimate import Z95, estimate_share, label_variance, method_sentence, wilson
from app.trends.estimate.interval import REACH, whole_talks


@st.composite
def counts(draw: st.DrawFn) -> dict[str, object]:
    denominator = draw(st.integers(1, 400))
    numerator = draw(st.integers(0, denominator))
    confirmed = draw(st.integers(0, numerator))
    rejected = draw(st.integers(0, denominator - numerator))
    undecided = denominator - confirmed - rejected
    variance = draw(st.floats(0, 0.25)) * undecided
    published = draw(st.none() | st.integers(0, 800))
    return {
        "numerator": numerator,
        "denominator": denominator,
        "confirmed": confirmed,
        "rejected": rejected,
        "variance": variance,
        "published": published,
        "of_population": draw(st.booleans()),
    }


@given(counts())
def test_bounds_are_in_order_and_possible(case: dict[str, object]) -> None:
    found = estimate_share(**case)  # type: ignore[arg-type]
    assert found.share is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.share <= found.high <= 1
    if found.if_none is not None:
        assert found.if_all is not None
        assert found.if_none <= found.share <= found.if_all
        assert found.high <= (case["published"] - case["rejected"]) / case["published"] + 1e-12  # type: ignore[operator]
        assert found.low >= case["confirmed"] / case["published"] - 1e-12  # type: ignore[operator]


@given(st.integers(1, 300), st.integers(1, 6), st.integers(0, 400), st.data())
def test_knowing_more_of_the_same_programme_narrows(known: int, times: int, unknown: int, data: st.DataObject) -> None:
    numerator = data.draw(st.integers(0, known))
    published = known * times + unknown
    fewer = estimate_share(numerator, known, published=published)
    more = estimate_share(numerator * times, known * times, published=published)
    assert more.low is not None
    assert more.high is not None
    assert fewer.low is not None
    assert fewer.high is not None
    assert more.high - more.low <= fewer.high - fewer.low + 1e-12


@given(st.integers(1, 300), st.integers(0, 300), st.integers(0, 300), st.data())
def test_a_larger_programme_widens(known: int, unknown: int, more: int, data: st.DataObject) -> None:
    numerator = data.draw(st.integers(0, known))
    small = estimate_share(numerator, known, published=known + unknown)
    large = estimate_share(numerator, known, published=known + unknown + more)
    assert (large.low or 0) <= (small.low or 0) + 1e-12
    assert (large.high or 0) >= (small.high or 0) - 1e-12


@given(st.integers(1, 200), st.floats(0, 20), st.floats(0, 20), st.data())
def test_surer_labels_narrow(known: int, variance: float, more: float, data: st.DataObject) -> None:
    numerator = data.draw(st.integers(0, known))
    sure = estimate_share(numerator, known, variance=variance, published=known + 3)
    unsure = estimate_share(numerator, known, variance=variance + more, published=known + 3)
    assert (sure.high or 0) - (sure.low or 0) <= (unsure.high or 0) - (unsure.low or 0) + 1e-12


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 1), (0, 47), (19, 47), (47, 47)])
def test_complete_and_decided_is_exact(numerator: int, denominator: int) -> None:
    found = estimate_share(numerator, denominator, confirmed=numerator, published=denominator)
    assert found.basis == "exact"
    assert found.low == found.share == found.high == numerator / denominator


def test_complete_but_undecided_is_not_exact_even_for_none() -> None:
    found = estimate_share(0, 47, variance=label_variance(0.0, 47), published=47)
    assert found.basis == "complete"
    assert found.low == 0
    assert found.high is not None
    assert 0.05 < found.high < 0.15


def test_nothing_to_count_has_no_share() -> None:
    assert estimate_share(0, 0, published=5).share is None
    assert estimate_share(0, 0).basis == "nothing"


def test_more_known_than_published_is_said_and_not_corrected() -> None:
    found = estimate_share(5, 40, published=30)
    assert found.basis == "exceeds"
    assert (found.low, found.high) == wilson(5 / 40, 40)
    assert found.if_all is None


def test_a_surplus_of_one_edition_makes_no_programme_complete() -> None:
    found = estimate_share(3, 8, confirmed=3, rejected=5, published=8, surplus=1)
    assert found.basis == "exceeds"
    assert (found.low, found.high) == wilson(3 / 8, 8)


def test_wilson_of_the_textbook() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 gives .2553 to .3662; 0 of 20 gives 0 to .1611."""
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0.0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("skew", [1.0, 2.0, 5.0])
def test_limits_lie_where_the_variance_there_explains_them(share: float, skew: float) -> None:
    """Wilson's equation, with a variance that grows `skew` times as fast."""
    for limit in wilson(share, 25, skew):
        off = limit - share
        variance = share * (1 - share) + skew * (1 - 2 * share) * off - off**2
        assert off**2 == pytest.approx(Z95**2 / 25 * variance, abs=1e-9) or limit in (0.0, 1.0, share)


def test_skew_moves_the_limits_of_a_small_share_up_and_of_a_large_one_down() -> None:
    low, high = wilson(0.1, 50)
    lower, higher = wilson(0.1, 50, 3.0)
    assert lower > low
    assert higher > high
    assert wilson(0.9, 50, 3.0) == pytest.approx((1 - higher, 1 - lower))
    assert wilson(0.5, 50, 3.0) == wilson(0.5, 50)


def test_operations_of_san_francisco() -> None:
    found = estimate_share(19, 47, confirmed=19, rejected=28, published=56)
    assert found.if_none == 19 / 56
    assert found.if_all == 28 / 56
    assert found.low == pytest.approx(0.349, abs=0.002)
    assert found.high == pytest.approx(0.462, abs=0.002)


@pytest.mark.parametrize(("published", "known"), [(30, 15), (56, 28), (56, 47), (120, 60), (120, 100)])
def test_sampling_interval_covers_as_often_as_it_says(published: int, known: int) -> None:
    """Known talks drawn without replacement, every label right: over all shares the interval covers 93 to 97 %."""
    rng = np.random.default_rng(20191001)
    covered = []
    for about in range(max(1, published // 10), published - published // 10):
        seen, times = np.unique(rng.hypergeometric(about, published - about, known, 500), return_counts=True)
        hits = 0
        for numerator, count in zip(seen.tolist(), times.tolist(), strict=True):
            found = estimate_share(
                numerator, known, confirmed=numerator, rejected=known - numerator, published=published
            )
            hits += count * ((found.low or 0) - 1e-9 <= about / published <= (found.high or 0) + 1e-9)
        covered.append(hits / 500)
    assert 0.93 <= float(np.mean(covered)) <= 0.97


def test_labelling_interval_covers_when_probabilities_are_calibrated() -> None:
    """A complete programme of 47, all by machine: the count of labels drawn from their probabilities is covered."""
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(2000):
        chances = rng.beta(0.6, 0.9, 47)
        truth = int((rng.random(47) < chances).sum())
        numerator = round(float(chances.sum()))
        found = estimate_share(numerator, 47, variance=float((chances * (1 - chances)).sum()), published=47)
        hits += (found.low or 0) <= truth / 47 <= (found.high or 0)
    assert 0.93 <= hits / 2000 <= 0.985


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 3000), st.floats(1, 30))
def test_limits_go_by_whole_talks_and_lose_none_that_is_possible(
    one: float, other: float, size: int, skew: float
) -> None:
    low, high = min(one, other), max(one, other)
    moved = whole_talks(low, high, size, skew)
    within = np.arange(size + 1) / size
    kept = (within >= moved[0]) & (within <= moved[1])
    assert kept[(within >= low) & (within <= high)].all()
    assert not kept[(within < low - (REACH + 1e-6) / size) | (within > high + (REACH + 1e-6) / size)].any()
    assert all(abs(limit * size - round(limit * size)) < 1e-6 for limit in moved)


def test_limits_reach_beyond_a_plain_sample_only_where_errors_are_few_and_whole() -> None:
    low, high = 0.171, 0.229
    plain, skewed = whole_talks(low, high, 100), whole_talks(low, high, 100, 10.0)
    assert plain == (0.18, 0.22)
    assert skewed == (0.17, 0.23)
    assert whole_talks(low, high, 100, 1.05) == plain


def test_limits_of_a_reviewed_sample_are_shares_that_the_programme_may_have() -> None:
    common = {"confirmed": 4, "rejected": 16, "variance": 9.0, "published": 56, "expected": 12.3}
    found = estimate_share(12, 47, keeps_count=False, **common)  # type: ignore[arg-type]
    loose = estimate_share(12, 47, keeps_count=True, **common)  # type: ignore[arg-type]
    assert found.low is not None
    assert found.high is not None
    assert (found.low * 56) == pytest.approx(round(found.low * 56))
    assert (found.high * 56) == pytest.approx(round(found.high * 56))
    assert abs(found.low - (loose.low or 0)) < 1 / 56
    assert abs(found.high - (loose.high or 0)) < 1 / 56


@pytest.mark.parametrize("basis", ["nothing", "exact", "complete", "partial", "unknown", "population", "exceeds"])
def test_every_basis_is_put_into_words(basis: str) -> None:
    words = method_sentence(basis, 47, 12, 3, 56, exceeding="more is known")  # type: ignore[arg-type]
    assert words.endswith(".")
    assert "None" not in words
