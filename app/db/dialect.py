"""What differs between SQLite and Postgres, and nothing else asks."""

from __future__ import annotations

from sqlalchemy import Connection, Engine
from sqlmodel import Session


def is_sqlite(bind: Engine | Connection | Session) -> bool:
    """Whether this engine, connection or session speaks to SQLite."""
    if isinstance(bind, Session):
        return bind.get_bind().dialect.name == "sqlite"
    return bind.dialect.name == "sqlite"
