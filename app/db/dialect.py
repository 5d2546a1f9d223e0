"""What differs between SQLite and Postgres, and nothing else asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Engine, TextClause, UnaryExpression, text
from sqlalchemy.dialects.postgresql.base import PGCompiler
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import _label_reference
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
            "AND collation_name IS DISTINCT FROM 'C' "
            # The parts of a table take it from the whole.
            "AND table_name NOT IN (SELECT relname FROM pg_class WHERE relispartition) "
            "AND NOT starts_with(table_name, 'procrastinate_') "
            "ORDER BY table_name, ordinal_position"
        )
    ).all()
    changes: dict[str, list[str]] = {}
    for name, column, kind in columns:
        changes.setdefault(name, []).append(f'ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"')
    for name, alterations in changes.items():
        connection.execute(text(f'ALTER TABLE "{name}" {", ".join(alterations)}'))


def put_nulls_where_sqlite_has_them(engine: Engine) -> None:
    """Sort what is not known before all else, as SQLite does, so that a list has one order on either database."""
    if not is_sqlite(engine):
        engine.dialect.statement_compiler = _SortsLikeSqlite


class _SortsLikeSqlite(PGCompiler):
    """Writes ORDER BY so that NULL is less than everything; Postgres has it greater.

    A column that is never NULL is left as it is, for an index serves only the order that it was made for.
    """

    def order_by_clause(self, select: Any, **kw: Any) -> str:
        written = [self.process(one, **kw) + _nulls(one) for one in select._order_by_clauses]
        return " ORDER BY " + ", ".join(written) if written else ""


def _nulls(clause: Any) -> str:
    """Where NULL goes in the order of a clause; nothing where the clause says it, or cannot be NULL."""
    inner = clause.element if isinstance(clause, _label_reference) else clause
    modifier = inner.modifier if isinstance(inner, UnaryExpression) else None
    if isinstance(inner, TextClause) or modifier in (operators.nulls_first_op, operators.nulls_last_op):
        return ""
    column = inner.element if modifier in (operators.asc_op, operators.desc_op) else inner
    if isinstance(column, Column) and not column.nullable:
        return ""
    return " NULLS LAST" if modifier is operators.desc_op else " NULLS FIRST"
