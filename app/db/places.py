"""Addresses of whole bases as people give them, named without a password; opening one to read it or to fill it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.db.dialect import is_sqlite
from app.db.engine import make_engine
from app.errors import DatabaseError, UsageError

_SECRETS = ("password", "passfile", "sslpassword", "sslkey")
_MISSING_DATABASE = "3D000"
"""Postgres's number for a database that the server does not have."""
_FIRST_DATABASE = "postgres"
"""The database every server has, from which others are made."""


def place_of(given: str, parameter: str) -> URL:
    """The address that `given` is: a database address, or the path of a SQLite file. UsageError names `parameter`."""
    if "://" not in given:
        if not given.strip() or given == ":memory:":
            raise UsageError(f"{parameter} is the path of a SQLite file or a database address.", parameter)
        return URL.create("sqlite", database=str(Path(given).absolute()))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as error:  # what was given may hold a password, so it is not repeated
        raise UsageError(
            f"{parameter} is not a database address; write for example postgresql+psycopg://USER@HOST/NAME.", parameter
        ) from error
    kind = url.get_backend_name()
    if kind in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise UsageError(
            f"{parameter} is of kind {kind}; Hallway knows SQLite files and postgresql+psycopg.", parameter
        )
    if url.database in (None, "", ":memory:"):
        raise UsageError(f"{parameter} names no file; write sqlite:////folder/file.sqlite3 or its path.", parameter)
    return url.set(database=str(Path(str(url.database)).absolute()))


def named(url: URL) -> str:
    """The place as people are told of it: a path, or an address without what is secret."""
    if _is_file(url):
        return str(url.database)
    query = {name: value for name, value in url.query.items() if name not in _SECRETS}
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return shown.render_as_string()


def identity(url: URL) -> str:
    """The same for all ways of writing one place, whoever asks there."""
    if _is_file(url):
        return str(Path(str(url.database)).resolve())
    host = url.host or url.query.get("host") or "localhost"
    return f"postgresql://{host}:{url.port or url.query.get('port') or 5432}/{url.database or url.username}"


def is_there(url: URL) -> bool:
    """Whether there is a database at all; an empty file is one. DatabaseError where that cannot be found out."""
    if _is_file(url):
        return Path(str(url.database)).exists()
    engine = make_engine(url.render_as_string(hide_password=False))
    try:
        engine.connect().close()
    except DBAPIError as error:
        if _is_missing(error, url):
            return False
        raise DatabaseError(f"{named(url)}: {reason_of(error)}") from error
    finally:
        engine.dispose()
    return True


def make_database(url: URL) -> None:
    """Make the database that a Postgres server does not have; a SQLite file is made when it is opened."""
    if _is_file(url):
        return
    first = url.set(database=_FIRST_DATABASE).render_as_string(hide_password=False)
    engine = create_engine(first, isolation_level="AUTOCOMMIT")
    name = engine.dialect.identifier_preparer.quote_identifier(str(url.database))
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
    except DBAPIError as error:
        raise DatabaseError(f"{named(url)} is not there and cannot be made: {reason_of(error)}") from error
    finally:
        engine.dispose()


def open_to_read(url: URL) -> Engine:
    """An engine whose transactions each see one state and can change nothing. DatabaseError for a file that is not."""
    if not _is_file(url):
        engine = make_engine(url.render_as_string(hide_password=False))
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    file = Path(str(url.database))
    if not file.is_file():
        raise DatabaseError(f"There is no knowledge base at {file}.")
    address = f"{file.resolve().as_uri()}?mode=ro"
    engine = create_engine(
        "sqlite://", poolclass=NullPool,
        creator=lambda: sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False),
    )  # fmt: skip
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def open_to_fill(url: URL) -> Engine:
    """An engine that writes rows in any order: SQLite asks of no row whether what it refers to is there already."""
    engine = make_engine(url.render_as_string(hide_password=False))
    if _is_file(url):
        event.listen(engine, "connect", _ask_for_no_references)
    return engine


@contextmanager
def told_of(url: URL, engine: Engine) -> Iterator[None]:
    """What the database at this place refuses becomes a DatabaseError that names the place."""
    try:
        yield
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise DatabaseError(f"{named(url)}: {reason_of(error)}") from error


def keeps_utf8(connection: Connection) -> bool:
    """Whether every text can be kept: a database of Postgres may have been made in another encoding."""
    return is_sqlite(connection) or bool(connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8")


def reason_of(error: Exception) -> str:
    """Why, as the driver says it, in one line; it never holds the password."""
    reason = str(getattr(error, "orig", None) or error).strip()
    line = reason.splitlines()[0] if reason else type(error).__name__
    if "failed: " in line:
        return (
            f"the server cannot be reached ({line.rpartition('failed: ')[2]}). Check host, port, user, password and "
            "name, and that the server runs."
        )
    if "not a database" in line:
        return "this file is not a SQLite database."
    if "UTF-8" in line:
        return f"a text is not UTF-8 and no other database can keep it ({line})."
    if "locked" in line or "lock timeout" in line:
        return "another process writes there; try again when it has finished."
    if "full" in line or "No space" in line:
        return "the disk is full. Make room and run the same again: it goes on."
    return line.rstrip(".") + "."


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _is_missing(error: DBAPIError, url: URL) -> bool:
    said = str(error.orig)
    return getattr(error.orig, "sqlstate", None) == _MISSING_DATABASE or f'database "{url.database}" does not' in said


def _ask_for_no_references(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")
