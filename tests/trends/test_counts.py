"""Shares, counts and series on the sample base, whose counts are known, and the talks behind them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from app.catalog.filters import TalkFilter
from app.errors import NotFound, UsageError
from app.trends.behind import figure_talks
from app.trends.counts import edition_counts, population_counts, talk_count, theme_figure, theme_shares
from app.trends.populations import POPULATIONS
from app.trends.scope import Scope, facts_of_years, read_scope, yearly_facts
from app.trends.series import theme_series
from tests.trends.sample import SNAPSHOT

WEST = Scope(editions=("west-2019",))


def test_shares_of_an_edition(session: Session) -> None:
    shares = theme_shares(session, WEST)
    assert [(row.theme.slug, row.depth, row.numerator, row.denominator) for row in shares.rows] == [
        ("streaming", 0, 5, 10),
        ("operations", 0, 4, 10),
        ("kubernetes", 1, 2, 10),
        ("unused", 0, 0, 10),
    ]
    assert (shares.coverage.known, shares.coverage.published) == (10, 12)
    assert shares.snapshot == SNAPSHOT
    streaming, operations = shares.rows[0], shares.rows[1]
    assert (streaming.confirmed, streaming.machine) == (2, 3)
    assert (operations.confirmed, operations.machine) == (4, 0)
    assert "People decided every known talk" in operations.method
    assert "8 of 10 talks that no person has decided, 3 of them" in streaming.method
    assert operations.low == pytest.approx(4 / 12)
    assert operations.high == pytest.approx(6 / 12)


def test_json_is_the_contract(session: Session) -> None:
    answer = theme_shares(session, WEST).model_dump(mode="json")
    assert {"population", "coverage", "rows"} <= set(answer)
    contract = ["theme", "numerator", "denominator", "share", "low", "high", "method", "confirmed", "machine", "figure"]
    assert set(contract) <= set(answer["rows"][0])
    assert set(answer["rows"][0]["figure"]) == {"id", "url"}
    assert set(answer["rows"][0]["theme"]) == {"slug", "name"}
    assert "whole" not in answer["rows"][0]


def test_main_counting_has_each_talk_once(session: Session) -> None:
    shares = theme_shares(session, WEST, counting="main")
    operations, streaming = shares.row("operations"), shares.row("streaming")
    assert operations is not None
    assert streaming is not None
    assert (operations.numerator, operations.confirmed, operations.machine) == (3, 3, 0)
    assert (streaming.numerator, streaming.confirmed, streaming.machine) == (3, 2, 1)
    assert sum(row.numerator for row in shares.rows) <= operations.denominator


@pytest.mark.parametrize(
    ("population", "talks"),
    [("all", 10), ("without-keynotes", 9), ("full-length", 8), ("without-sponsored", 10), ("with-text", 3)],
)
def test_populations(session: Session, population: str, talks: int) -> None:
    figure = theme_figure(session, "operations", WEST, population)
    assert figure.denominator == talks
    counted = {found.slug: found.figure.numerator for found in population_counts(session, WEST)}
    assert counted[population] == talks
    assert list(counted) == [found.slug for found in POPULATIONS]
    if population != "all":
        assert "not of this population" in figure.method
        assert figure.if_all is None


def test_bad_names_are_told(session: Session) -> None:
    with pytest.raises(UsageError, match="full-length") as caught:
        theme_shares(session, WEST, population="everyone")
    assert caught.value.parameter == "population"
    with pytest.raises(UsageError, match="main"):
        theme_shares(session, WEST, counting="some")
    for scope in (Scope(editions=("nowhere",)), Scope(series="nothing")):
        with pytest.raises(NotFound):
            theme_shares(session, scope)
    with pytest.raises(NotFound):
        theme_figure(session, "nothing", WEST)
    with pytest.raises(UsageError):
        theme_shares(session, Scope(year_from=2020, year_to=2019))


def test_an_edition_without_talks_has_no_share(session: Session) -> None:
    shares = theme_shares(session, Scope(editions=("empty-2021",)))
    assert {row.share for row in shares.rows} == {None}
    assert all(row.method.startswith("There are no talks") for row in shares.rows)


def test_all_undecided_and_unknown_published(session: Session) -> None:
    figure = theme_figure(session, "operations", Scope(editions=("east-2020",)))
    assert (figure.numerator, figure.confirmed, figure.machine) == (2, 0, 2)
    assert figure.coverage.published is None
    assert "not known" in figure.method
    assert figure.low is not None
    assert figure.low > 0


def test_scope_titles(session: Session) -> None:
    assert read_scope(session, Scope()).title == "All editions"
    assert read_scope(session, WEST).title == "Summit West 2019"
    assert read_scope(session, Scope(series="summit", year_from=2019, year_to=2020)).title == "Summit, 2019–2020"
    assert read_scope(session, Scope(editions=("east-2020", "west-2019"))).title == (
        "Summit West 2019 and Summit East 2020"
    )
    assert read_scope(session, Scope(series="summit", year_from=1990, year_to=1990)).title == "Summit, 1990"
    assert read_scope(session, Scope()).published is None


def test_containers_and_withdrawn_talks_are_never_counted(session: Session) -> None:
    assert talk_count(session).numerator == 15
    assert {slug: figure.numerator for slug, figure in edition_counts(session).items()} == {
        "west-2019": 10,
        "east-2020": 5,
        "empty-2021": 0,
    }


def test_talks_behind_a_figure(session: Session) -> None:
    for scope in (WEST, Scope(), Scope(series="summit", year_from=2020)):
        for counting in ("any", "main"):
            for population in POPULATIONS:
                for row in theme_shares(session, scope, population.slug, counting).rows:
                    found = figure_talks(session, row.figure.id)
                    assert len(found.numerator) == row.numerator
                    assert len(found.denominator) == row.denominator
                    assert {card.id for card in found.numerator} <= {card.id for card in found.denominator}
                    assert found.figure == row.whole
                    assert not found.stale


def test_a_part_of_a_series_of_a_theme_is_cut_from_the_whole(session: Session) -> None:
    whole = theme_series(session, "operations")
    for part in (slice(0, 1), slice(1, 2), slice(-1, None), slice(5, 9)):
        found = theme_series(session, "operations", part=part)
        assert found.points == whole.points[part]
        assert found.total == len(whole.points) == whole.total


def test_count_figures_open_their_talks(session: Session) -> None:
    for narrowed, number in (
        (TalkFilter(), 15),
        (TalkFilter(kind="keynote"), 1),
        (TalkFilter(editions=("west-2019",), organisation="acme"), 4),
    ):
        figure = talk_count(session, narrowed)
        assert figure.numerator == number
        assert len(figure_talks(session, figure.id).numerator) == number
        assert figure_talks(session, figure.id).figure == figure
    for found in edition_counts(session).values():
        assert figure_talks(session, found.id).figure.numerator == found.numerator


def test_an_id_of_another_snapshot_still_answers_and_says_so(session: Session) -> None:
    figure = theme_figure(session, "operations", WEST)
    old = figure.id.replace(SNAPSHOT, "000000000000")
    found = figure_talks(session, old)
    assert found.stale
    assert found.note is not None
    assert "has changed since" in found.note
    assert (found.id, found.snapshot) == (old, SNAPSHOT)
    assert len(found.numerator) == figure.numerator


def test_a_figure_of_what_is_gone_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        figure_talks(session, "share~theme.gone~population.all~counting.any~s.x")
    with pytest.raises(NotFound):
        figure_talks(session, "count~speaker.nobody~population.all~s.x")


def test_series_of_a_theme(session: Session) -> None:
    series = theme_series(session, "operations", "summit")
    assert [(point.slug, point.figure.fraction) for point in series.points] == [
        ("west-2019", "4 of 10"),
        ("east-2020", "2 of 5"),
    ]
    for point in series.points:
        assert point.figure == theme_figure(session, "operations", Scope(editions=(point.slug,)))
    main = theme_series(session, "streaming", "summit", counting="main").points[0].figure
    assert main == theme_figure(session, "streaming", WEST, counting="main")
    with pytest.raises(NotFound):
        theme_series(session, "nothing")


def test_statements_do_not_grow_with_themes_or_editions(session: Session, sample_engine: Engine) -> None:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(sample_engine, "before_cursor_execute", note)
    try:
        theme_shares(session, WEST)
        assert len(seen) <= 16  # of a session that may write, for which nothing is kept
        seen.clear()
        theme_series(session, "operations", "summit")
        assert len(seen) <= 15
    finally:
        event.remove(sample_engine, "before_cursor_execute", note)


def test_facts_of_years_are_those_that_their_scope_has(session: Session) -> None:
    for scope in (Scope(), Scope(series="summit"), Scope(series="summit", year_from=2019)):
        facts = read_scope(session, scope)
        each = yearly_facts(session, facts)
        assert each
        for year, alone in each.items():
            assert alone == read_scope(session, replace(scope, year_from=year, year_to=year))
        for first, last in combinations_with_replacement([*each, max(each) + 1], 2):
            found = facts_of_years(session, facts, first, last)
            assert found == read_scope(session, replace(scope, year_from=first, year_to=last))
