"""What a move refuses, in words that say what to do; nothing is made or changed then, and no password is printed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db.engine import make_engine
from app.db.places import identity, named, place_of
from app.errors import DatabaseError, HallwayError, UsageError
from app.migrations import newest, upgrade
from tests.moving.bases import moved
from tests.postgres import Server


def _changed(every_kind: Path, tmp_path: Path, *statements: str) -> str:
    """The path of a copy on which statements were run, with references not asked for."""
    path = tmp_path / "changed.sqlite3"
    path.write_bytes(every_kind.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return str(path)


def _refused(source: str, target: str) -> str:
    with pytest.raises(HallwayError) as told:
        moved(source, target)
    return str(told.value)


def test_a_target_that_holds_a_base(every_kind: Path, postgres: Server, tmp_path: Path) -> None:
    with postgres.database() as place:
        engine = make_engine(place)
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO series (slug, name) VALUES ('own', 'Own')"))
        assert "holds a base already (0 talks, 1 tables with rows); nothing was changed" in _refused(
            str(every_kind), place
        )
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM series")).scalar() == 1
            assert connection.execute(text("SELECT count(*) FROM talk")).scalar() == 0
        engine.dispose()
    own = tmp_path / "own.sqlite3"
    own.write_bytes(every_kind.read_bytes())
    assert "holds a base already" in _refused(str(every_kind), str(own))
    assert own.read_bytes() == every_kind.read_bytes()


def test_an_empty_base_is_filled(every_kind: Path, postgres: Server) -> None:
    with postgres.database() as place:
        assert moved(str(every_kind), place).notes[0].endswith("is empty and is filled.")


def test_a_database_that_is_not_there_is_made(every_kind: Path, postgres: Server) -> None:
    place = postgres.address("hallway_test_made_by_a_move")
    try:
        report = moved(str(every_kind), place)
        assert report.whole
        assert report.notes[0].endswith("is made.")
    finally:
        postgres.ask('DROP DATABASE IF EXISTS "hallway_test_made_by_a_move" WITH (FORCE)')


def test_a_database_of_another_encoding(every_kind: Path, postgres: Server) -> None:
    postgres.ask("CREATE DATABASE hallway_test_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        assert "was not made in the encoding UTF8" in _refused(str(every_kind), postgres.address("hallway_test_latin"))
    finally:
        postgres.ask("DROP DATABASE hallway_test_latin WITH (FORCE)")


def test_addresses_that_lead_nowhere(every_kind: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "no" / "base.sqlite3"
    assert f"There is no knowledge base at {nowhere}" in _refused(str(nowhere), str(tmp_path / "new.sqlite3"))
    assert not nowhere.parent.exists()
    page = tmp_path / "page.html"
    page.write_text("<html>" * 200)
    assert "is not a SQLite database" in _refused(str(page), str(tmp_path / "new.sqlite3"))
    assert "is not a SQLite database" in _refused(str(every_kind), str(page))
    assert page.read_text() == "<html>" * 200
    with closing(sqlite3.connect(tmp_path / "other.sqlite3")) as other:
        other.execute("CREATE TABLE talk (id integer)")
    assert "is no knowledge base" in _refused(str(tmp_path / "other.sqlite3"), str(tmp_path / "new.sqlite3"))
    away = "postgresql://ada:secret@127.0.0.1:1/hallway?sslpassword=secret"
    for told in (_refused(away, str(tmp_path / "new.sqlite3")), _refused(str(every_kind), away)):
        assert "the server cannot be reached (Connection refused)" in told
        assert "postgresql://ada@127.0.0.1:1/hallway" in told
        assert "secret" not in told
    assert not (tmp_path / "new.sqlite3").exists()


@pytest.mark.parametrize(
    "given", ["mysql://ada:secret@db/x", "://ada:secret@x", "", ":memory:", "sqlite://", "a://b:c"]
)
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(UsageError) as told:
        place_of(given, "TO")
    assert "TO" in str(told.value)
    assert "secret" not in str(told.value)


def test_places_are_the_same_however_they_are_written(every_kind: Path) -> None:
    for one, other in (
        (str(every_kind), f"sqlite:///{every_kind.parent}/../{every_kind.parent.name}/{every_kind.name}"),
        ("postgresql://ada:x@db/hallway", "postgresql+psycopg://bob@db:5432/hallway?password=secret"),
    ):
        assert identity(place_of(one, "FROM")) == identity(place_of(other, "TO"))
    assert named(place_of("postgres://bob:y@db/h?password=x&connect_timeout=3", "TO")) == (
        "postgresql://bob@db/h?connect_timeout=3"
    )
    assert "are the same base" in _refused(str(every_kind), f"sqlite:///{every_kind}")


def test_another_schema(every_kind: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "new.sqlite3")
    older = _changed(every_kind, tmp_path, "UPDATE alembic_version SET version_num = '0001'")
    told = _refused(older, target)
    assert f"has schema 0001 and this code moves {newest()}" in told
    assert "hallway doctor" in told
    newer = _changed(every_kind, tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    assert "was written by a newer Hallway (schema 9999" in _refused(newer, target)
    assert not Path(target).exists()
    empty = tmp_path / "empty.sqlite3"
    upgrade(engine := make_engine(f"sqlite:///{empty}"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = empty.read_bytes()
    assert "has tables of a newer Hallway (schema 9999" in _refused(str(every_kind), str(empty))
    assert empty.read_bytes() == before


def test_missing_tables_and_references_that_lead_nowhere(every_kind: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "new.sqlite3")
    torn = _changed(every_kind, tmp_path, "DROP TABLE speakerpair", "DROP TABLE reviewdraw")
    assert "lacks the tables reviewdraw, speakerpair of its schema" in _refused(torn, target)
    loose = _changed(every_kind, tmp_path, "DELETE FROM edition WHERE id = 1")
    assert "talk to edition: 1" in _refused(loose, target)
    assert not Path(target).exists()


def test_what_postgres_cannot_keep_is_said_by_table(every_kind: Path, tmp_path: Path, postgres: Server) -> None:
    huge = _changed(every_kind, tmp_path, f"UPDATE talk SET position = {2**40} WHERE id = 1")
    with postgres.database(migrated=False) as place:
        told = _refused(huge, place)
        assert told.startswith("Table talk: postgresql://")
        assert "out of range" in told
        engine = make_engine(place)
        with pytest.raises(DatabaseError, match="is not whole"):
            upgrade(engine)
        engine.dispose()


def test_a_text_that_is_not_utf8(every_kind: Path, tmp_path: Path) -> None:
    bad = _changed(every_kind, tmp_path, "UPDATE talk SET room = CAST(X'C3FF' AS TEXT) WHERE id = 1")
    assert "a text is not UTF-8" in _refused(bad, str(tmp_path / "new.sqlite3"))
