"""The small base behind the real app, and one without any talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.curators.account import set_password
from app.db.engine import writing
from app.migrations import upgrade
from app.search.engine import SearchEngine
from app.settings import Settings
from app.web.app import create_app
from tests.databases import Databases, address_of
from tests.standins import HashingEmbedder
from tests.web.curating import NAME, PASSWORD
from tests.web.facts import fill


@contextmanager
def open_base(
    databases: Databases, folder: Path, fill_with: Callable[[Session], None] | None
) -> Iterator[KnowledgeBase]:
    """A fresh base, filled and with all that is derived."""
    with databases.fresh(folder) as engine:
        yield base_in(engine, folder, fill_with)


def base_in(engine: Engine, folder: Path, fill_with: Callable[[Session], None] | None) -> KnowledgeBase:
    """The base of an engine, filled and with all that is derived."""
    upgrade(engine)
    embedder = HashingEmbedder()
    if fill_with:
        with Session(engine) as session:
            fill_with(session)
            session.commit()
        pipeline.refresh(engine, embedder)
    settings = Settings(database_url=address_of(engine), cache_folder=folder / "cache")
    return KnowledgeBase(settings, engine, embedder, SearchEngine(engine, embedder))


@pytest.fixture(scope="session")
def base(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """The small base. Tests only read it."""
    with open_base(databases, tmp_path_factory.mktemp("web"), fill) as opened:
        yield opened


@pytest.fixture(scope="session")
def client(base: KnowledgeBase) -> Iterator[TestClient]:
    """The real app over the small base."""
    with TestClient(create_app(base)) as opened:
        yield opened


@pytest.fixture(scope="session")
def empty_client(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The real app over a base with tables and nothing in them."""
    folder = tmp_path_factory.mktemp("empty")
    with open_base(databases, folder, None) as opened, TestClient(create_app(opened)) as made:
        yield made


@pytest.fixture(scope="session")
def full_client(knowledge_base: KnowledgeBase) -> Iterator[TestClient]:
    """The real app over all shipped data."""
    with TestClient(create_app(knowledge_base)) as opened:
        yield opened


@pytest.fixture
def statements(base: KnowledgeBase) -> Iterator[list[str]]:
    """SQL of the small base while the test runs, without BEGIN and the like."""
    seen: list[str] = []
    yield from _watched(base.engine, seen)


@pytest.fixture
def full_statements(knowledge_base: KnowledgeBase) -> Iterator[list[str]]:
    """The same of the full base."""
    seen: list[str] = []
    yield from _watched(knowledge_base.engine, seen)


def _watched(engine: Engine, seen: list[str]) -> Iterator[list[str]]:
    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if current_thread().name.startswith("make-"):
            return  # what searches of other tests have made aside
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def own_base(databases: Databases, tmp_path: Path) -> Iterator[KnowledgeBase]:
    """A small base with a curator's account, to write to."""
    with open_base(databases, tmp_path, fill) as opened:
        with writing(opened.engine) as session:
            set_password(session, PASSWORD, NAME)
        yield opened
