"""A brake on guessing passwords: after five failures each further one makes the wait longer, by address and overall.

Counted beside the base, so that all processes of the site count as one and a restart forgets nothing, and that nobody
waits for an import. Only a try that may go on writes, and for a moment: whoever is told to wait costs one small read.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock

from sqlalchemy import Engine, delete
from sqlmodel import Session, col

from app.db.beside import engine_beside, file_beside
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.errors import Busy, DatabaseError
from app.models import SignInFailures

FREE = 5
"""Failures that cost no wait."""

LONGEST_BY_ADDRESS = 15 * 60.0
LONGEST_OVERALL = 30.0
"""Seconds. Short, for whoever keeps failing makes the curator wait as well."""

FORGOTTEN_AFTER = timedelta(hours=1)
PLACE = "sign-in"
OVERALL = ""
"""The row that counts the failures of all addresses."""

BUSY_MS = 500
"""Milliseconds that a sign-in waits for others that are counted at the same moment."""

BUSY = "Too many sign in at this moment for this one to be counted. Nothing was checked; try again soon."


def wait_after(failures: int, longest: float) -> float:
    """Seconds to wait after the last of so many failures: none up to four, then 2, 4, 8, ... up to `longest`."""
    return 0.0 if failures < FREE else min(2.0 ** min(failures - FREE + 1, 40), longest)


class Throttle:
    """Counts sign-ins that failed, over all processes of a base. `clock` gives the moment, aware."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._base = engine
        self._opening = Lock()
        self._clock = clock
        self._one_at_a_time = Lock()

    @cached_property
    def _engine(self) -> Engine:
        """Opened by the first who signs in: most sites have no curator."""
        with self._opening:
            return self.__dict__.get("_engine") or engine_beside(self._base, PLACE, (SignInFailures,))

    def begin(self, address: str) -> int:
        """Ask to try. 0: go on, and it counts as failed until `succeeded`; else whole seconds to wait first.

        A DatabaseError where it cannot be counted: then it is not tried.
        """
        network, now = _network(address), self._clock()
        with reading(self._engine) as session:
            if left := _left(session, network, now):
                return left
        # One thread of a process waits for the others; were it each, a crowd would leave none for readers.
        if not self._one_at_a_time.acquire(timeout=BUSY_MS / 1000):
            raise Busy(BUSY)
        try:
            with writing(self._engine, BUSY_MS) as session:
                return _count(session, network, now)
        except Busy as error:
            raise Busy(BUSY) from error
        finally:
            self._one_at_a_time.release()

    def succeeded(self, address: str) -> None:
        """The try that began was right: this address starts afresh, and the others count as before."""
        # Where the base is busy it stays counted, which is no reason to send the curator away.
        with suppress(DatabaseError), writing(self._engine, BUSY_MS) as session:
            here, overall = (session.get(SignInFailures, name) for name in (_network(address), OVERALL))
            if overall is not None:
                overall.count = max(overall.count - (here.count if here else 1), 0)
            if here is not None:
                session.delete(here)


def forget_failures(session: Session) -> None:
    """Nobody has to wait any more. `session` writes to the base."""
    bind = session.get_bind()
    file = file_beside(bind.engine, PLACE)
    if file is None:
        session.execute(delete(SignInFailures))
    elif file.exists():
        engine = engine_beside(bind.engine, PLACE, (SignInFailures,))
        with writing(engine) as beside:
            beside.execute(delete(SignInFailures))
        engine.dispose()


def _count(session: Session, network: str, now: datetime) -> int:
    """Count a try of this network, or the seconds it has to wait: another may have been faster."""
    session.execute(delete(SignInFailures).where(col(SignInFailures.last_at) < now - FORGOTTEN_AFTER))
    if left := _left(session, network, now):
        return left
    # Counted before it is known to fail, so that many at once do not slip through together.
    for name in (network, OVERALL):
        row = session.get(SignInFailures, name) or SignInFailures(network=name, count=0, last_at=now)
        row.count, row.last_at = row.count + 1, now
        session.add(row)
    return 0


def _left(session: Session, network: str, now: datetime) -> int:
    """Whole seconds that a network has to wait from now on."""
    found = 0.0
    for name, longest in ((network, LONGEST_BY_ADDRESS), (OVERALL, LONGEST_OVERALL)):
        row = session.get(SignInFailures, name)
        if row is not None and now - row.last_at <= FORGOTTEN_AFTER:
            # A clock that was set back makes nobody wait longer than the wait itself.
            passed = max((now - row.last_at).total_seconds(), 0.0)
            found = max(found, wait_after(row.count, longest) - passed)
    return math.ceil(found)


def _network(address: str) -> str:
    """The address, of IPv6 its /64, for a household has that many; what is no address as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100] or "unknown"
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
