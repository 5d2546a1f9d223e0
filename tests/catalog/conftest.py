"""The small base of the pages, read through a session of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app import pipeline
from tests.databases import Databases
from tests.standins import HashingEmbedder
from tests.web.facts import fill


@pytest.fixture(scope="session")
def filled(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with databases.fresh(tmp_path_factory.mktemp("catalog")) as engine:
        with Session(engine) as session:
            fill(session)
            session.commit()
        pipeline.refresh(engine, HashingEmbedder())
        yield engine


@pytest.fixture
def session(filled: Engine) -> Iterator[Session]:
    with Session(filled) as opened:
        yield opened
