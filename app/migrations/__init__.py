"""Alembic migrations of the facts and derived tables, and the one call that applies them."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.db.dialect import is_sqlite, sort_by_code_points
from app.db.engine import for_writing, saw_newest, serving
from app.db.failures import failure
from app.db.replica import replica_of
from app.db.schema import Schema, expect_schema, expected_schema
from app.db.unfinished import refuse_unfinished
from app.errors import DatabaseError, Unreachable

log = logging.getLogger(__name__)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def newest() -> str:
    """The revision that this code brings a base to."""
    return _schema().head


def revision_of(connection: Connection) -> str | None:
    """The revision that a base has; None without tables."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this code knows a revision; one it does not know is of a newer Hallway."""
    return revision in _schema().known


def upgrade(engine: Engine, *, unfinished: bool = False) -> bool:
    """Bring the schema up to this code's newest revision; True if anything changed.

    A database that a newer Hallway wrote is a DatabaseError and is left alone, and so is one that a move has not
    finished, but for the move itself, which says `unfinished`. Where only a replica answers, its schema must be that of
    this code. From then on nothing is written to the base while its schema is another.
    """
    config, schema = _config(), _schema()
    try:
        changed = _upgraded(engine, config, schema, unfinished)
    except Unreachable:
        if replica_of(engine) is None:
            raise
        log.warning("The server that takes changes cannot be reached; reading from the replica until it is back.")
        with serving(engine) as session:
            said = difference(engine, session.connection())
        if said:
            raise DatabaseError(said) from None
        changed = False
    expect_schema(engine, schema)
    saw_newest(engine)
    return changed


def difference(engine: Engine, connection: Connection) -> str | None:
    """What is to be said of the schema that a connection to the base sees; None where it is that of this code."""
    schema = expected_schema(engine) or _schema()
    return schema.difference(revision_of(connection))


@cache
def _schema() -> Schema:
    scripts = ScriptDirectory.from_config(_config())
    head = scripts.get_current_head()
    assert head is not None
    return Schema(head, frozenset(revision.revision for revision in scripts.walk_revisions()))


def _upgraded(engine: Engine, config: Config, schema: Schema, unfinished: bool) -> bool:
    try:
        with engine.connect() as connection:  # so that a base that is being written can be opened
            if not unfinished:
                refuse_unfinished(connection)
            if revision_of(connection) == schema.head:
                return False
        with for_writing(engine).begin() as connection:
            current = revision_of(connection)
            if current == schema.head:
                return False  # another process was first
            if current is not None and current not in schema.known:
                raise DatabaseError(schema.difference(current))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if not is_sqlite(connection):
                sort_by_code_points(connection)
    except DBAPIError as error:
        raise failure(error) or error from error
    return True
