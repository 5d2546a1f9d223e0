"""A base moved to another database is the same base: its rows, its reports, its search, its schema."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select
from sqlmodel import Session, SQLModel, col

from app.bootstrap import KnowledgeBase
from app.db.engine import make_engine, reading, writing
from app.db.unfinished import TABLE, refuse_unfinished
from app.exports.registry import digests
from app.migrations import upgrade
from app.models import IndexState, SavedReport, Series, Talk
from app.moving import verify
from app.moving.digest import INSTEAD, NUL
from app.moving.tables import MOVED_STATES, STATES, STAY
from app.pipeline import refresh
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.reports.saved import save_report
from app.search.engine import SearchEngine
from app.search.freshness import LEXICAL
from app.search.shapes import SearchRequest
from app.search.upkeep import lexical_is_whole
from tests.contracts.test_both_databases import ASKED
from tests.moving.bases import RECIPES, address, copied, moved, rows_of_file
from tests.postgres import Server, fresh_engine
from tests.standins import HashingEmbedder


def test_there_and_back_every_row_is_as_it_was(
    every_kind: Path, empty_database: Callable[[], str], tmp_path: Path
) -> None:
    """Through all four ways: SQLite to Postgres, to Postgres, to SQLite, to SQLite."""
    places = [str(every_kind), empty_database(), empty_database(), str(tmp_path / "a.sqlite3"), str(tmp_path / "b.db")]
    for source, target in pairwise(places):
        report = moved(source, target)
        assert report.whole
        assert not report.replaced
        assert all(line.rows_to for line in report.tables if not line.left)
        assert not [line.table for line in report.tables if line.left]
    first, last = rows_of_file(places[0]), rows_of_file(places[-1])
    first[STATES] = [row for row in first[STATES] if row[0] in MOVED_STATES]
    last[STATES] = [row for row in last[STATES] if row[0] in MOVED_STATES]
    assert {name for name in first if first[name] != last[name]} == STAY


def test_the_base_it_comes_from_is_not_changed(every_kind: Path, empty_place: str) -> None:
    before = hashlib.sha256(every_kind.read_bytes()).hexdigest()
    moved(str(every_kind), empty_place)
    assert hashlib.sha256(every_kind.read_bytes()).hexdigest() == before


def test_models_read_the_same(every_kind: Path, empty_database: Callable[[], str]) -> None:
    """What is stored alike is also read alike: moments with their zone, truth, JSON, bytes."""
    place = empty_database()
    moved(str(every_kind), place)
    found = []
    for url in (f"sqlite:///{every_kind}", place):
        engine = make_engine(url)
        with reading(engine) as session:
            found.append(
                [
                    [repr(row) for row in session.scalars(select(model).order_by(*inspect(model).primary_key))]
                    for model in (Talk, SavedReport)
                ]
            )
        engine.dispose()
    assert found[0] == found[1]


def test_schema_and_numbers_go_on_as_in_a_base_that_was_made_there(every_kind: Path, postgres: Server) -> None:
    with fresh_engine(postgres) as made, postgres.database(migrated=False) as place:
        moved(str(every_kind), place)
        engine = make_engine(place)
        for table in SQLModel.metadata.tables:
            for ask in ("get_indexes", "get_foreign_keys", "get_unique_constraints", "get_pk_constraint"):
                assert _told(engine, ask, table) == _told(made, ask, table), table
        with writing(engine) as session:
            session.add(series := Series(slug="new", name="New"))
            session.flush()
            assert series.id == session.scalar(select(func.max(col(Series.id))))
        engine.dispose()


def test_the_schema_of_a_file_is_that_of_a_base_that_was_made_there(every_kind: Path, tmp_path: Path) -> None:
    moved(str(every_kind), str(tmp_path / "moved.sqlite3"))
    made, engine = (make_engine(f"sqlite:///{tmp_path / name}.sqlite3") for name in ("made", "moved"))
    upgrade(made)
    for table in SQLModel.metadata.tables:
        for ask in ("get_indexes", "get_foreign_keys", "get_unique_constraints", "get_pk_constraint"):
            assert _told(engine, ask, table) == _told(made, ask, table), table
    assert not inspect(engine).has_table(TABLE)
    for one in (made, engine):
        one.dispose()


def test_reports_saved_reports_and_search_are_the_same(
    knowledge_base: KnowledgeBase, empty_place: str, tmp_path: Path
) -> None:
    source = copied(knowledge_base.engine, tmp_path / "source.sqlite3")
    engine = make_engine(f"sqlite:///{source}")
    with writing(engine) as session:
        save_report(session, build_report(session, "themes", ReportRequest(**ASKED["themes"])), digests)
    engine.dispose()
    assert moved(source, empty_place).whole
    answers = []
    for place in (source, empty_place):
        engine = make_engine(place if "://" in place else f"sqlite:///{place}")
        upgrade(engine)
        search = SearchEngine(engine, HashingEmbedder())
        with Session(engine) as session:
            reports = {name: digests(build_report(session, name, ReportRequest(**ASKED[name]))) for name in ASKED}
            saved = [(one.id, one.content, one.digests) for one in session.scalars(select(SavedReport))]
        with reading(engine) as session:
            assert lexical_is_whole(session) or place == source
            found = search.search(session, SearchRequest(query="kafka on kubernetes", limit=20))
        answers.append((reports, saved, [(hit.talk.slug, round(hit.score, 9), hit.passage.text) for hit in found.hits]))
        engine.dispose()
    assert answers[0] == answers[1]
    assert answers[0][2]


def test_a_nul_is_replaced_on_the_way_to_postgres_and_counted(
    every_kind: Path, empty_database: Callable[[], str], tmp_path: Path
) -> None:
    source, place = tmp_path / "nul.sqlite3", empty_database()
    source.write_bytes(every_kind.read_bytes())
    engine = make_engine(f"sqlite:///{source}")
    with writing(engine) as session:
        talk = session.scalars(select(Talk).order_by(col(Talk.id))).first()
        assert talk is not None
        talk.abstract, talk.note, talk.room = f"a{NUL}b{NUL}", NUL, "\\u0000"
    engine.dispose()
    report = moved(str(source), place)
    assert (report.whole, report.replaced) == (True, 2)
    engine = make_engine(place)
    with reading(engine) as session:
        kept = session.scalars(select(Talk).order_by(col(Talk.id))).first()
        assert kept is not None
        assert (kept.abstract, kept.note, kept.room) == (f"a{INSTEAD}b{INSTEAD}", INSTEAD, "\\u0000")
    engine.dispose()
    exact = moved(str(source), str(tmp_path / "exact.sqlite3"))
    assert (exact.whole, exact.replaced) == (True, 0)
    assert rows_of_file(str(tmp_path / "exact.sqlite3"))["talk"] == rows_of_file(str(source))["talk"]


def test_what_another_recipe_made_is_left_and_made_anew(
    knowledge_base: KnowledgeBase, empty_place: str, tmp_path: Path
) -> None:
    source = copied(knowledge_base.engine, tmp_path / "source.sqlite3")
    engine = make_engine(f"sqlite:///{source}")
    with writing(engine) as session:
        session.get_one(IndexState, "passages").recipe = "older/1"
        session.get_one(IndexState, "claims").recipe = "older/2"
    engine.dispose()
    report = moved(source, empty_place)
    left = {line.table: line for line in report.tables if line.left}
    assert report.whole
    assert left.keys() == {"passage", "claimproposal"}
    assert "made by older/1" in left["passage"].note
    assert "`hallway rebuild index` makes it anew" in left["passage"].note
    assert left["passage"].rows_from > left["passage"].rows_to == 0
    engine = make_engine(empty_place if "://" in empty_place else f"sqlite:///{empty_place}")
    refresh(engine, HashingEmbedder())
    with reading(engine) as session:
        assert lexical_is_whole(session)
        assert session.get_one(IndexState, LEXICAL).fingerprint == session.get_one(IndexState, "passages").fingerprint
    for name in ("passage", "claimproposal"):
        with engine.connect() as connection:
            count = len(connection.execute(select(SQLModel.metadata.tables[name])).all())
        assert count == left[name].rows_from
    engine.dispose()


FLIPS: dict[str, tuple[str, Any]] = {
    "talk": ("duration_minutes = 0.3", None),
    "edition": ("dates_checked = NOT dates_checked", None),
    "saved_report": ("content = X'00'", None),
    "transcript": ("""cues = '{"a":1,"z":1}'""", None),
    "importrun": ("finished_at = '2019-10-01 09:30:00.000013'", None),
    "takeaway": ("conditions = ''", None),
    "speaker": ("name = name || ' '", None),
}


@pytest.mark.parametrize("table", FLIPS)
def test_one_other_value_is_found(every_kind: Path, tmp_path: Path, table: str) -> None:
    other = tmp_path / "other.sqlite3"
    other.write_bytes(every_kind.read_bytes())
    places = str(every_kind), str(other)
    assert _verified(*places) == []
    with closing(make_engine(f"sqlite:///{other}").raw_connection()) as connection:
        key = next(iter(SQLModel.metadata.tables[table].primary_key)).name
        connection.cursor().execute(
            f"UPDATE {table} SET {FLIPS[table][0]} WHERE {key} = (SELECT max({key}) FROM {table})"
        )
        connection.commit()
    assert _verified(*places) == [table]


def _verified(source: str, target: str) -> list[str]:
    from app.db.places import place_of

    report = verify(place_of(source, "FROM"), place_of(target, "TO"), RECIPES, lambda *_: None)
    assert report.whole is not bool(report.differing)
    return report.differing


def _told(engine: Any, ask: str, table: str) -> Any:
    found = getattr(inspect(engine), ask)(table)
    return sorted(found, key=repr) if isinstance(found, list) else found


def test_a_whole_base_carries_no_mark(every_kind: Path, empty_place: str) -> None:
    moved(str(every_kind), empty_place)
    engine = make_engine(empty_place if "://" in empty_place else f"sqlite:///{empty_place}")
    with engine.connect() as connection:
        refuse_unfinished(connection)
        assert not inspect(connection).has_table(TABLE)
    assert address(engine)
    engine.dispose()
