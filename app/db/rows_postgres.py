"""Rows of whole tables in Postgres; see `Rows`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, DateTime, Float, Integer, Table, Text, cast, func, text
from sqlalchemy import literal_column as literally

from app.db.row_forms import Row, Selection, kind_of, statement_of

_CURSOR = "hallway_rows"
_MOMENT = "YYYY-MM-DD HH24:MI:SS.US"

_REFERENCES = text(
    "SELECT t.relname, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c "
    "JOIN pg_class t ON t.oid = c.conrelid WHERE t.relnamespace = current_schema()::regnamespace "
    "AND t.relname = ANY(:names) AND c.contype = 'f' AND c.conparentid = 0 ORDER BY t.relname, c.conname"
)
_INDEXES = text(
    # Those of primary keys and unique constraints stay. So do those of a table in parts: they are made part by part.
    "SELECT i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "JOIN pg_class t ON t.oid = x.indrelid WHERE t.relnamespace = current_schema()::regnamespace "
    "AND t.relname = ANY(:names) AND t.relkind = 'r' AND NOT EXISTS (SELECT 1 FROM pg_constraint c "
    "WHERE c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x')) ORDER BY i.relname"
)


class PostgresRows:
    """See `Rows`."""

    def read(self, connection: Connection, selection: Selection) -> Any:
        """See `Rows`. Rows stay on the server until they are fetched."""
        cursor = _driver(connection).cursor(_CURSOR, binary=True)
        cursor.execute(statement_of(connection, selection, _stored))
        return cursor

    def write(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """See `Rows`, by COPY."""
        quote = connection.dialect.identifier_preparer.quote_identifier
        names = ", ".join(quote(column.name) for column in table.columns)
        with (
            _driver(connection).cursor() as cursor,
            cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def loosen(self, connection: Connection, tables: Sequence[Table]) -> list[str]:
        """See `Rows`."""
        names = {"names": [table.name for table in tables]}
        quote = connection.dialect.identifier_preparer.quote_identifier
        references = connection.execute(_REFERENCES, names).all()
        indexes = connection.execute(_INDEXES, names).all()
        for table, name, _ in references:
            connection.exec_driver_sql(f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}")
        for name, _ in indexes:
            connection.exec_driver_sql(f"DROP INDEX {quote(name)}")
        again = [made for _, made in indexes]
        return again + [
            f"ALTER TABLE {quote(table)} ADD CONSTRAINT {quote(name)} {made}" for table, name, made in references
        ]

    def dangling(self, connection: Connection) -> list[str]:
        """See `Rows`. Postgres keeps none, and refuses to take up a reference again that has any."""
        return []

    def settle(self, connection: Connection, tables: Sequence[Table]) -> None:
        """See `Rows`."""
        quote = connection.dialect.identifier_preparer.quote_identifier
        for table in tables:
            for column in table.primary_key.columns:
                if isinstance(column.type, Integer):
                    counts = connection.execute(
                        text("SELECT pg_get_serial_sequence(:name, :column)"),
                        {"name": quote(table.name), "column": column.name},
                    ).scalar()
                    last = connection.exec_driver_sql(
                        f"SELECT max({quote(column.name)}) FROM {quote(table.name)}"  # noqa: S608  (names of models)
                    ).scalar()
                    if counts is not None and last is not None:
                        connection.execute(text("SELECT setval(:counts, :last)"), {"counts": counts, "last": last})
            connection.exec_driver_sql(f"ANALYZE {quote(table.name)}")


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _stored(column: Column[Any]) -> Any:
    kind = kind_of(column)
    if kind is JSON:
        return cast(column, Text)
    if kind is DateTime:
        return func.to_char(column, _MOMENT)
    if kind is Boolean:
        return cast(column, Integer)
    if kind is Float:  # SQLite knows no negative zero
        return column + literally("0::float8")
    return column
