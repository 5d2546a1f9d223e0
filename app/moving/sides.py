"""Both sides of a move before it begins: what may be moved, and where to. Every refusal says what to do instead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import URL, Connection, func, inspect, select
from sqlmodel import SQLModel

from app.db.places import identity, is_there, keeps_utf8, named, open_to_read, told_of
from app.db.rows import rows_of
from app.db.unfinished import Mark, read_mark
from app.errors import DatabaseError, UsageError
from app.migrations import is_known, newest, revision_of
from app.moving.tables import moved_tables


class Standing(NamedTuple):
    """How the target stands: whether there is a database, and the mark of an interrupted move of the same base."""

    there: bool
    mark: Mark | None

    @property
    def words(self) -> str:
        """That, for people."""
        if self.mark is not None:
            return "goes on with the move that was interrupted"
        return "is empty and is filled" if self.there else "is made"


def refuse_same(source: URL, target: URL) -> None:
    """UsageError where both are one place."""
    if identity(source) == identity(target):
        raise UsageError(f"FROM and TO are the same base, {named(source)}.", "TO")


@contextmanager
def one_state(url: URL) -> Iterator[Connection]:
    """A connection that sees the base as it is now until the block ends, and changes nothing."""
    engine = open_to_read(url)
    try:
        with told_of(url, engine), engine.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()
    finally:
        engine.dispose()


def refuse_unfit(base: Connection, url: URL) -> None:
    """DatabaseError where the base at `url` cannot be moved: none, half a one, another schema, tables missing, torn."""
    present = set(inspect(base).get_table_names())
    revision = revision_of(base)
    if revision is None or "talk" not in present:
        raise DatabaseError(f"{named(url)} is no knowledge base: it has no tables of one.")
    mark = read_mark(base)
    if mark is not None:
        raise DatabaseError(
            f"{named(url)} is itself still being moved there from {mark.named} and is not whole; finish that first."
        )
    _refuse_another_schema(url, revision)
    missing = sorted(SQLModel.metadata.tables.keys() - present)
    if missing:
        raise DatabaseError(
            f"{named(url)} lacks the tables {', '.join(missing)} of its schema {revision}: it is damaged. "
            "Move a backup."
        )
    dangling = rows_of(base).dangling(base)
    if dangling:
        raise DatabaseError(
            f"{named(url)} has references that lead nowhere ({'; '.join(dangling)}), which Postgres refuses. "
            "Move a backup from before, or mend them: `hallway doctor` says how."
        )


def standing_of(target: URL, source: URL) -> Standing:
    """How the target stands. DatabaseError where it holds a base, or the half of another one; nothing is changed."""
    if not is_there(target):
        return Standing(there=False, mark=None)
    with one_state(target) as connection:
        if not keeps_utf8(connection):
            raise DatabaseError(
                f"{named(target)} was not made in the encoding UTF8 and cannot keep every text; make it anew with "
                "`createdb --encoding UTF8 --template template0 NAME`."
            )
        mark, revision = read_mark(connection), revision_of(connection)
        if mark is None:
            if revision is not None and not is_known(revision):
                raise DatabaseError(
                    f"{named(target)} has tables of a newer Hallway (schema {revision}, this code knows {newest()}); "
                    "update this Hallway, or name another place."
                )
            _refuse_full(connection, target, source)
            return Standing(there=True, mark=None)
        if mark.source != identity(source):
            raise DatabaseError(
                f"{named(target)} is being filled from {mark.named}, not from {named(source)}. Run that move to its "
                "end, or remove the database and begin anew."
            )
        if revision not in (None, newest()):
            raise DatabaseError(
                f"{named(target)} was begun by a Hallway of another version (schema {revision}, this code has "
                f"{newest()}). Remove the database and begin anew."
            )
        return Standing(there=True, mark=mark)


def _refuse_another_schema(url: URL, revision: str) -> None:
    if revision == newest():
        return
    if not is_known(revision):
        raise DatabaseError(
            f"{named(url)} was written by a newer Hallway (schema {revision}, this code knows {newest()}); update this "
            "Hallway, then move."
        )
    raise DatabaseError(
        f"{named(url)} has schema {revision} and this code moves {newest()}. A move never changes FROM, so bring it "
        "(or a copy) up to date first: `hallway doctor` with HALLWAY_DATABASE_URL set to it opens it, which does so."
    )


def _refuse_full(connection: Connection, target: URL, source: URL) -> None:
    present = set(inspect(connection).get_table_names())
    held = [
        table for table, _ in moved_tables()
        if table.name in present and connection.execute(select(1).select_from(table).limit(1)).first()
    ]  # fmt: skip
    if not held:
        return
    talk = SQLModel.metadata.tables["talk"]
    talks = connection.execute(select(func.count()).select_from(talk)).scalar_one() if "talk" in present else 0
    raise DatabaseError(
        f"{named(target)} holds a base already ({talks:,} talks, {len(held)} tables with rows); nothing was changed. "
        f"Name an empty database, or compare it with {named(source)}: `hallway move FROM TO --verify`."
    )
