"""Whether the schema of a base is that of this code, while it runs: another node may have brought it up to date.

What is read goes on as long as the tables have what is asked for. Nothing is written into a schema of other code.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.errors import DatabaseError

UNKNOWN = "The database lacks a table or column that this Hallway reads, and cannot be asked why just now. Try again."
_MISSING = {"42P01", "42703"}
"""SQLSTATEs of a table and of a column that is not there."""


@dataclass(frozen=True)
class Schema:
    """The revision that this code is written for, and all that it knows."""

    head: str
    known: Collection[str]

    def difference(self, found: str | None) -> str | None:
        """What is to be said of a base with the revision `found`; None where it is that of this code."""
        if found == self.head:
            return None
        if found is None:
            return "The database has no tables yet; run `hallway ingest data` or `make serve` first."
        if found not in self.known:
            return (
                f"The database was written by a newer Hallway (schema {found}, this code knows {self.head}); "
                "update the code."
            )
        return (
            f"The database is of an older Hallway (schema {found}, this code needs {self.head}); start Hallway anew, "
            "which brings it up to date."
        )


_expected: WeakKeyDictionary[Engine, Schema] = WeakKeyDictionary()


def expect_schema(engine: Engine, schema: Schema) -> None:
    """From now on nothing is written to this base while its schema is another."""
    _expected[engine] = schema


def expected_schema(engine: Engine) -> Schema | None:
    """The schema that was expected; None where none was."""
    return _expected.get(engine)


def schema_difference(engine: Engine, connection: Connection) -> str | None:
    """What is to be said of the schema that this connection sees; None where it is the one expected of the base."""
    schema = _expected.get(engine)
    if schema is None:
        return None
    return schema.difference(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def check_schema(engine: Engine, connection: Connection) -> None:
    """DatabaseError where the schema is another than this code expects of the base."""
    if said := schema_difference(engine, connection):
        raise DatabaseError(f"{said} Nothing was written.")


def misses_something(error: DBAPIError) -> bool:
    """Whether the database says that it has no such table or column."""
    state, reason = getattr(error.orig, "sqlstate", None), str(error.orig)
    return state in _MISSING or "no such table" in reason or "no such column" in reason


def why_missing(engine: Engine) -> str | None:
    """What is to be said where a table or column is missing; None where the schema is as expected."""
    try:
        with engine.connect() as connection:
            return schema_difference(engine, connection)
    except DBAPIError:
        return UNKNOWN
