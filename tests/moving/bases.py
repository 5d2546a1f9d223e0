"""Bases to move: shipped data with a row of every kind beside it, and ways of reading a base that move nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    Table,
    TypeDecorator,
    insert,
    select,
    text,
)
from sqlalchemy import DateTime as Moment
from sqlmodel import Session, SQLModel

from app.db.engine import make_engine, writing
from app.db.places import place_of
from app.moving import move
from app.moving.recipes import recipes_now
from app.moving.report import MoveReport
from app.moving.tables import DERIVED
from app.search.engine import SearchEngine
from tests.standins import HashingEmbedder

ODD = "Zoë’s 🙂 𝔘 \\N \\. \t“a”\r\n'b' %s {c} \u2028 ﷽"
"""Text with what goes wrong on the way: astral characters, signs of COPY and of statements, ends of lines."""
RECIPES = recipes_now(HashingEmbedder())
ROWS = 3


def make_indexes(engine: Engine) -> None:
    with writing(engine) as session:
        SearchEngine(engine, HashingEmbedder()).rebuild(session)


def moved(source: str, target: str) -> MoveReport:
    """The report of a move with the stand-in embedder."""
    return move(place_of(source, "FROM"), place_of(target, "TO"), RECIPES, make_indexes, lambda *_: None)


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def copied(of: Engine, to: Path) -> str:
    """The path of a copy of a SQLite base."""
    with closing(sqlite3.connect(str(of.url.database))) as before, closing(sqlite3.connect(to)) as after:
        before.backup(after)
        after.execute("PRAGMA journal_mode = DELETE")
    return str(to)


def fill_every_table(path: str) -> None:
    """Put rows of odd values into every table of the models, empty ones and those that hold some."""
    engine = make_engine(f"sqlite:///{path}")
    with writing(engine) as session:
        for table in SQLModel.metadata.sorted_tables:
            for number in range(ROWS):
                session.execute(insert(table).values(**_row(session, table, number)))
        # A row may refer to a later one of its table.
        for name, column in (("talk", "parent_id"), ("theme", "parent_id"), ("takeaway", "revises_id")):
            session.execute(text(f"UPDATE {name} SET {column} = (SELECT max(id) FROM {name}) WHERE {column} IS NULL"))
    engine.dispose()


def rows_of_file(path: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the models as SQLite has it, by the driver alone."""
    with closing(sqlite3.connect(path)) as connection:
        found = {}
        for table in SQLModel.metadata.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
            found[table.name] = connection.execute(f'SELECT {names} FROM "{table.name}" ORDER BY {keys}').fetchall()
        return found


def _row(session: Session, table: Table, number: int) -> dict[str, Any]:
    asked = [column for column in table.columns if column.foreign_keys or not _is_numbered(column)]
    return {column.name: _value(session, table, column, number) for column in asked}


def _is_numbered(column: Column[Any]) -> bool:
    """Whether the database numbers it."""
    return column.primary_key and isinstance(column.type, Integer)


def _value(session: Session, table: Table, column: Column[Any], number: int) -> Any:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if column.foreign_keys:
        return _reference(session, table, column, number)
    if column.nullable and number == 1:
        return None
    if column.name == "recipe":
        return _recipe(table)
    if isinstance(kind, JSON):
        return [{"z": 1, "a": [0.1, 1e300, None, True, ODD], "": ""}, {}, {"\u0000": "\ud83d\ude42"}][number]
    if isinstance(kind, Boolean):
        return number == 0
    if isinstance(kind, Moment):
        return datetime(2019, 10, 1, 9, 30, 0, 12 * number, tzinfo=UTC)
    if isinstance(kind, Float):
        return [0.1 + 0.2, 1e-320, -1.0][number]
    if isinstance(kind, Integer):
        return [0, 2**31 - 1, -5][number]
    if isinstance(kind, LargeBinary):
        return [bytes(range(256)), b"", b"\\x00'\0"][number]
    if column.unique or column.primary_key or "key" in column.name or "hash" in column.name:
        return f"{ODD} {table.name} {number}"
    return [ODD, "", f" {number}" * 20_000][number]


def _recipe(table: Table) -> str:
    group = next((group.name for group in DERIVED if table.name in group.tables), "")
    return RECIPES.get(group, "by hand")


def _reference(session: Session, table: Table, column: Column[Any], number: int) -> Any:
    """An id that is there and not in use where each may be used once; none for a table that refers to itself."""
    target = next(iter(column.foreign_keys)).column
    if target.table is table:
        return None
    ids = session.execute(select(target).order_by(target)).scalars().all()
    if not (column.unique or column.primary_key):
        return ids[-1 - number]
    taken = set(session.execute(select(column)).scalars())
    return next(one for one in reversed(ids) if one not in taken)
