"""A place beside the base for what has to be counted while a long import writes to it.

SQLite lets one write to a file at a time, so it is a small file of its own next to that of the base, for all processes
and over restarts as the base is. In Postgres it is the base, where those who count wait for one another and for nobody
else; so it is in a base that is kept in memory, which no other process sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect
from sqlmodel import SQLModel

from app.db.dialect import is_sqlite
from app.db.engine import make_engine, reading, writing

COUNTING = 0x68616C6C776163
"""The advisory lock of Postgres for what is counted: “hallwac”, as a number."""


def file_beside(engine: Engine, name: str) -> Path | None:
    """“hallway.sign-in.sqlite3” for hallway.sqlite3; None where the base is no file."""
    database = engine.url.database
    if not is_sqlite(engine) or database in (None, "", ":memory:"):
        return None
    base = Path(str(database))
    return base.with_name(f"{base.stem}.{name}{base.suffix}")


def engine_beside(engine: Engine, name: str, models: Sequence[type[SQLModel]]) -> Engine:
    """An engine for the tables of `models` there; they are made in a file that has none.

    A DatabaseError where the file cannot be made.
    """
    file = file_beside(engine, name)
    if file is None:
        return engine if is_sqlite(engine) else engine.execution_options(hallway_lock=COUNTING)
    made = make_engine(f"sqlite:///{file}")
    tables: list[Any] = [model.__table__ for model in models]  # type: ignore[attr-defined]  # SQLModel sets it
    with reading(made) as session:
        held = set(inspect(session.connection()).get_table_names())
    if not {table.name for table in tables} <= held:
        with writing(made) as session:
            SQLModel.metadata.create_all(session.connection(), tables=tables)
    return made
