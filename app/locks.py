"""One process at a time in a folder, so that what is made there once is made once and never read half written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
