"""Which of the two ways of reading and writing whole tables a connection takes."""

from __future__ import annotations

from sqlalchemy import Connection

from app.db.dialect import is_sqlite
from app.db.row_forms import Rows
from app.db.rows_postgres import PostgresRows
from app.db.rows_sqlite import SqliteRows


def rows_of(connection: Connection) -> Rows:
    """That of its database."""
    return SqliteRows() if is_sqlite(connection) else PostgresRows()
