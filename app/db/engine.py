"""Engines and sessions. SQLite runs in WAL mode with foreign keys on; other databases take SQLAlchemy's defaults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlmodel import Session

from app.db.dialect import is_sqlite
from app.errors import DatabaseError

BUSY_TIMEOUT_MS = 15_000
WRITERS = 0x68616C6C776179
"""The advisory lock of Postgres that a transaction holds which writes: “hallway”, as a number."""
CONNECTIONS = 16
"""Connections to a file that are kept open; more are opened while more threads than this read or write at once. The
last one given back is the next taken, as it has most at hand."""


def make_engine(url: str) -> Engine:
    """An engine for `url`. The folder of a SQLite file is made; a bad address is a DatabaseError."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(
            "HALLWAY_DATABASE_URL is not a database address; write for example sqlite:////srv/hallway.sqlite3"
        ) from error
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseError(
            f"HALLWAY_DATABASE_URL names a database of kind {address.get_backend_name()}; Hallway knows sqlite:///FILE "
            "and postgresql+psycopg://USER@HOST/NAME."
        )
    is_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
    is_server = address.get_backend_name() != "sqlite"
    more: dict[str, Any] = {}
    if is_file or is_server:
        more = {"pool_size": CONNECTIONS, "max_overflow": -1, "pool_use_lifo": True}
    if is_server:
        more["pool_pre_ping"] = True  # a server that was started anew has closed what was kept
        more["connect_args"] = {"options": f"-c lock_timeout={BUSY_TIMEOUT_MS}"}
    if is_file:
        folder = Path(str(address.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    engine = create_engine(address, **more)
    if is_sqlite(engine):
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgres)
    return engine


def for_writing(engine: Engine, wait_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """The same engine, whose transactions take the right to write at once, so that none fails half way for it.

    It is SQLite's write lock, and on Postgres an advisory lock: one at a time writes on either, and rules that are
    checked before something is written hold. They wait so many milliseconds for another that has the lock.
    """
    return engine.execution_options(hallway_writes=True, hallway_wait_ms=wait_ms)


def is_writing(session: Session) -> bool:
    """Whether the session's transaction holds the right to write from its beginning."""
    return bool(session.connection().get_execution_options().get("hallway_writes", False))


def is_reading(session: Session) -> bool:
    """Whether the session is one of `reading`, so that all it sees was committed."""
    return bool(session.info.get("reads", False))


def _begin_sqlite(connection: Connection) -> None:
    # The driver's own BEGIN comes too late for savepoints and for reads that must see one state.
    options = connection.get_execution_options()
    if options.get("hallway_writes", False):
        wait_ms = options.get("hallway_wait_ms", BUSY_TIMEOUT_MS)
        if wait_ms != BUSY_TIMEOUT_MS:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait_ms:d}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            if wait_ms != BUSY_TIMEOUT_MS:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        return
    # This one waits for nothing and so does not fail. Said to the driver itself: by way of SQLAlchemy it took as long
    # as a small query.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")


def _begin_postgres(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("hallway_writes", False):
        return
    wait_ms = options.get("hallway_wait_ms", BUSY_TIMEOUT_MS)
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait_ms:d}")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({options.get('hallway_lock', WRITERS):d})")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS:d}")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.close()


def explained(error: OperationalError) -> DatabaseError:
    """The error as people can act on it. What the driver says of a server never holds the password."""
    return DatabaseError(_explain(error))


@contextmanager
def writing(engine: Engine, wait_ms: int = BUSY_TIMEOUT_MS) -> Iterator[Session]:
    """A session that commits when the block ends and rolls back when it raises. For commands and pipeline steps.

    A DatabaseError where another process has written for `wait_ms` milliseconds and is not done.
    """
    with Session(for_writing(engine, wait_ms), expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except OperationalError as error:
            session.rollback()
            raise explained(error) from error
        except BaseException:
            session.rollback()
            raise


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that never commits, and sees one state of the base from its first statement on."""
    if not is_sqlite(engine):
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine, expire_on_commit=False, info={"reads": True}) as session:
        try:
            yield session
        except OperationalError as error:
            raise explained(error) from error


def _explain(error: OperationalError) -> str:
    reason = str(error.orig).strip()
    if "connection failed" in reason or "connection to server" in reason:
        detail = reason.splitlines()[0].rpartition("failed: ")[2]
        return (
            f"The database server cannot be reached ({detail}). Check host, port, user and name in "
            "HALLWAY_DATABASE_URL, and that the server runs."
        )
    if "locked" in reason or "lock timeout" in reason:
        return "The database is locked by another process that writes; try again when it has finished."
    if "no such table" in reason:
        return "The database has no tables yet; run `hallway ingest data` or `make serve` first."
    if "unable to open" in reason or "readonly" in reason:
        return f"The database file cannot be opened for this ({reason}); check the path and its permissions."
    if "full" in reason:
        return "The disk is full; nothing of this step was written."
    return f"The database refused: {reason}."
