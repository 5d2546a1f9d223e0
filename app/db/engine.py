"""Engines and sessions. SQLite runs in WAL mode with foreign keys on; other databases take SQLAlchemy's defaults.

A base has one engine, by which it is named everywhere. Where it has a replica, `serving` chooses between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from app.db.dialect import is_sqlite, put_nulls_where_sqlite_has_them
from app.db.failures import failure
from app.db.replica import Replica, attach, position, replica_of
from app.db.schema import check_schema, misses_something, why_missing
from app.errors import DatabaseError, HallwayError, Interrupted

BUSY_TIMEOUT_MS = 15_000
UNKNOWN = (
    "The connection to the database was lost while the change was being kept, so it is not known whether it was. Look "
    "before you do it again."
)
WRITERS = 0x68616C6C776179
"""The advisory lock of Postgres that a transaction holds which writes: “hallway”, as a number."""
_PATIENCE = {
    "connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}  # fmt: skip
"""How soon a server that says nothing any more is given up: in seconds, the last in milliseconds."""
CONNECTIONS = 16
"""Connections to a file that are kept open; more are opened while more threads than this read or write at once. The
last one given back is the next taken, as it has most at hand."""


MOST_BEHIND = 10.0
"""Seconds that a replica may be behind before readers go to the primary, unless the settings say otherwise."""


def make_engine(url: str, replica: str | None = None, most_behind: float = MOST_BEHIND) -> Engine:
    """An engine for `url`. The folder of a SQLite file is made; a bad address is a DatabaseError.

    `replica` is the address of a streaming replica that `serving` may read from, while it is no more than `most_behind`
    seconds behind.
    """
    engine = _engine(url, "HALLWAY_DATABASE_URL")
    if replica:
        reader = _engine(replica, "HALLWAY_READ_DATABASE_URL", reads=True)
        if is_sqlite(engine) or is_sqlite(reader):
            raise DatabaseError(
                "HALLWAY_READ_DATABASE_URL names a replica of a Postgres base, so both addresses begin with "
                "postgresql+psycopg://. Take it out for a base in SQLite."
            )
        attach(engine, Replica(reader, most_behind))
    return engine


def _engine(url: str, setting: str, reads: bool = False) -> Engine:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(
            f"{setting} is not a database address; write for example sqlite:////srv/hallway.sqlite3"
        ) from error
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseError(
            f"{setting} names a database of kind {address.get_backend_name()}; Hallway knows sqlite:///FILE "
            "and postgresql+psycopg://USER@HOST/NAME."
        )
    is_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
    is_server = address.get_backend_name() != "sqlite"
    more: dict[str, Any] = {}
    if is_file or is_server:
        more = {"pool_size": CONNECTIONS, "max_overflow": -1, "pool_use_lifo": True}
    if is_server:
        more["isolation_level"] = "REPEATABLE READ"  # who reads sees one state, as on SQLite
        more["pool_pre_ping"] = True  # a server that was started anew has closed what was kept
        options = f"-c lock_timeout={BUSY_TIMEOUT_MS}" + (" -c default_transaction_read_only=on" if reads else "")
        more["connect_args"] = {"options": options, **_PATIENCE}
    if is_file:
        folder = Path(str(address.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    engine = create_engine(address, **more)
    put_nulls_where_sqlite_has_them(engine)
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
    writes = {"hallway_writes": True, "hallway_wait_ms": wait_ms}
    # After it has waited for its turn, it must see what the others wrote meanwhile.
    return engine.execution_options(**writes, **({} if is_sqlite(engine) else {"isolation_level": "READ COMMITTED"}))


def is_writing(session: Session) -> bool:
    """Whether the session's transaction holds the right to write from its beginning. One of `reading` never does, and
    is not connected to be asked."""
    return not is_reading(session) and bool(session.connection().get_execution_options().get("hallway_writes", False))


def is_reading(session: Session) -> bool:
    """Whether the session is one of `reading` or `serving`, so that all it sees was committed."""
    return bool(session.info.get("reads", False))


def base_of(session: Session) -> Engine | None:
    """The engine that names the base of a session that only reads, whichever server it reads from; else None."""
    found: Engine | None = session.info.get("base")
    return found


def is_of_replica(session: Session) -> bool:
    """Whether the session reads from a replica."""
    return bool(session.info.get("replica", False))


def takes_changes(session: Session) -> bool:
    """False where the session was to see the newest state, or any, and the server that takes changes did not answer."""
    return not session.info.get("alone", False)


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


@contextmanager
def writing(engine: Engine, wait_ms: int = BUSY_TIMEOUT_MS) -> Iterator[Session]:
    """A session that commits when the block ends and rolls back when it raises. For commands and pipeline steps.

    A DatabaseError where another process has written for `wait_ms` milliseconds and is not done, and where the schema
    is another than this code's by now.
    """
    with Session(for_writing(engine, wait_ms), expire_on_commit=False) as session:
        try:
            check_schema(engine, session.connection())
            yield session
            session.flush()
        except DBAPIError as error:
            session.rollback()
            raise _in_words(engine, error) from error
        except BaseException:
            session.rollback()
            raise
        try:
            session.commit()
        except DBAPIError as error:
            found = _in_words(engine, error)
            raise Interrupted(UNKNOWN) if isinstance(found, Interrupted) else found from error
    saw_newest(engine)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that never commits, and sees one state of the base from its first statement on. Of the primary."""
    with _session(engine, engine) as session:
        try:
            yield session
        except DBAPIError as error:
            raise _in_words(engine, error) from error


