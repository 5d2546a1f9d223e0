"""Rows of long answers as the driver has them: those of SQLAlchemy take as long again as the reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Executable
from sqlmodel import Session

AT_ONCE = 50_000
"""Rows in a batch."""


def driver_rows(session: Session, statement: Executable) -> Iterator[Sequence[Any]]:
    """The rows of a statement; SQLite says 0 and 1 for truth."""
    return chain.from_iterable(driver_batches(session, statement))


def driver_batches(session: Session, statement: Executable) -> Iterator[Sequence[Sequence[Any]]]:
    """The same by AT_ONCE."""
    result = session.connection().execute(statement)
    while rows := result.cursor.fetchmany(AT_ONCE):
        yield rows
    result.close()
