"""Alembic migrations of the facts and derived tables, and the one call that applies them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from app.db.dialect import is_sqlite, sort_by_code_points
from app.db.engine import explained, for_writing
from app.db.unfinished import refuse_unfinished
from app.errors import DatabaseError


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def newest() -> str | None:
    """The revision that this code brings a base to."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision_of(connection: Connection) -> str | None:
    """The revision that a base has; None without tables."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this code knows a revision; one it does not know is of a newer Hallway."""
    return revision in {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}


def upgrade(engine: Engine, *, unfinished: bool = False) -> bool:
    """Bring the schema up to this code's newest revision; True if anything changed.

    A database that a newer Hallway wrote is a DatabaseError and is left alone. So is one that a move has not finished,
    but for the move itself, which says `unfinished`.
    """
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    try:
        with engine.connect() as connection:  # so that a base that is being written can be opened
            if not unfinished:
                refuse_unfinished(connection)
            if MigrationContext.configure(connection).get_current_revision() == head:
                return False
    except OperationalError as error:
        raise explained(error) from error
    with for_writing(engine).begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current == head:
            return False  # another process was first
        if current is not None and current not in {revision.revision for revision in scripts.walk_revisions()}:
            raise DatabaseError(
                f"The database was written by a newer Hallway (schema {current}, this code knows {head}); "
                "update the code."
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if not is_sqlite(connection):
            sort_by_code_points(connection)
    return True
