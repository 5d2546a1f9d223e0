"""The target while it is filled: marked as unfinished from before its first table until all of it was compared."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, Table, delete

from app.db.engine import for_writing
from app.db.places import identity, make_database, named, open_to_fill, told_of
from app.db.row_forms import Row
from app.db.rows import rows_of
from app.db.unfinished import Mark, note_missing, read_mark, remove_mark, set_mark
from app.errors import DatabaseError
from app.migrations import upgrade
from app.moving.sides import Standing
from app.moving.tables import moved_tables


class Filling:
    """One run that fills a target. Every transaction first asks whether the target is still this run's to fill."""

    def __init__(self, url: URL, engine: Engine, run: str) -> None:
        self.url = url
        self.engine = engine
        self._run = run

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed when the block ends."""
        with told_of(self.url, self.engine), for_writing(self.engine).begin() as connection:
            mark = read_mark(connection)
            if mark is None or mark.run != self._run:
                raise DatabaseError(f"Another `hallway move` fills {named(self.url)} now, so this one stops.")
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with told_of(self.url, self.engine), self.engine.begin() as connection:
            yield connection

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows, in one transaction."""
        try:
            with self.writing() as connection:
                rows_of(connection).write(connection, table, rows)
        except DatabaseError as error:
            raise DatabaseError(f"Table {table.name}: {error}") from error

    def clear(self, table: Table) -> None:
        """Delete all rows of a table."""
        with self.writing() as connection:
            connection.execute(delete(table))

    def loosen(self) -> None:
        """Drop what makes writing slow, unless an earlier run did, and keep what makes it again."""
        with self.writing() as connection:
            mark = read_mark(connection)
            if mark is None or mark.missing is None:
                tables = [selection.table for selection in moved_tables()]
                note_missing(connection, json.dumps(rows_of(connection).loosen(connection, tables)))

    def tighten(self) -> None:
        """Make again what was dropped, all or nothing, and let numbers go on after the highest id.

        DatabaseError where a reference leads nowhere.
        """
        with self.writing() as connection:
            mark = read_mark(connection)
            for statement in json.loads(mark.missing or "[]") if mark else ():
                connection.exec_driver_sql(statement)
            note_missing(connection, None)
            rows = rows_of(connection)
            rows.settle(connection, [selection.table for selection in moved_tables()])
            dangling = rows.dangling(connection)
            if dangling:
                raise DatabaseError(f"{named(self.url)} has references that lead nowhere: {'; '.join(dangling)}.")

    def finish(self) -> None:
        """The base is whole: from now on it opens."""
        with self.writing() as connection:
            remove_mark(connection)


@contextmanager
def filling(target: URL, source: URL, standing: Standing) -> Iterator[Filling]:
    """The target, made where it is missing, marked and with its tables, ready to be filled by this run."""
    if not standing.there:
        make_database(target)
    run = secrets.token_hex(8)
    engine = open_to_fill(target)
    try:
        with told_of(target, engine), for_writing(engine).begin() as connection:
            before = read_mark(connection)
            missing = before.missing if before else None
            set_mark(connection, Mark(identity(source), named(source), run, missing))
        with told_of(target, engine):
            upgrade(engine, unfinished=True)
        one = Filling(target, engine, run)
        one.loosen()
        yield one
    finally:
        engine.dispose()
