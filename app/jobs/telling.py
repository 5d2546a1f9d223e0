"""How far a job is, kept for all to see, and the place where it notices that it is to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine

from app.db.engine import writing
from app.db.types import utc_now
from app.errors import DatabaseError
from app.jobs.kinds import FAILED
from app.jobs.records import COMMAND, close, give_up, note, this_process
from app.jobs.words import in_words
from app.models import JobRecord

EVERY = 1.0
"""Seconds between two notes, so that they cost next to nothing."""
Shown = Callable[[str, int, int], None]


class Stopped(Exception):
    """The job is to stop: `is_over` where it was cancelled, else it is given back for another worker."""

    def __init__(self, is_over: bool) -> None:
        super().__init__("cancelled" if is_over else "given back")
        self.is_over = is_over


class Telling:
    """Called with step, done and total, as the pipeline tells them between two transactions."""

    def __init__(
        self, engine: Engine, job_id: int, shown: Shown | None = None, stop: Callable[[], bool | None] | None = None
    ) -> None:
        """`shown` is told everything as well; `stop` says True for cancelled, False for give back, None to go on."""
        self._engine = engine
        self._job_id = job_id
        self._shown = shown
        self._stop = stop
        self._step = ""
        self._last = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Tell it, keep it now and then, and raise Stopped where the job is to stop."""
        self.check()
        if self._shown:
            self._shown(step, done, total)
        now = time.monotonic()
        if step == self._step and now - self._last < EVERY:
            return
        self._step, self._last = step, now
        # A note that cannot be written now is no reason to stop.
        with suppress(DatabaseError):
            if not note(self._engine, self._job_id, step, done, total):
                raise Stopped(is_over=True)

    def check(self) -> None:
        """Raise Stopped where the job is to stop."""
        asked = self._stop() if self._stop else None
        if asked is not None:
            raise Stopped(is_over=asked)


@contextmanager
def recorded(
    engine: Engine, kind: str, subject: str, shown: Shown | None = None
) -> Iterator[tuple[Telling, list[str]]]:
    """Keep what a command does by itself on the list of jobs while it runs, and the words it leaves in the list."""
    with writing(engine) as session:
        now = utc_now()
        record = JobRecord(
            kind=kind, subject=subject, args={COMMAND: True}, queued_at=now, started_at=now, tries=1,
            worker=this_process(),
        )  # fmt: skip
        session.add(record)
        session.flush()
        assert record.id is not None
        job_id = record.id
    said: list[str] = []
    try:
        yield Telling(engine, job_id, shown), said
    except BaseException as error:
        with suppress(DatabaseError), writing(engine) as session:
            words = in_words(error) if isinstance(error, Exception) else "It was stopped."
            give_up(session, job_id, FAILED, words)
        raise
    with writing(engine) as session:
        close(session, job_id, " ".join(said))
