"""Labels corrected in a base: by a sample that was read, by rates from another edition, and not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import Session, col

from app.models import Talk, ThemeAssignment, ThemeDecision
from app.trends.alternatives import alternatives
from app.trends.counts import population_counts, theme_figure, theme_shares
from app.trends.decisions import Decided
from app.trends.figure import Figure
from app.trends.labelling import Asked, Open, expected_talks, strata
from app.trends.populations import COUNTINGS, POPULATIONS
from app.trends.scope import Scope, read_scope
from app.trends.series import theme_series
from tests.trends.sample import Builder

READ, PART, OPEN = "read-2019", "part-2020", "open-2021"


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """`read` was read whole, of `part` 20 of 60 talks were, of `open` none; the machine finds two of three."""
    with Session(engine) as opened:
        build = Builder(opened)
        build.theme("t", "T")
        for slug, talks, read in ((READ, 40, 40), (PART, 60, 20), (OPEN, 50, 0)):
            build.edition(slug, slug, f"{slug[-4:]}-05-01", talks)
            for number in range(talks):
                said = 0.8 if number % 10 in (0, 1) else 0.3 if number % 10 == 2 else 0.0
                about = number % 10 < 3
                if number < read:
                    talk = build.talk(slug, confirmed=("t",) if about else (), rejected=() if about else ("t",))
                    opened.execute(
                        update(ThemeAssignment)
                        .where(col(ThemeAssignment.talk_id) == talk.id)
                        .values(evidence={"machine_probability": said})
                    )
                else:
                    talk = build.talk(slug, machine={"t": said} if said >= 0.5 else {})
                    if 0 < said < 0.5:
                        build._assign(talk, "unlikely", {"t": said}, None)
        opened.execute(update(ThemeDecision).values(source_id=build.source.id))
        opened.commit()
        yield opened


def _figure(session: Session, *editions: str) -> Figure:
    return theme_figure(session, "t", Scope(editions=editions))


def test_what_was_read_whole_is_exact(session: Session) -> None:
    figure = _figure(session, READ)
    assert (figure.method_slug, figure.estimate, figure.low, figure.high) == ("exact", 0.3, 0.3, 0.3)
    assert figure.advice is None


def test_a_part_that_was_read_corrects_the_rest(session: Session) -> None:
    figure = _figure(session, PART)
    assert figure.method_slug == "reviewed-sample"
    assert figure.reviewed == 20
    assert figure.numerator == 14
    assert figure.estimate == pytest.approx(0.3, abs=0.03)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 0.3 < figure.high
    assert "20 talks drawn and reviewed" in figure.method
    assert "corrected 3" in figure.sentence
    assert figure.advice is not None
    assert "more talk" in figure.advice


def test_rates_of_other_editions_correct_what_nobody_read(session: Session) -> None:
    figure = _figure(session, OPEN)
    assert figure.method_slug == "measured-elsewhere"
    assert figure.share is not None
    assert figure.share == pytest.approx(0.2)
    assert figure.estimate is not None
    assert figure.share < figure.estimate <= 0.31
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low <= figure.share
    assert figure.high >= 0.3
    assert "60 decisions at other editions" in figure.method


def test_several_editions_are_added_up(session: Session) -> None:
    figure = _figure(session, READ, PART, OPEN)
    assert figure.method_slug == "mixed"
    assert figure.denominator == 150
    parts = [_figure(session, slug) for slug in (READ, PART, OPEN)]
    total = sum((part.estimate or 0) * part.denominator for part in parts)
    assert (figure.estimate or 0) * 150 == pytest.approx(total, abs=1.5)


def test_single_decisions_are_no_sample(session: Session) -> None:
    session.execute(update(ThemeDecision).values(source_id=None))
    figure = _figure(session, PART)
    assert figure.method_slug == "machine-probabilities"
    assert figure.estimate == figure.share


def test_recorded_chances_make_single_decisions_a_sample() -> None:
    ones = [Decided(talk, 1, talk < 4, 0.5, read=False) for talk in range(12)]
    assert strata(7, ones, {1: 50}) == []
    drawn = [one._replace(chance=0.2 if one.talk < 10 else None) for one in ones]
    (found,) = strata(7, drawn, {1: 50})
    assert (len(found.sample), len(found.alone), found.talks) == (10, 2, 50)


def test_talks_that_were_likelier_to_be_drawn_speak_for_fewer_others() -> None:
    left, said = Open(no=0, perhaps=0, yes=30, variance=7.5), {(7, 1): [0.5] * 30}

    def expected(chances: tuple[float, float]) -> float:
        ones = [Decided(talk, 1, talk < 10, 0.5, read=False, chance=chances[talk >= 10]) for talk in range(20)]
        asked = Asked(7, 10, left, strata(7, ones, {1: 50}), said, None)
        return expected_talks([asked])[0].talks

    assert expected((0.4, 0.4)) == pytest.approx(25, abs=1)
    # Each accepted talk stands for 1.25, each other one for 5: 12.5 of 62.5.
    assert expected((0.8, 0.2)) == pytest.approx(10, abs=3)


@pytest.mark.parametrize("counting", [counting.slug for counting in COUNTINGS])
def test_the_share_under_every_population_is_that_population_s_figure(session: Session, counting: str) -> None:
    for scope in (Scope(), Scope(editions=(PART,)), Scope(series="summit", year_from=2020)):
        facts = read_scope(session, scope)
        ways = alternatives(session, "t", facts, "with-text", counting)
        assert [way.population.slug for way in ways] == [population.slug for population in POPULATIONS]
        for way in ways:
            assert way.figure == theme_figure(session, "t", scope, way.population.slug, counting)
            assert way.path == way.figure.path
            assert way.current == (way.population.slug == "with-text")


def test_points_of_a_series_are_the_figures_of_its_editions(session: Session) -> None:
    for point in theme_series(session, "t").points:
        assert point.figure == _figure(session, point.slug)


def test_full_length_leaves_out_what_is_known_to_be_short_and_says_what_is_not_known(session: Session) -> None:
    talks = list(session.scalars(select(Talk).limit(6)))
    for talk, minutes in zip(talks, (5, 14.9, 15, 45), strict=False):
        talk.duration_minutes = minutes
    talks[4].kind = "poster"
    talks[5].kind = "keynote"
    session.flush()
    counts = {count.slug: count for count in population_counts(session, Scope(editions=(READ,)))}
    assert counts["full-length"].figure.numerator == 40 - 2 - 2
    assert counts["full-length"].doubt == (
        "The length of 34 talks of them is not known; these are counted by their kind alone."
    )
    assert counts["without-keynotes"].doubt is None
    assert counts["without-sponsored"].doubt == (
        "No talk here is marked as sponsored, so none is left out; the source may not tell."
    )


def test_shares_carry_their_method_in_json(session: Session) -> None:
    row = theme_shares(session, Scope(editions=(PART,))).model_dump(mode="json")["rows"][0]
    assert row["method_slug"] == "reviewed-sample"
    assert row["estimate"] is not None
