"""Wiring: from settings to an open knowledge base. No logic, and nothing heavy is loaded before it is used."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from app.db.engine import make_engine
from app.embeddings.choose import open_embedder
from app.embeddings.protocol import Embedder
from app.migrations import upgrade
from app.practices.ask import PracticeSearch
from app.search.engine import SearchEngine
from app.settings import Settings


@dataclass(frozen=True)
class KnowledgeBase:
    """All that the commands and the site work with."""

    settings: Settings
    engine: Engine
    embedder: Embedder
    search: SearchEngine
    practices: PracticeSearch = field(init=False)

    def __post_init__(self) -> None:
        """Practices are asked for over the same search."""
        object.__setattr__(self, "practices", PracticeSearch(self.search, self.embedder))


def open_knowledge_base(settings: Settings) -> KnowledgeBase:
    """Open the database, bringing its schema up to date. DatabaseError where that is not possible."""
    configure_logging(settings)
    engine = make_engine(settings.database_url, settings.read_database_url, settings.replica_lag_seconds)
    upgrade(engine)
    embedder = open_embedder(settings)
    search = SearchEngine(engine, embedder, settings.cache_folder / "indexes", settings.memory_passages)
    return KnowledgeBase(settings, engine, embedder, search)


@contextmanager
def throw_away_base(settings: Settings) -> Iterator[KnowledgeBase]:
    """An empty base for measuring, with the model of the settings; it is deleted when the block ends."""
    with TemporaryDirectory(prefix="hallway-") as folder:
        own = {"database_url": f"sqlite:///{folder}/base.sqlite3", "read_database_url": None}
        base = open_knowledge_base(settings.model_copy(update=own))
        try:
            yield base
        finally:
            base.engine.dispose()


def configure_logging(settings: Settings) -> None:
    """Plain lines on standard error, at the level of the settings."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("app").setLevel(settings.log_level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