@contextmanager
def serving(engine: Engine, newest: bool = False) -> Iterator[Session]:
    """A session as of `reading`, from the replica if the base has one, else or where that fails from the primary.

    `newest` asks for all that was ever committed: it reads from the primary, and from the replica only while that does
    not answer. Unreachable where neither does.
    """
    replica = replica_of(engine)
    if replica is None:
        with reading(engine) as session:
            yield session
        return
    replica.look(engine)
    with _opened(engine, replica, newest) as session:
        try:
            yield session
        except DBAPIError as error:
            raise _in_words(engine, error) from error


def _session(base: Engine, server: Engine, **more: Any) -> Session:
    return Session(server, expire_on_commit=False, info={"reads": True, "base": base, **more})


def _opened(engine: Engine, replica: Replica, newest: bool) -> Session:
    """A session on the first server that answers; on a replica that lacks what was seen here only if no other does."""
    first, second = replica.order(newest)
    failed: dict[bool, HallwayError] = {}
    for primary, as_it_is in ((first, False), (second, False), (False, True)):
        if primary in failed:
            continue
        session = _session(engine, engine if primary else replica.engine, replica=not primary)
        try:
            if primary:
                replica.saw(position(session))
            elif not as_it_is and not replica.has_come_as_far(session.connection()):
                session.close()
                continue
            else:
                session.connection()
        except DBAPIError as error:
            session.close()
            failed[primary] = _in_words(engine, error)
            replica.note(primary, answers=False)
            continue
        session.info["alone"] = not primary and (True in failed or not replica.servers.primary)
        return session
    raise failed[True]


def saw_newest(engine: Engine) -> None:
    """From now on nobody in this process reads of an earlier state than the base has at this moment."""
    replica = replica_of(engine)
    if replica is None:
        return
    try:
        with engine.connect() as connection:
            replica.saw(position(connection))
    except DBAPIError:
        replica.note(primary=True, answers=False)


def _in_words(engine: Engine, error: DBAPIError) -> HallwayError:
    """The error to raise: in words where it is no fault of ours, else as it is."""
    if misses_something(error) and (said := why_missing(engine)):
        return DatabaseError(said)
    found = failure(error)
    if found is None:
        raise error
    return found
