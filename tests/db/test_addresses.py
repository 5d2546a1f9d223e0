"""Addresses of databases that lead nowhere, said in words and without the password."""

from __future__ import annotations

import pytest

from app.db.engine import make_engine
from app.errors import DatabaseError
from app.migrations import upgrade
from tests.postgres import Server


def test_a_database_of_another_kind_is_refused_in_words() -> None:
    with pytest.raises(DatabaseError, match="of kind mysql; Hallway knows sqlite"):
        make_engine("mysql://ada:secret@db/hallway")


def test_a_server_that_is_not_there() -> None:
    engine = make_engine("postgresql+psycopg://ada:secret@127.0.0.1:1/hallway")
    with pytest.raises(DatabaseError, match=r"cannot be reached \(Connection refused\)") as told:
        upgrade(engine)
    assert "secret" not in str(told.value)
    engine.dispose()


def test_a_database_that_the_server_does_not_have(postgres: Server) -> None:
    engine = make_engine(postgres.address("no_such_base"))
    with pytest.raises(DatabaseError, match='database "no_such_base" does not exist'):
        upgrade(engine)
    engine.dispose()
