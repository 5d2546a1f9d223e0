"""The sample base, filled once: tests of trends, reports and exports only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.databases import Databases
from tests.trends.sample import fill_sample


@pytest.fixture(scope="session")
def sample_engine(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with databases.fresh(tmp_path_factory.mktemp("sample")) as engine:
        with Session(engine) as session:
            fill_sample(session)
        yield engine


@pytest.fixture
def session(sample_engine: Engine) -> Iterator[Session]:
    with Session(sample_engine) as opened:
        yield opened
