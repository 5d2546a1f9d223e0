"""A brake on guessing passwords: after five failures each further one makes the wait longer, by address and overall.

Kept in memory, so each process of the site counts for itself and a restart forgets.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

FREE = 5
"""Failures that cost no wait."""

LONGEST_BY_ADDRESS = 15 * 60.0
LONGEST_OVERALL = 30.0
"""Seconds. Short, for whoever keeps failing makes the curator wait as well."""

FORGOTTEN_AFTER = 3600.0
MOST_ADDRESSES = 10_000


@dataclass
class _Failures:
    count: int = 0
    last: float = 0.0


def wait_after(failures: int, longest: float) -> float:
    """Seconds to wait after the last of so many failures: none up to four, then 2, 4, 8, ... up to `longest`."""
    return 0.0 if failures < FREE else min(2.0 ** min(failures - FREE + 1, 40), longest)


class Throttle:
    """Counts sign-ins that failed. `clock` gives seconds that never run backwards."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._overall = _Failures()
        self._by_address: dict[str, _Failures] = {}

    def begin(self, address: str) -> int:
        """Ask to try. 0: go on, and it counts as failed until `succeeded`; else whole seconds to wait first."""
        with self._lock:
            now = self._clock()
            here = self._of(_network(address), now)
            self._forget(self._overall, now)
            left = max(
                here.last + wait_after(here.count, LONGEST_BY_ADDRESS) - now,
                self._overall.last + wait_after(self._overall.count, LONGEST_OVERALL) - now,
            )
            if left > 0:
                return math.ceil(left)
            # Counted before it is known to fail, so that many at once do not slip through together.
            for failures in (here, self._overall):
                failures.count += 1
                failures.last = now
            return 0

    def succeeded(self, address: str) -> None:
        """The try that began was right: this address starts afresh, and the others count as before."""
        with self._lock:
            here = self._by_address.pop(_network(address), None)
            self._overall.count = max(self._overall.count - (here.count if here else 1), 0)

    def _of(self, network: str, now: float) -> _Failures:
        found = self._by_address.pop(network, None) or _Failures()
        self._forget(found, now)
        if len(self._by_address) >= MOST_ADDRESSES:
            del self._by_address[next(iter(self._by_address))]
        self._by_address[network] = found
        return found

    @staticmethod
    def _forget(failures: _Failures, now: float) -> None:
        if now - failures.last > FORGOTTEN_AFTER:
            failures.count = 0


def _network(address: str) -> str:
    """The address, of IPv6 its /64, for a household has that many; what is no address as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
