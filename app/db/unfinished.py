"""The mark of a base that is still being moved to where it lies: until it is gone, nothing opens the base as whole."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, insert, inspect, select, update

from app.errors import DatabaseError

TABLE = "unfinished_move"
_mark = Table(TABLE, MetaData(), *(Column(name, Text) for name in ("source", "named", "run", "missing")))


class Mark(NamedTuple):
    """Where the base comes from (as it is told apart, and as people are told), and which run fills it.

    `missing` is the SQL, as JSON, of what was dropped to be made again at the end; None until something was.
    """

    source: str
    named: str
    run: str
    missing: str | None


def read_mark(connection: Connection) -> Mark | None:
    """The mark; None on a whole base, and on none at all."""
    if not inspect(connection).has_table(TABLE):
        return None
    row = connection.execute(select(_mark)).first()
    return Mark(*row) if row else None


def refuse_unfinished(connection: Connection) -> None:
    """DatabaseError in a base that is still being moved here."""
    mark = read_mark(connection)
    if mark is not None:
        raise DatabaseError(
            f"This base is still being moved here from {mark.named} and is not whole. Run `hallway move` from there "
            "again: it goes on where it stopped."
        )


def set_mark(connection: Connection, mark: Mark) -> None:
    """Put the mark there, or another in its place."""
    _mark.create(connection, checkfirst=True)
    connection.execute(delete(_mark))
    connection.execute(insert(_mark).values(**mark._asdict()))


def note_missing(connection: Connection, missing: str | None) -> None:
    """Keep what has to be made again."""
    connection.execute(update(_mark).values(missing=missing))


def remove_mark(connection: Connection) -> None:
    """The base is whole."""
    _mark.drop(connection)
