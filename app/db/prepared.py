"""Statements that are asked all the time, compiled once for each number of values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Dialect, Executable, bindparam
from sqlmodel import Session

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
"""Stands in a statement, once, for the list of ids or names that it is asked for."""


class _Text(NamedTuple):
    """A statement as the driver reads it, with its own values before and after the ids."""

    text: str
    before: tuple[Any, ...]
    after: tuple[Any, ...]


class Prepared:
    """A statement over `IDS`. Threads may share it.

    SQLAlchemy looks up a compiled statement and writes a list into it anew each time it is asked, which took longer
    than reading twenty rows. Rows come as the driver has them: SQLite says 0 and 1 for truth.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement: Any = statement
        self._texts: dict[tuple[str, int], _Text] = {}

    def rows(self, session: Session, ids: Sequence[int | str]) -> Sequence[Any]:
        """All rows for these ids, of which there may be none."""
        connection = session.connection()
        if not ids or not connection.dialect.positional:
            return connection.execute(self._statement, {"ids": ids}).all()
        # Ids are filled up with the last to a power of two, so that few lengths are compiled.
        count = 1 << (len(ids) - 1).bit_length()
        key = connection.dialect.name, count
        known = self._texts.get(key)
        if known is None:
            known = self._texts[key] = self._compiled(connection.dialect, count)
        values = (*known.before, *ids, *(ids[-1],) * (count - len(ids)), *known.after)
        # Said to the driver itself; SQLAlchemy makes as much of it again, so it is asked where somebody listens.
        if not connection.engine.dispatch.before_cursor_execute:
            cursor = connection.connection.cursor()
            try:
                cursor.execute(known.text, values)
                return cursor.fetchall()
            except connection.engine.dialect.loaded_dbapi.Error:
                pass  # said again below, for its way of raising
            finally:
                cursor.close()
        return connection.exec_driver_sql(known.text, values).all()

    def _compiled(self, dialect: Dialect, count: int) -> _Text:
        ids = [object() for _ in range(count)]
        state = self._statement.compile(dialect=dialect).construct_expanded_state({"ids": ids})
        values = list(state.positional_parameters)
        first = values.index(ids[0])
        return _Text(state.statement, tuple(values[:first]), tuple(values[first + count :]))
