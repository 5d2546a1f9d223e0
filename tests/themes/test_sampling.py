"""Draws with recorded probabilities: numbers by hand, samples that grow, and that they estimate without bias."""

from __future__ import annotations

import statistics

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.db.engine import reading, writing
from app.errors import NotFound, UsageError
from app.models import ReviewDraw, ReviewEntry, ThemeDecision
from app.themes.decide import Choice, decide
from app.themes.draws import draw, draw_states, drawn_talks, recorded_chances
from app.themes.sampling import inclusion_probabilities, permanent_number, uncertainty
from tests.trends.sample import Builder


@pytest.fixture
def base(engine: Engine) -> Engine:
    """`west` has 40 talks: 4 decided for operations, the others from unlikely to likely, six of them unlisted."""
    with Session(engine) as session:
        build = Builder(session)
        build.theme("operations", "Operations")
        build.edition("west", "Summit West", "2019-09-30", 40)
        for number in range(40):
            if number < 4:
                build.talk("west", confirmed=("operations",))
            else:
                build.talk("west", machine={"operations": number / 40} if number < 34 else {})
        session.commit()
    return engine


def test_probabilities_by_hand() -> None:
    # p = .5 and .9: sqrt(.25) = .5, sqrt(.09) = .3. Of 1 review: half a quarter each, and half in proportion to
    # .5 : .3 : .1 : .1 of 1.
    assert uncertainty(0.5) == pytest.approx(0.5)
    assert uncertainty(0.9) == pytest.approx(0.3)
    assert uncertainty(0.0) == uncertainty(0.01) == pytest.approx(0.0099**0.5)
    assert inclusion_probabilities([0.5, 0.3, 0.1, 0.1], 1) == pytest.approx([0.375, 0.275, 0.175, 0.175])
    assert inclusion_probabilities([0.5, 0.3, 0.1, 0.1], 3) == pytest.approx([1.0, 0.825, 0.525, 0.525])
    assert inclusion_probabilities([0.0, 0.0], 1) == pytest.approx([0.5, 0.5])


def test_a_number_is_permanent_and_even_over_talks() -> None:
    assert permanent_number("s", "t", "x") == permanent_number("s", "t", "x")
    assert permanent_number("s", "t", "x") != permanent_number("s", "t", "y")
    numbers = [permanent_number("s", f"talk-{number}", "x") for number in range(4000)]
    assert statistics.mean(numbers) == pytest.approx(0.5, abs=0.02)
    assert statistics.pvariance(numbers) == pytest.approx(1 / 12, abs=0.004)


def test_a_draw_is_kept_whole_before_anybody_decides(base: Engine) -> None:
    with writing(base) as session:
        state = draw(session, "west", "operations", 10, seed="s")
        assert (state.frame, state.decided) == (36, 0)
        rows = list(session.scalars(select(ReviewDraw)))
        assert len({row.talk_id for row in rows}) == 36
        assert sum(row.probability for row in rows) == pytest.approx(10)
        assert all(row.seed == "s" and row.rule.startswith("mix/1") for row in rows)
        # The first four are offered in the order of their numbers, which decide who is in.
        numbers = [permanent_number("s", f"talk-{row.talk_id}", "operations") for row in rows]
        assert numbers == sorted(numbers)
        assert [row.offered for row in rows] == [
            number < row.probability for number, row in zip(numbers, rows, strict=True)
        ]


def test_a_larger_sample_holds_the_smaller_one(base: Engine) -> None:
    with writing(base) as session:
        draw(session, "west", "operations", 6, seed="s")
        first = {one.talk_id: one for one in drawn_talks(session, "west", "operations")}
        # What is decided in between stays in the frame with the uncertainty it had.
        one = next(iter(first.values()))
        decide(session, Choice(f"talk-{one.talk_id}", "operations", "accept", "Ada", "page", "sample"))
        draw(session, "west", "operations", 10)
        second = {one.talk_id: one for one in drawn_talks(session, "west", "operations")}
        assert set(first) == set(second)
        assert all(second[talk].probability >= first[talk].probability for talk in first)
        assert {talk for talk in first if first[talk].offered} <= {talk for talk in second if second[talk].offered}
        assert sum(one.probability for one in second.values()) == pytest.approx(16)
        assert [(state.frame, state.decided) for state in draw_states(session)] == [(36, 1)]
        offered = [each for each in second.values() if each.offered]
        assert recorded_chances(session) == {(each.talk_id, 1): each.probability for each in offered}


def test_the_sample_estimates_without_bias(base: Engine) -> None:
    """The Horvitz-Thompson count of a label over 400 draws of about 12: true 18, within three standard errors."""
    with reading(base) as session:
        frame = [(f"talk-{number}", uncertainty(max(0.05, number / 40))) for number in range(5, 41)]
        assert session is not None
    chances = inclusion_probabilities([unsure for _, unsure in frame], 12)
    truth = {slug: position % 2 == 0 for position, (slug, _) in enumerate(frame)}
    estimates = []
    for seed in range(400):
        drawn = [
            (slug, chance)
            for (slug, _), chance in zip(frame, chances, strict=True)
            if permanent_number(str(seed), slug, "operations") < chance
        ]
        estimates.append(sum(truth[slug] / chance for slug, chance in drawn))
    error = statistics.stdev(estimates) / len(estimates) ** 0.5
    assert abs(statistics.mean(estimates) - sum(truth.values())) < 3 * error


def test_a_decision_says_whether_it_was_drawn(base: Engine) -> None:
    with writing(base) as session:
        draw(session, "west", "operations", 20, seed="s")
        frame = drawn_talks(session, "west", "operations")
        offered, other = next(one for one in frame if one.offered), next(one for one in frame if not one.offered)
        for one, part in ((offered, "sample"), (other, "sample"), (other, "settle")):
            decide(session, Choice(f"talk-{one.talk_id}", "operations", "accept", "Ada", "page", part))  # type: ignore[arg-type]
        entries = list(session.scalars(select(ReviewEntry).order_by(col(ReviewEntry.id))))
        assert [(entry.part, entry.draw_id) for entry in entries] == [
            ("sample", offered.draw_id), ("direct", None), ("settle", None),
        ]  # fmt: skip
        held = {
            row.talk_id: row.details["probability"]
            for row in session.scalars(select(ThemeDecision).where(col(ThemeDecision.decided_at).is_not(None)))
        }
        assert held == {offered.talk_id: offered.probability, other.talk_id: None}
        labels = {one.talk_id: one.accepted for one in drawn_talks(session, "west", "operations")}
        assert labels[offered.talk_id]


def test_what_cannot_be_drawn_is_said(base: Engine) -> None:
    with writing(base) as session:
        for edition, theme in (("no-such", "operations"), ("west", "no-such")):
            with pytest.raises(NotFound):
                draw(session, edition, theme, 5)
        with pytest.raises(UsageError):
            draw(session, "west", "operations", 0)
        draw(session, "west", "operations", 1000)
        assert all(one.offered and one.probability == 1 for one in drawn_talks(session, "west", "operations"))
        with pytest.raises(UsageError, match="drawn already"):
            draw(session, "west", "operations", 5)
