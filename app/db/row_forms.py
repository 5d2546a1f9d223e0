"""Reading and writing the rows of whole tables as they are stored, in the same form whichever database it is.

The form is that in which SQLite stores them: truth as 0 and 1, moments as `YYYY-MM-DD HH:MM:SS.ffffff`, JSON as its
text with the order of its keys, so that rows of either database can be written to the other and compared. Values never
pass through the models.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import JSON, Boolean, Column, Connection, DateTime, Float, Select, Table, TypeDecorator, select

Row = tuple[Any, ...]
"""Values of one row, in the order of the columns of the model."""


class Selection(NamedTuple):
    """A table, or those of its rows whose primary key is one of `only`."""

    table: Table
    only: tuple[str, ...] = ()


class Rows(Protocol):
    """What a database can do with the rows of tables. `connection` is in a transaction that its caller ends."""

    def read(self, connection: Connection, selection: Selection) -> Any:
        """A cursor of the driver over all rows by primary key, with `fetchmany(n)` and `close()`."""

    def write(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Add these rows."""

    def loosen(self, connection: Connection, tables: Sequence[Table]) -> list[str]:
        """Drop indexes and references that make writing slow or ask for an order; returns what makes them again."""

    def dangling(self, connection: Connection) -> list[str]:
        """References that lead nowhere, as `table to table: count`."""

    def settle(self, connection: Connection, tables: Sequence[Table]) -> None:
        """After all rows are there: number new rows from there on, and let the planner know the tables."""


def kind_of(column: Column[Any]) -> type | None:
    """JSON, Boolean, DateTime or Float, whose stored forms differ; None for all others."""
    stored = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return next((kind for kind in (JSON, Boolean, DateTime, Float) if isinstance(stored, kind)), None)


def statement_of(connection: Connection, selection: Selection, stored: Any) -> str:
    """The SQL that reads a selection by primary key; `stored` makes of a column what is read of it."""
    table = selection.table
    keys = list(table.primary_key.columns)
    statement: Select[Any] = select(*(stored(column).label(column.name) for column in table.columns))
    if selection.only:
        statement = statement.where(keys[0].in_(selection.only))
    made = statement.order_by(*keys).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    return str(made)
