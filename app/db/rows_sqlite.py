"""Rows of whole tables in SQLite; see `Rows`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Column, Connection, DateTime, String, Table, Text, case, cast, func, insert, type_coerce

from app.db.row_forms import Row, Selection, kind_of, statement_of

_WITHOUT_FRACTION = len("2019-10-01 09:00:00")


class SqliteRows:
    """See `Rows`."""

    def read(self, connection: Connection, selection: Selection) -> Any:
        """See `Rows`."""
        cursor = _driver(connection).cursor()
        return cursor.execute(statement_of(connection, selection, _stored))

    def write(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """See `Rows`."""
        names = [column.name for column in table.columns]
        statement = str(insert(table).compile(dialect=connection.dialect, column_keys=names))
        _driver(connection).executemany(statement, rows)

    def loosen(self, connection: Connection, tables: Sequence[Table]) -> list[str]:
        """See `Rows`. References need not be dropped: they are not asked for, see `open_to_fill`."""
        known = {table.name for table in tables}
        found = connection.exec_driver_sql(
            "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid"
        ).all()
        theirs = [(name, made) for name, table, made in found if table in known]
        quote = connection.dialect.identifier_preparer.quote_identifier
        for name, _ in theirs:
            connection.exec_driver_sql(f"DROP INDEX {quote(name)}")
        return [made for _, made in theirs]

    def dangling(self, connection: Connection) -> list[str]:
        """See `Rows`."""
        found = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [
            f"{table} to {other}: {count}" for (table, other), count in Counter((r[0], r[2]) for r in found).items()
        ]

    def settle(self, connection: Connection, tables: Sequence[Table]) -> None:
        """See `Rows`. SQLite numbers by the highest id there is, and the tables are read by their indexes as ever."""


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _stored(column: Column[Any]) -> Any:
    kind = kind_of(column)
    if kind is JSON:  # whose columns turn the text of a number into one
        return cast(type_coerce(column, Text), Text)
    if kind is DateTime:
        words = type_coerce(column, String)
        return case((func.length(words) == _WITHOUT_FRACTION, words + ".000000"), else_=words)
    return column
