"""The sample base, filled once: tests of trends, reports and exports only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.db.engine import make_engine
from app.migrations import upgrade
from tests.trends.sample import fill_sample


@pytest.fixture(scope="session")
def sample_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('sample') / 'base.sqlite3'}")
    upgrade(engine)
    with Session(engine) as session:
        fill_sample(session)
    yield engine
    engine.dispose()


@pytest.fixture
def session(sample_engine: Engine) -> Iterator[Session]:
    with Session(sample_engine) as opened:
        yield opened
