"""Who may work when: one process at a time in a folder, and some threads at a time, in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a lock on `folder`, made where it is missing; other processes and threads wait for their turn.

    Where that is not possible (no file locks, a folder that cannot be written) all work at once, which is wasteful
    and still right wherever files are replaced whole.
    """
    try:
        import fcntl

        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("w")
    except (ImportError, OSError):
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Turns:
    """Some things that one thread at a time may use; who came first is next, so that none waits for ever."""

    def __init__(self, things: Sequence[Any]) -> None:
        self._idle = list(things)
        self._waiting: deque[SimpleQueue[Any]] = deque()
        self._lock = threading.Lock()

    @property
    def are_left(self) -> bool:
        """Whether another thread would get one at once."""
        return bool(self._idle)

    @contextmanager
    def one(self) -> Iterator[Any]:
        """One of them, for as long as the block runs."""
        thing = self.take()
        try:
            yield thing
        finally:
            self.give(thing)

    def take(self) -> Any:
        """One of them, to be given back."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            own: SimpleQueue[Any] = SimpleQueue()
            self._waiting.append(own)
        return own.get()

    def give(self, thing: Any) -> None:
        """Give back what was taken."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().put(thing)
            else:
                self._idle.append(thing)
