"""What a database refuses, in words and with nothing half written: a full disk, a schema of other code, NUL."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import Session, col

from app.db.dialect import is_sqlite
from app.db.engine import make_engine, reading, writing
from app.db.types import utc_now
from app.errors import DatabaseError, UsageError
from app.migrations import difference, upgrade
from app.models import IndexState, Series
from tests.databases import Databases
from tests.postgres import Server
from tests.replica import Pair, pair

FULL = "The disk of the database is full; nothing of this step was written"


@pytest.fixture
def server_engine(postgres: Server, tmp_path: Path) -> Iterator[Engine]:
    with Databases(postgres).fresh(tmp_path) as made:
        upgrade(made)
        yield made


def put(session: Session, name: str) -> None:
    session.merge(IndexState(name=name, recipe="", fingerprint="", built_at=utc_now()))
    session.flush()


def names(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(col(IndexState.name))))


def test_a_device_without_room_is_said_in_words(server_engine: Engine) -> None:
    def write() -> None:
        with writing(server_engine) as session:
            put(session, "half")
            # The server writes to a device that is always full, and so gives the very SQLSTATE of a full disk.
            session.execute(text("COPY (SELECT repeat('x', 999) FROM generate_series(1, 999)) TO '/dev/full'"))

    with pytest.raises(DatabaseError, match=FULL):
        write()
    assert names(server_engine) == []
    with writing(server_engine) as session:
        put(session, "whole")
    assert names(server_engine) == ["whole"]


@pytest.fixture
def own(servers: Pair) -> Iterator[Pair]:
    """Servers of one test's own: a replica that has no such small disk as its primary does not start again."""
    assert servers.primary.folder.exists(), "where those of all tests can be started, these can"
    with pair() as made:
        yield made


def test_a_full_disk_is_said_in_words_and_room_is_enough_to_go_on(own: Pair) -> None:
    place = own.primary.folder / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size=2m,mode=0700,uid={own.primary.data.stat().st_uid}", "tmpfs", place],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        place.rmdir()
        pytest.skip(f"no small disk can be made here: {mounted.stderr.strip()}")
    try:
        _fill(own, place)
    finally:
        for _ in range(50):
            if not subprocess.run(["umount", place], capture_output=True, check=False).returncode:
                break
            time.sleep(0.1)


def _fill(own: Pair, place: Path) -> None:
    # A replica has no such place; it goes on without its table.
    own.replica.stop()
    own.server.ask(f"CREATE TABLESPACE small LOCATION '{place}'")
    with own.server.database() as address:
        engine = make_engine(address)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE big (words text STORAGE EXTERNAL) TABLESPACE small"))

        def write() -> None:
            with writing(engine) as session:
                put(session, "half")
                for _ in range(100):
                    session.execute(text("INSERT INTO big SELECT repeat('x', 7000) FROM generate_series(1, 50)"))

        with pytest.raises(DatabaseError, match=FULL):
            write()
        assert names(engine) == []
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE big"))
        with writing(engine) as session:
            put(session, "whole")
        assert names(engine) == ["whole"]
        engine.dispose()
    own.server.ask("DROP TABLESPACE small")


@pytest.mark.parametrize(("version", "said"), [("9999", "a newer Hallway"), ("0001", "an older Hallway")])
def test_nothing_is_written_into_a_schema_of_other_code(engine: Engine, version: str, said: str) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    with pytest.raises(DatabaseError, match=said), writing(engine):
        raise AssertionError("nothing can be written")
    with reading(engine) as session:
        assert session.scalars(select(Series)).all() == []
        assert said in (difference(engine, session.connection()) or "")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE series RENAME COLUMN name TO called"))
    with pytest.raises(DatabaseError, match=f"{said}.*schema {version}"), reading(engine) as session:
        session.scalars(select(Series)).all()


def test_a_newer_base_is_left_alone_at_the_start(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match=r"written by a newer Hallway \(schema 9999, this code knows .*update the"):
        upgrade(engine)


def test_nul_is_no_text(engine: Engine) -> None:
    with writing(engine) as session:
        put(session, "here")
    asked = select(col(IndexState.name)).where(col(IndexState.name) == "a\0b")
    if is_sqlite(engine):
        with reading(engine) as session:
            assert session.scalars(asked).all() == []
        return
    with pytest.raises(UsageError, match="character NUL"), reading(engine) as session:
        session.scalars(asked).all()
