"""Reviews that settle a question, worked out by hand."""

from __future__ import annotations

import pytest

from app.trends.effect import (
    OpenTalk,
    Question,
    Standing,
    interval_after,
    is_settled,
    label_variance_of,
    question_of,
    reviews_to_settle,
    thresholds_near,
)


def standing(*open_talks: tuple[float, bool], numerator: int, denominator: int, published: int | None) -> Standing:
    """Open talks as (probability, counted); the rest of the numerator is confirmed and the rest of all rejected."""
    counted = sum(is_counted for _, is_counted in open_talks)
    return Standing(
        numerator=numerator,
        denominator=denominator,
        confirmed=numerator - counted,
        rejected=denominator - numerator - (len(open_talks) - counted),
        published=published,
        open_talks=tuple(OpenTalk(number, *talk) for number, talk in enumerate(open_talks)),
    )


# A complete programme of 40 talks, 10 counted: 8 confirmed, 2 at p = .9; one at p = .5 is not counted, 29 are rejected.
# Variance .25 + 2 x .09 = .43; at most 11 of 40 can be about it, 27.5 %.
THREE_OPEN = standing((0.9, True), (0.9, True), (0.5, False), numerator=10, denominator=40, published=40)

# The same with 5 confirmed, 25 rejected and ten at p = .5, every other one counted: variance 2.5. Wilson's middle is
# (10 + 1.92) / (40 + 3.84) = .2719, so 1/n = V / 1600 / (.2719 x .7281) = V x .0031570, and a threshold t is outside of
# the interval when (t - .25)^2 > 3.8415 x t(1-t) x V x .0031570 (Wilson's interval is where that does not hold).
TEN_OPEN = standing(*[(0.5, True), (0.5, False)] * 5, numerator=10, denominator=40, published=40)


def test_variance_and_interval_are_those_of_the_figure() -> None:
    assert THREE_OPEN.variance == pytest.approx(0.43)
    assert THREE_OPEN.deviation == pytest.approx(0.43**0.5 / 40)
    # Centre (.25 + .030319 / 2) / 1.030319 = .25736, half width 1.95996 / 1.030319 x .039239 = .07464.
    assert interval_after(TEN_OPEN, 0) == pytest.approx((0.18271, 0.33200), abs=2e-5)
    assert interval_after(THREE_OPEN, 0)[1] == pytest.approx(11 / 40), "29 are rejected"
    assert label_variance_of(0.001) == pytest.approx(0.0099)


def test_the_talk_that_removes_most_variance_comes_first() -> None:
    assert [talk.talk_id for talk in THREE_OPEN.by_variance] == [2, 0, 1]
    assert THREE_OPEN.removed == pytest.approx([0, 0.25, 0.34, 0.43])


def test_a_review_moves_the_count_by_what_the_machine_expects() -> None:
    # All reviewed: 10 - 2 + .9 + .9 + .5 = 10.3 talks, rounded to 10, and nothing is uncertain any more.
    assert interval_after(THREE_OPEN, 3) == (0.25, 0.25)
    # 6 at p = .6 are counted as 6 and expected to be 3.6: 12 of 40 become 9.6, rounded to 10.
    many = standing(*[(0.6, True)] * 6, numerator=12, denominator=40, published=40)
    assert interval_after(many, 6) == (0.25, 0.25)


def test_how_many_reviews_settle_a_threshold() -> None:
    # 35 %: .01 > 3.8415 x .2275 x 2.5 x .003157 = .0069 now already.
    assert reviews_to_settle(TEN_OPEN, 0.35) == 0
    # 20 %: .0025 needs V < .0025 / (3.8415 x .16 x .003157) = 1.288, so five reviews, which leave 1.25.
    assert reviews_to_settle(TEN_OPEN, 0.20) == 5
    # 30 %: V < .0025 / (3.8415 x .21 x .003157) = .982 takes seven; but after six, 3 of them rejected, 28 are, and at
    # most 12 of 40 are left, which is not above 30 %.
    assert reviews_to_settle(TEN_OPEN, 0.30) == 6
    # 27 % of the other: V < .0004 / (3.8415 x .1971 x .003157) = .167; one review leaves .18, two leave .09.
    assert reviews_to_settle(THREE_OPEN, 0.27) == 2
    # 26 %: V < .0001 / (3.8415 x .1924 x .003157) = .043: all three.
    assert reviews_to_settle(THREE_OPEN, 0.26) == 3
    # Exactly 25 % in the end is not above 25 %.
    assert reviews_to_settle(THREE_OPEN, 0.25) == 3


def test_what_sessions_that_are_missing_leave_open_no_review_settles() -> None:
    missing = standing((0.9, True), (0.5, False), numerator=10, denominator=40, published=56)
    assert reviews_to_settle(missing, 0.25) is None
    assert question_of(missing) == Question(0.25, claimed=False, reviews=None)


def test_thresholds_are_the_multiples_of_five_next_to_the_share() -> None:
    assert thresholds_near(0.27, 0.2, 0.34) == [0.25, 0.3]
    assert thresholds_near(0.27, 0.26, 0.34) == [0.3]
    assert thresholds_near(0.25, 0.2, 0.3) == [0.25]
    assert thresholds_near(0.27, 0.26, 0.29) == []


def test_a_claim_in_print_goes_before_a_round_number() -> None:
    assert question_of(THREE_OPEN) == Question(0.25, claimed=False, reviews=3)
    assert question_of(THREE_OPEN, (0.27,)) == Question(0.27, claimed=True, reviews=2)
    assert question_of(THREE_OPEN, (0.5,)) == Question(0.25, claimed=False, reviews=3)
    assert question_of(standing(numerator=0, denominator=0, published=None)) is None
    assert is_settled(0.3, (0.1, 0.3))
    assert not is_settled(0.29, (0.1, 0.3))


def test_talks_that_the_machine_keeps_nothing_of_are_no_missing_sessions() -> None:
    """4 of 4 sessions are known, one is guessed at p = .6, three stay open besides: all four decided settle it."""
    whole = Standing(1, 4, 0, 0, 4, (OpenTalk(1, 0.6, True),), unlisted=3 * 0.05 * 0.95)
    assert question_of(whole) == Question(0.25, claimed=False, reviews=None, unlisted=3)
    missing = Standing(1, 4, 0, 0, 8, (OpenTalk(1, 0.6, True),), unlisted=3 * 0.05 * 0.95)
    found = question_of(missing, (0.3,))
    assert found is not None
    assert (found.reviews, found.unlisted) == (None, 0)
