"""Rows read from, and copied into, Postgres as the bytes its driver has them: for vectors, which are slow as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session


def binary_rows(session: Session, statement: str, values: Mapping[str, Any]) -> list[Any]:
    """All rows of a statement, whose values stand in it as `%(name)s`. A type that the driver does not know is bytes.

    Raises DBAPIError, as SQLAlchemy does.
    """
    connection = session.connection()
    driver: Any = connection.connection
    try:
        with driver.cursor(binary=True) as cursor:
            # Planned for these values each time: what is quickest for ten talks is not for ten thousand.
            cursor.execute(statement, values, prepare=False)
            found: list[Any] = cursor.fetchall()
            return found
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, statement, error) from error


def copy_in(session: Session, statement: str, blocks: Iterable[bytes]) -> None:
    """Feed a COPY ... FROM STDIN. Raises DBAPIError, as SQLAlchemy does."""
    connection = session.connection()
    driver: Any = connection.connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for block in blocks:
                copy.write(block)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, statement, error) from error


def _told(connection: Connection, statement: str, error: Any) -> Exception:
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection, None)
    if is_lost:
        connection.invalidate(error)  # so that nobody rolls back what is gone, nor takes it from the pool again
    told: Exception = DBAPIError.instance(
        statement, None, error, dialect.loaded_dbapi.Error, connection_invalidated=is_lost, dialect=dialect
    )
    return told
