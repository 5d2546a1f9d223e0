"""The small base of the pages, read through a session of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app import pipeline
from app.db.engine import make_engine
from app.migrations import upgrade
from tests.standins import HashingEmbedder
from tests.web.facts import fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine: Engine = make_engine(f"sqlite:///{Path(tmp_path_factory.mktemp('catalog')) / 'base.sqlite3'}")
    upgrade(engine)
    with Session(engine) as session:
        fill(session)
        session.commit()
    pipeline.refresh(engine, HashingEmbedder())
    yield engine
    engine.dispose()


@pytest.fixture
def session(filled: Engine) -> Iterator[Session]:
    with Session(filled) as opened:
        yield opened
