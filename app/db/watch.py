"""Whether anybody committed anything since: asked for each search, so in microseconds where the database can say."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Engine

from app.db.dialect import is_sqlite


class Watch:
    """A number for the state of a base. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._lock = threading.Lock()

    def state(self) -> int | None:
        """The same number as before while no connection committed; None where that cannot be told.

        SQLite counts the commits of others (PRAGMA data_version), so a connection is kept for asking. A base in memory
        has no others, and Postgres no such count.
        """
        if not is_sqlite(self._engine) or self._engine.url.database in (None, "", ":memory:"):
            return None
        with self._lock:
            if self._connection is None:
                kept = self._engine.raw_connection()
                self._connection = kept.driver_connection
                kept.detach()
            found: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return found
