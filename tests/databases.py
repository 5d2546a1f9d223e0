"""Databases for tests, of the kind that a run of the test is for: a file of SQLite, or one of a Postgres server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from app.db.backup import back_up
from app.db.engine import make_engine
from app.migrations import upgrade
from tests.postgres import Server

KINDS = ("sqlite", "postgres")


def address_of(engine: Engine) -> str:
    """The whole address of a test's database, as a setting has it."""
    return engine.url.render_as_string(hide_password=False)


@dataclass(frozen=True)
class Databases:
    """Makes databases of one kind."""

    server: Server | None
    """None: of SQLite."""

    @property
    def kind(self) -> str:
        """The kind, one of KINDS."""
        return KINDS[self.server is not None]

    @contextmanager
    def address(self, folder: Path, *, migrated: bool = True) -> Iterator[str]:
        """The address of an empty database, of SQLite in `folder`; not `migrated`, it has no tables either."""
        if self.server is not None:
            with self.server.database(migrated=migrated) as address:
                yield address
            return
        folder.mkdir(parents=True, exist_ok=True)
        address = f"sqlite:///{folder / 'base.sqlite3'}"
        if migrated:
            made = make_engine(address)
            upgrade(made)
            made.dispose()
        yield address

    @contextmanager
    def fresh(self, folder: Path, *, migrated: bool = True) -> Iterator[Engine]:
        """An engine of an empty database."""
        with self.address(folder, migrated=migrated) as address, opened(address) as engine:
            yield engine

    @contextmanager
    def copy(self, engine: Engine, folder: Path) -> Iterator[Engine]:
        """An engine of a copy of a database, to write to."""
        if self.server is not None:
            engine.dispose()  # a database is copied while nobody is connected to it
            with self.server.copy(str(engine.url.database)) as address, opened(address) as copied:
                yield copied
            return
        folder.mkdir(parents=True, exist_ok=True)
        back_up(str(engine.url), folder / "base.sqlite3")
        with opened(f"sqlite:///{folder / 'base.sqlite3'}") as copied:
            yield copied


@contextmanager
def opened(address: str) -> Iterator[Engine]:
    """An engine of a database that is there."""
    engine = make_engine(address)
    try:
        yield engine
    finally:
        engine.dispose()
