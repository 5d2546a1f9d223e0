"""The extension of Postgres that compares vectors: made where it may be made, else said what is to be done."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.errors import ExtensionError

LEAST = (0, 8)
"""From this version of pgvector on, an index is searched further while a filter leaves too little of what it found."""
_INSTEAD = (
    "Or let each process keep vectors and words in its memory: set HALLWAY_MEMORY_PASSAGES to more than there are "
    "passages."
)
_VERSION = text("SELECT extversion FROM pg_extension WHERE extname = 'vector'")


def require_vector(connection: Connection) -> None:
    """Make sure that this Postgres database has pgvector, new enough. Raises ExtensionError, which says what to do."""
    version = connection.execute(_VERSION).scalar()
    if version is None:
        try:
            with connection.begin_nested():
                connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
        except DBAPIError as error:
            raise ExtensionError(_why_not(getattr(error.orig, "sqlstate", None) or "")) from error
        version = connection.execute(_VERSION).scalar()
    check_version(version or "")


def check_version(version: str) -> None:
    """Raise ExtensionError for a pgvector older than LEAST."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers < LEAST:
        raise ExtensionError(
            f"The database has pgvector {version or 'of no known version'}, and search needs {LEAST[0]}.{LEAST[1]} or "
            "newer. Install a newer one on the server and run ALTER EXTENSION vector UPDATE in this database. "
            f"{_INSTEAD}"
        )


def _why_not(sqlstate: str) -> str:
    if sqlstate == "42501":  # insufficient privilege
        return (
            "The user of HALLWAY_DATABASE_URL may not add the extension pgvector to the database, which search needs. "
            f"Let an administrator run CREATE EXTENSION vector in it, once. {_INSTEAD}"
        )
    return (
        "The database server has no extension pgvector, which search needs. Install pgvector "
        f"{LEAST[0]}.{LEAST[1]} or newer on the server (its packages are named after it), then try again. {_INSTEAD}"
    )
