"""Fixtures every test may use: a fresh base, and the whole shipped data loaded once for tests that only read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import Pool

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.ingest.formats.protocol import ReadOptions
from app.search.engine import SearchEngine
from app.settings import CHECKOUT, Settings
from tests.databases import KINDS, Databases, address_of
from tests.postgres import Server, server
from tests.replica import Pair, pair
from tests.standins import HashingEmbedder

DATA = CHECKOUT / "data"
SERVERS = {"postgres", "servers"}


ONCE = ("browser", "moving", "test_move.py")
"""Where a base in SQLite is enough: pages hold the same on either, and moves make bases of their own."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes test at once (`pytest -n`), one has all tests of a kind of database: it makes each base
    that tests share, and the servers, once.
    """
    again = {item for item in items if set(ONCE) & set(item.path.parts) and _kind(item) == "postgres"}
    config.hook.pytest_deselected(items=list(again))
    items[:] = [item for item in items if item not in again]
    for item in items:
        if _kind(item) or SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(_kind(item) or "postgres"))


def _kind(item: pytest.Item) -> str | None:
    """Which database the bases of a test are in; None where that is no matter."""
    return item.callspec.params.get("databases") if hasattr(item, "callspec") else None


@pytest.fixture(autouse=True)
def _connections_end() -> Iterator[None]:
    """Close connections to Postgres that a test leaves open: commands end with their process, and here they do not."""
    opened: list[Any] = []

    def note(connection: Any, _record: object) -> None:
        if type(connection).__module__.startswith("psycopg"):
            opened.append(connection)

    event.listen(Pool, "connect", note)
    yield
    event.remove(Pool, "connect", note)
    for connection in opened:
        connection.close()


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


on_sqlite = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""Marks a test of something that only SQLite has."""
on_postgres = pytest.mark.parametrize("databases", ["postgres"], indirect=True)
"""Marks a test of something that only Postgres has."""


@pytest.fixture(scope="session", params=KINDS)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Where a test's databases come from: whatever asks for one runs on SQLite and on Postgres."""
    return Databases(request.getfixturevalue("postgres") if request.param == "postgres" else None)


@pytest.fixture
def engine(databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    """An empty base with its tables, on either database."""
    with databases.fresh(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def knowledge_base(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """All shipped data, with the stand-in embedder. Tests must not write to it."""
    folder = tmp_path_factory.mktemp("loaded")
    with databases.fresh(folder) as made:
        embedder = HashingEmbedder()
        report = pipeline.ingest(made, embedder, [DATA], options=ReadOptions())
        assert not report.has_errors, report
        settings = Settings(database_url=address_of(made), cache_folder=folder / "cache")
        yield KnowledgeBase(settings, made, embedder, SearchEngine(made, embedder))


@pytest.fixture(scope="session")
def loaded(knowledge_base: KnowledgeBase) -> Engine:
    """The engine of the loaded base."""
    return knowledge_base.engine
