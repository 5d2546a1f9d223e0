"""Bases to move, made once; tests take copies of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.bootstrap import KnowledgeBase
from tests.moving.bases import copied, fill_every_table
from tests.postgres import Server


@pytest.fixture(scope="session")
def every_kind(knowledge_base: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a base with shipped data and odd rows in every table. Tests must not write to it."""
    path = tmp_path_factory.mktemp("every-kind") / "base.sqlite3"
    fill_every_table(copied(knowledge_base.engine, path))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a place that holds nothing yet, of either kind."""
    if request.param == "sqlite":
        return str(tmp_path / "new" / "target.sqlite3")
    place: str = request.getfixturevalue("empty_database")()
    return place


@pytest.fixture
def empty_database(postgres: Server, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes Postgres databases without tables, gone after the test."""

    def make() -> str:
        block = postgres.database(migrated=False)
        place = block.__enter__()
        request.addfinalizer(lambda: block.__exit__(None, None, None))
        return place

    return make
