"""Connections to the base when many want one at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine, text

from app.db.engine import CONNECTIONS, reading

AT_ONCE = 3 * CONNECTIONS


def test_more_readers_than_connections_are_kept_all_read_at_once(engine: Engine) -> None:
    everyone = Barrier(AT_ONCE, timeout=20)

    def read(_: int) -> int:
        with reading(engine) as session:
            found: int = session.execute(text("select 1")).scalar_one()
            everyone.wait()  # each holds its connection until all have one
            return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(read, range(AT_ONCE))) == [1] * AT_ONCE
