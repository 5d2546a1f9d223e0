"""Sheets hold what the tables hold, follow decisions, and are not used once they are of another state of the base."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, event, select, update
from sqlmodel import Session, col

from app import pipeline
from app.catalog import sheets
from app.catalog.counted import Sheet, ordered, read_tables, told_by_columns
from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.health import examine
from app.catalog.sheets import counted_talks, forget_sheets, refresh_sheets, sheets_are_fresh
from app.catalog.snapshot import refresh_snapshot
from app.catalog.vendors import AFFILIATIONS
from app.db.engine import reading, writing
from app.models import CountSheet, Edition, IndexState, Talk, Theme, ThemeAssignment
from app.themes.decide import Choice, decide
from app.trends.behind import EDITIONS
from app.trends.counts import theme_shares
from app.trends.populations import POPULATIONS
from app.trends.scope import Scope
from tests.databases import Databases
from tests.standins import HashingEmbedder
from tests.web.facts import fill

FILTERS = [
    *(population.narrow(TalkFilter()) for population in POPULATIONS),
    *(TalkFilter(affiliation=side) for side in AFFILIATIONS),
    TalkFilter(theme="operations"),
    TalkFilter(theme="operations", main_theme_only=True, with_text=True),
    TalkFilter(theme="no-such-theme"),
    TalkFilter(technology="kafka-streams"),
    TalkFilter(series="kafka-summit", year_from=2019),
    TalkFilter(editions=("kafka-summit-san-francisco-2019", "kafka-summit-london-2023")),
    TalkFilter(year_to=2018),
    TalkFilter(year_from=1950, year_to=1951),
]


@pytest.fixture
def small(databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    """A small base of one test's own, with everything derived."""
    with databases.fresh(tmp_path) as engine:
        with Session(engine) as session:
            fill(session)
            session.commit()
        pipeline.refresh(engine, HashingEmbedder())
        yield engine


def same(one: Sheet, other: Sheet) -> bool:
    """Whether two sheets hold the same numbers."""
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(Sheet)]
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)


def packed(engine: Engine) -> Sheet:
    with reading(engine) as session:
        assert sheets_are_fresh(session)
        return counted_talks(session, TalkFilter()).sheet


def in_tables(engine: Engine) -> Sheet:
    with reading(engine) as session:
        return read_tables(session, TalkFilter())


def test_sheets_of_the_shipped_base_hold_what_its_tables_hold(loaded: Engine) -> None:
    found = packed(loaded)
    assert len(found.talk) > 250
    assert len(found.theme) > 1000
    assert len(found.technology) > 100
    assert same(found, in_tables(loaded))


@pytest.mark.parametrize("filter", FILTERS)
def test_a_sheet_allows_the_talks_that_the_statement_allows(loaded: Engine, filter: TalkFilter) -> None:
    assert told_by_columns(filter)
    with reading(loaded) as session:
        counted = counted_talks(session, filter)
        assert len(counted.inside) > 250, "read from the sheets of all editions"
        assert set(counted.sheet.talk[counted.inside].tolist()) == set(session.scalars(allowed_talks(filter)))


def test_a_session_holds_what_the_last_filters_allow(loaded: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_FILTERS", 2)
    with reading(loaded) as session:
        found = [counted_talks(session, wanted) for wanted in FILTERS[:3]]
        assert counted_talks(session, FILTERS[2]) is found[2]
        assert len(session.info["counted"]) == 2
        again = counted_talks(session, FILTERS[0])
        assert again is not found[0]
        assert np.array_equal(again.inside, found[0].inside)


def test_a_filter_that_columns_cannot_tell_is_read_from_the_tables(loaded: Engine) -> None:
    wanted = TalkFilter(newcomers=True)
    assert not told_by_columns(wanted)
    with reading(loaded) as session:
        counted = counted_talks(session, wanted)
        assert set(counted.sheet.talk.tolist()) == set(session.scalars(allowed_talks(wanted)))


def test_talks_come_in_the_order_of_the_statement(loaded: Engine) -> None:
    with reading(loaded) as session:
        found = ordered(session, counted_talks(session, TalkFilter()), *EDITIONS).tolist()
        statement = allowed_talks(TalkFilter()).join(Edition, col(Edition.id) == col(Talk.edition_id))
        assert found == list(session.scalars(statement.order_by(*EDITIONS, col(Talk.position), col(Talk.id))))


def test_no_assignment_is_read_while_sheets_are_fresh(small: Engine) -> None:
    seen: list[str] = []
    event.listen(small, "before_cursor_execute", lambda *arguments: seen.append(str(arguments[2])))
    with reading(small) as session:
        theme_shares(session, Scope())
    # People's decisions are facts, and those few are looked up.
    assert not [one for one in seen if "themeassignment" in one and "themedecision" not in one]


def test_a_decision_is_in_the_sheet_of_its_edition(small: Engine) -> None:
    before = packed(small)
    with writing(small) as session:
        undecided = (
            select(col(Talk.slug), col(Theme.slug))
            .join(ThemeAssignment, col(ThemeAssignment.talk_id) == col(Talk.id))
            .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
            .where(col(ThemeAssignment.status).in_(("machine", "unlikely")), col(Talk.withdrawn_at).is_(None))
        )
        talk, slug = session.execute(undecided.limit(1)).one()
        decide(session, Choice(talk, slug, "accept", "tester", "page"))
    after = packed(small)
    assert not same(before, after)
    assert same(after, in_tables(small))


def test_nothing_is_written_where_nothing_changed(small: Engine) -> None:
    with writing(small) as session:
        assert refresh_sheets(session) == 0
        forget_sheets(session)
        assert refresh_sheets(session) > 0


def test_stale_sheets_are_not_read_and_the_doctor_says_so(small: Engine) -> None:
    with reading(small) as session:
        assert not [one for one in examine(session, "any").findings if "packed" in one.message]
    with writing(small) as session:
        session.execute(update(IndexState).where(col(IndexState.name) == "sheets").values(recipe="another layout"))
        session.execute(update(Talk).values(kind="keynote"))
    with reading(small) as session:
        assert not sheets_are_fresh(session)
        assert [one.mend for one in examine(session, "any").findings if "packed" in one.message]
        kinds = set(counted_talks(session, TalkFilter()).sheet.kind.tolist())
        assert kinds == set(read_tables(session, TalkFilter()).kind.tolist())
        assert len(kinds) == 1
    pipeline.refresh(small, HashingEmbedder())
    assert same(packed(small), in_tables(small))


def test_the_year_of_an_edition_is_followed_though_no_snapshot_tells_it(small: Engine) -> None:
    with writing(small) as session:
        session.execute(update(Edition).values(year=1999, start_date=None))
        session.execute(update(Talk).values(date=None))
    pipeline.refresh(small, HashingEmbedder())
    assert set(packed(small).year.tolist()) == {1999}


def test_a_base_without_talks_has_no_sheets(engine: Engine) -> None:
    with writing(engine) as session:
        refresh_snapshot(session)
        refresh_sheets(session)
        assert session.scalars(select(CountSheet)).all() == []
