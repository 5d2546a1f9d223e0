"""Fixtures every test may use: a fresh base, and the whole shipped data loaded once for tests that only read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.db.engine import make_engine
from app.ingest.formats.protocol import ReadOptions
from app.migrations import upgrade
from app.search.engine import SearchEngine
from app.settings import CHECKOUT, Settings
from tests.postgres import Server, fresh_engine, server
from tests.replica import Pair, pair
from tests.standins import HashingEmbedder

DATA = CHECKOUT / "data"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A Postgres server, started when the first test asks for it; its tests are skipped where none can be started."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(server())
        except Exception as error:
            if os.environ.get("HALLWAY_TEST_POSTGRES_URL"):
                raise
            pytest.skip(f"no Postgres server can be started here: {error}")
        yield running


@pytest.fixture(scope="session")
def servers() -> Iterator[Pair]:
    """A primary and its replica, started when the first test asks for them; skipped where that is not possible."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(pair())
        except (AssertionError, ImportError, OSError, SQLAlchemyError) as error:
            pytest.skip(f"no primary with a replica can be started here: {error}")
        yield running


on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""Marks a test of something that only SQLite has."""


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty base with its tables, on either database."""
    if request.param == "postgres":
        with fresh_engine(request.getfixturevalue("postgres")) as made:
            yield made
        return
    made = make_engine(f"sqlite:///{tmp_path / 'base.sqlite3'}")
    upgrade(made)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def knowledge_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """All shipped data, with the stand-in embedder. Tests must not write to it."""
    folder = tmp_path_factory.mktemp("loaded")
    settings = Settings(database_url=f"sqlite:///{folder / 'base.sqlite3'}", cache_folder=folder / "cache")
    made = make_engine(settings.database_url)
    upgrade(made)
    embedder = HashingEmbedder()
    report = pipeline.ingest(made, embedder, [DATA], options=ReadOptions())
    assert not report.has_errors, report
    yield KnowledgeBase(settings, made, embedder, SearchEngine(made, embedder))
    made.dispose()


@pytest.fixture(scope="session")
def loaded(knowledge_base: KnowledgeBase) -> Engine:
    """The engine of the loaded base."""
    return knowledge_base.engine
