"""What differs between SQLite and Postgres, and nothing else asks."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text
from sqlmodel import Session


def is_sqlite(bind: Engine | Connection | Session) -> bool:
    """Whether this engine, connection or session speaks to SQLite."""
    if isinstance(bind, Session):
        return bind.get_bind().dialect.name == "sqlite"
    return bind.dialect.name == "sqlite"


def sort_by_code_points(connection: Connection) -> None:
    """Give every column of words of a Postgres base the collation “C”, so that lists come in the order of SQLite.

    Else the order, and with it pages and exports, would depend on how somebody made the database. The tables of the
    queue of jobs are left as their own schema has them.
    """
    columns = connection.execute(
        text(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND data_type IN ('character varying', 'text') "
            "AND collation_name IS DISTINCT FROM 'C' AND NOT starts_with(table_name, 'procrastinate_') "
            "ORDER BY table_name, ordinal_position"
        )
    ).all()
    changes: dict[str, list[str]] = {}
    for name, column, kind in columns:
        changes.setdefault(name, []).append(f'ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"')
    for name, alterations in changes.items():
        connection.execute(text(f'ALTER TABLE "{name}" {", ".join(alterations)}'))
