"""Prepared statements say what SQLAlchemy says, for any number of values."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event, select
from sqlmodel import Session, col

from app.db.engine import make_engine, reading, writing
from app.db.prepared import IDS, Prepared
from app.db.types import utc_now
from app.errors import DatabaseError
from app.models import IndexState

STATEMENT = (
    select(col(IndexState.name), col(IndexState.recipe), col(IndexState.fingerprint) == "second")
    .where(col(IndexState.recipe).in_(("old", "new")), col(IndexState.name).in_(IDS), col(IndexState.name) != "e")
    .order_by(col(IndexState.name))
)
NAMES = tuple("abcdefghi")


@pytest.fixture
def states(engine: Engine) -> Engine:
    with writing(engine) as session:
        for name in NAMES:
            recipe, mark = "old" if name < "d" else "new", "second" if name == "b" else name
            session.add(IndexState(name=name, recipe=recipe, fingerprint=mark, built_at=utc_now()))
    return engine


def asked(session: Session, names: tuple[str, ...]) -> list[tuple[str, str, bool]]:
    return [tuple(row) for row in session.execute(STATEMENT, {"ids": list(names)})]


def test_rows_are_those_of_the_statement(states: Engine) -> None:
    prepared = Prepared(STATEMENT)
    with reading(states) as session:
        for count in (*range(len(NAMES) + 1), 3, 1):
            some = NAMES[:count]
            assert [tuple(row) for row in prepared.rows(session, some)] == asked(session, some)
        assert [tuple(row) for row in prepared.rows(session, ("i", "b", "nowhere"))] == [
            ("b", "old", True), ("i", "new", False)
        ]  # fmt: skip


def test_who_listens_to_statements_hears_them(states: Engine) -> None:
    heard: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        heard.append(statement)

    prepared = Prepared(STATEMENT)
    with reading(states) as session:
        quiet = [tuple(row) for row in prepared.rows(session, NAMES)]
        event.listen(states, "before_cursor_execute", note)
        assert [tuple(row) for row in prepared.rows(session, NAMES)] == quiet
        event.remove(states, "before_cursor_execute", note)
    assert len(heard) == 1


def test_what_the_database_refuses_is_said_as_of_any_statement() -> None:
    with pytest.raises(DatabaseError, match="no tables yet"), reading(make_engine("sqlite://")) as session:
        Prepared(STATEMENT).rows(session, NAMES)
