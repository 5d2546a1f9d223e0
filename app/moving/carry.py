"""Carrying the rows of one table over, and taking up where an earlier run stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from sqlalchemy import Connection

from app.db.row_forms import Row, Selection
from app.db.rows import rows_of
from app.moving.digest import Digest
from app.moving.filling import Filling

BATCH, FIRST, MOST = 4_000_000, 100, 10_000
"""Characters that are read at once, about; rows that are read first, and the most that are."""
CHUNK = 24_000_000
"""Characters between two commits, about: a run that is killed loses no more."""

Taken = Callable[[int], None]
"""Told how many rows were taken."""


class Carried(NamedTuple):
    """The checksum of what was read, and what became of rows that an earlier run had written."""

    digest: Digest
    note: str = ""


def digest_of(base: Connection, selection: Selection, taken: Taken, *, without_nul: bool) -> Digest:
    """The checksum of a table."""
    digest = Digest(without_nul=without_nul)
    with closing(rows_of(base).read(base, selection)) as cursor:
        for rows in _batches(cursor, digest):
            taken(len(rows))
    return digest


def carry(base: Connection, filling: Filling, selection: Selection, taken: Taken, *, without_nul: bool) -> Carried:
    """Write to the target what it lacks of a table.

    Rows are written in the order of their keys, so those of an earlier run are the first of the table. Where they are
    not equal to the first of the base as it is now, the base changed since, and the whole table is written again.
    """
    with filling.reading() as connection:
        held = digest_of(connection, selection, lambda _: None, without_nul=without_nul)
    if held.rows:
        digest = Digest(without_nul=without_nul)
        with closing(rows_of(base).read(base, selection)) as cursor:
            for rows in _batches(cursor, digest, held.rows):
                taken(len(rows))
            if (digest.rows, digest.hex()) == (held.rows, held.hex()):
                _pour(cursor, digest, filling, selection, taken)
                went_on = digest.rows > held.rows
                return Carried(digest, f"went on after {held.rows:,} rows" if went_on else "was there already")
        taken(-digest.rows)
        filling.clear(selection.table)
    digest = Digest(without_nul=without_nul)
    with closing(rows_of(base).read(base, selection)) as cursor:
        _pour(cursor, digest, filling, selection, taken)
    return Carried(digest, "changed since the last run, copied again" if held.rows else "")


def _pour(cursor: Any, digest: Digest, filling: Filling, selection: Selection, taken: Taken) -> None:
    """Write all further rows of the cursor."""
    waiting: list[Row] = []
    size = 0
    for rows in _batches(cursor, digest):
        waiting.extend(rows)
        size += digest.size
        if size >= CHUNK:
            filling.write(selection.table, waiting)
            taken(len(waiting))
            waiting, size = [], 0
    if waiting:
        filling.write(selection.table, waiting)
        taken(len(waiting))


def _batches(cursor: Any, digest: Digest, most: int | None = None) -> Iterator[Sequence[Row]]:
    """The next rows, as they can be kept, at most `most`; fewer at once where they are long."""
    size = FIRST
    while most is None or most > 0:
        rows = digest.take(cursor.fetchmany(size if most is None else min(size, most)))
        if not rows:
            return
        if most is not None:
            most -= len(rows)
        yield rows
        size = max(1, min(MOST, size * 4, len(rows) * BATCH // digest.size))
