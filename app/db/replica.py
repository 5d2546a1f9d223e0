"""A streaming replica of a Postgres base: whether it and the primary answer, and how far it is behind.

Positions are places in the log of the server (LSN) as numbers. A process remembers the newest position that it saw at
the primary, and reads from the replica only once that has come as far: so nobody goes back in time on one node, and
its caches never flutter between two states. How long the replica is behind is measured by the clock of this process
alone. Both servers are looked at once a second, in a thread beside the requests, while there are any.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

EVERY = 1.0
"""Seconds between two looks at both servers."""

_POSITION = (
    "SELECT ((CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END) "
    "- '0/0'::pg_lsn)::bigint"
)


@dataclass(frozen=True)
class Servers:
    """How the servers of a base stand. `behind` is how many seconds the replica is, as far as that is known."""

    primary: bool
    replica: bool
    behind: float
    is_too_far: bool

    def lines(self) -> list[str]:
        """One line for each, for those who run the site."""
        return [f"primary: {self._primary()}", f"replica: {self._replica()}"]

    def _primary(self) -> str:
        if self.primary:
            return "answers"
        return "cannot be reached; nothing can be written" + (", reads come from the replica" if self.replica else "")

    def _replica(self) -> str:
        if not self.replica:
            return "cannot be reached; reads go to the primary" if self.primary else "cannot be reached"
        if not self.behind:
            return "answers"
        return f"{self.behind:.0f} seconds behind" + ("; reads go to the primary" if self.is_too_far else "")


class Replica:
    """The replica of one primary. Threads may share it."""

    def __init__(self, engine: Engine, most_behind: float) -> None:
        """Read by `engine`, unless it is more than `most_behind` seconds behind."""
        self.engine = engine
        self._most = most_behind
        self._seen = 0
        self._replayed = 0
        self._mark = (0, time.monotonic())
        self._behind = 0.0
        self._down = {True: False, False: False}
        """Whether the primary (True) and the replica (False) did not answer when they were last asked."""
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._looking: threading.Thread | None = None
        self._is_closed = False

    @property
    def servers(self) -> Servers:
        """As they stood when they were last asked."""
        return Servers(not self._down[True], not self._down[False], self._behind, self._behind > self._most)

    def order(self, newest: bool) -> list[bool]:
        """Which server to ask first: True is the primary. What does not answer comes last."""
        primary_first = newest or self._behind > self._most
        return sorted((True, False), key=lambda primary: (self._down[primary], primary is not primary_first))

    def note(self, primary: bool, answers: bool) -> None:
        """Whether a server answered just now."""
        self._down[primary] = not answers

    def saw(self, position: int) -> None:
        """This process saw the primary at this position, and does not want to read of an earlier one."""
        self._seen = max(self._seen, position)
        self._down[True] = False

    def has_come_as_far(self, connection: Connection) -> bool:
        """Whether the replica shows all that this process saw; asks it only where that is not known yet.

        Ends the transaction of the connection if it asks: a state is of the moment in which a transaction begins.
        """
        if self._replayed < self._seen:
            self._replayed = position(connection)
            connection.rollback()
        return self._replayed >= self._seen

    def look(self, primary: Engine, wait: float = 0.0) -> None:
        """Ask both servers how they are, beside the caller, unless it was done within a second; wait so long for it."""
        with self._lock:
            due = time.monotonic() - self._looked_at >= EVERY
            if due and (self._looking is None or not self._looking.is_alive()):
                self._looked_at = time.monotonic()
                self._looking = threading.Thread(target=self._look, args=(primary,), name="look", daemon=True)
                self._looking.start()
            looking = self._looking
        if wait and looking is not None:
            looking.join(wait)

    def _look(self, primary: Engine) -> None:
        now, seen = time.monotonic(), self._seen
        newest, replayed = self._ask(primary, primary=True), self._ask(self.engine, primary=False)
        if replayed is not None:
            self._replayed = replayed
        if newest is not None and newest < seen:
            self._seen = newest  # the primary was restored from a backup, or another took its place
        if newest is None or replayed is None:
            return
        if replayed >= self._mark[0] or newest < self._mark[0]:
            self._mark = newest, now
        self._behind = 0.0 if replayed >= newest else now - self._mark[1]

    def _ask(self, engine: Engine, primary: bool) -> int | None:
        try:
            with engine.connect() as connection:
                found = position(connection)
                if self._is_closed:
                    connection.detach()  # the pool it would go back to is gone
        except DBAPIError:
            self._down[primary] = True
            return None
        self._down[primary] = False
        return found

    def close(self) -> None:
        """Let go of the replica. A look that goes on may still hold a connection of either server."""
        self._is_closed = True
        if self._looking is not None:
            self._looking.join(5)
        self.engine.dispose()


_replicas: WeakKeyDictionary[Engine, Replica] = WeakKeyDictionary()


def attach(primary: Engine, replica: Replica) -> None:
    """Let readers of `primary` read from its replica too. It is let go with the engine."""
    _replicas[primary] = replica

    def close(_engine: Any) -> None:
        replica.close()

    event.listen(primary, "engine_disposed", close)


def replica_of(primary: Engine) -> Replica | None:
    """The replica of this primary, if it has one."""
    return _replicas.get(primary)


def position(bind: Connection | Session) -> int:
    """Where the server is in its log: a replica as far as it has replayed it, a primary as far as it can be sent.

    With synchronous_commit off, what was committed in the last moment may be beyond that.
    """
    connection = bind.connection() if isinstance(bind, Session) else bind
    return int(connection.exec_driver_sql(_POSITION).scalar() or 0)
