"""A worker: takes jobs from the queue in Postgres until it is stopped, and looks after those of workers that died."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from app.bootstrap import KnowledgeBase
from app.db import job_queue
from app.db.engine import reading
from app.db.types import utc_now
from app.errors import DatabaseError
from app.jobs.kinds import TASK
from app.jobs.records import this_process
from app.jobs.running import Say, run_job
from app.jobs.steps import STEPS, Step
from app.jobs.sweeping import sweep
from app.jobs.words import in_words

if TYPE_CHECKING:
    from procrastinate import App, JobContext

log = logging.getLogger(__name__)
AT_LENGTH = 30.0
"""Seconds between two tries to reach a database that is away, at most."""


class Rhythm(NamedTuple):
    """Seconds: between two signs of life, without one until a worker counts as dead, between two looks for jobs, and
    that a job at hand has to end when the worker is stopped, before it is asked to give itself back.
    """

    beat: float = 2.0
    dead: float = 15.0
    look: float = 2.0
    grace: float = 20.0


def work(
    base: KnowledgeBase, *, concurrency: int = 1, once: bool = False, say: Say, rhythm: Rhythm | None = None,
    steps: Mapping[str, Step] = STEPS,
) -> None:  # fmt: skip
    """Work until stopped by SIGTERM or SIGINT, or with `once` until no job can be begun.

    A database that goes away is waited for. DatabaseError on SQLite, or where the queue is of another version.
    """
    with reading(base.engine) as session:
        job_queue.check_job_queue(session)
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # it would print whole tracebacks; we keep words
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    worker = _Worker(base, concurrency, once, say, rhythm or Rhythm(), steps)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # outside of a shift, as Ctrl-C
    say(f"worker {worker.name} is there, for {concurrency} job{'s' if concurrency > 1 else ''} at a time")
    with suppress(KeyboardInterrupt):
        worker.work()
    say(f"worker {worker.name} ended")


class _Worker:
    """What one process knows of its work."""

    def __init__(
        self, base: KnowledgeBase, concurrency: int, once: bool, say: Say, rhythm: Rhythm, steps: Mapping[str, Step]
    ) -> None:
        self.name = this_process()
        self._base = base
        self._concurrency = concurrency
        self._once = once
        self._say = say
        self._rhythm = rhythm
        self._steps = steps
        self._running: set[int] = set()
        self._worker_id: int | None = None
        self._doubtful: set[int] = set()

    def work(self) -> None:
        """Shift after shift: one ends when the worker is stopped, nothing is left, or the database goes away."""
        from procrastinate.exceptions import ConnectorException
        from psycopg import Error

        pause = 1.0
        while True:
            began = time.monotonic()
            try:
                if asyncio.run(self._shift()):
                    return
                if self._once and self._is_idle():
                    return
                continue
            except (ConnectorException, Error, SQLAlchemyError, DatabaseError) as error:
                reason = in_words(error) if isinstance(error, DatabaseError) else "the connection was lost"
                pause = 1.0 if time.monotonic() - began > AT_LENGTH else min(pause * 2, AT_LENGTH)
            self._say(f"the database cannot be reached ({reason.rstrip('.')}); trying again in {pause:.0f} s")
            time.sleep(pause)

    def _is_idle(self) -> bool:
        with reading(self._base.engine) as session:
            return job_queue.can_be_begun(session) == 0

    async def _shift(self) -> bool:
        """Work over one pool of connections; True where the worker was told to stop."""
        from procrastinate import App, PsycopgConnector

        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(self._concurrency + 2, "job"))
        # What procrastinate could not tell the database: the sweep finds such jobs, and no traceback helps anybody.
        loop.set_exception_handler(lambda _loop, context: log.debug("%s", context.get("message")))
        url = self._base.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = PsycopgConnector(
            conninfo=url, min_size=1, max_size=self._concurrency + 2, timeout=AT_LENGTH, reconnect_timeout=AT_LENGTH
        )
        app = App(connector=connector)
        self._running.clear()
        self._worker_id = None
        stopped = asyncio.Event()
        async with app.open_async():
            self._register(app)
            sweeping = asyncio.create_task(self._sweep())
            working = asyncio.create_task(self._take_jobs(app, stopped))
            try:
                await working
            finally:
                sweeping.cancel()
                with suppress(asyncio.CancelledError):
                    await sweeping
        return stopped.is_set()

    async def _take_jobs(self, app: App, stopped: asyncio.Event) -> None:
        from procrastinate.worker import Worker

        taking: Any = Worker(
            app, concurrency=self._concurrency, wait=not self._once, name=self.name,
            fetch_job_polling_interval=self._rhythm.look, abort_job_polling_interval=self._rhythm.look,
            shutdown_graceful_timeout=self._rhythm.grace, update_heartbeat_interval=self._rhythm.beat,
            stalled_worker_timeout=self._rhythm.dead, install_signal_handlers=False,
        )  # fmt: skip

        def stop() -> None:
            self._say(f"stopping; {len(self._running)} at hand" if self._running else "stopping")
            stopped.set()
            taking.stop()

        loop = asyncio.get_running_loop()
        own = threading.current_thread() is threading.main_thread()
        for number in (signal.SIGTERM, signal.SIGINT) if own else ():
            loop.add_signal_handler(number, stop)
        await taking.run()
        if not stopped.is_set() and not self._once:
            raise DatabaseError("the queue was lost")

    def _register(self, app: App) -> None:
        """One task for each kind of job."""
        for kind in self._steps:
            app.task(name=TASK + kind, pass_context=True, retry=_strategy())(self._do)

    def _do(self, context: JobContext, job: int) -> None:
        """Run a job of the queue, in a thread."""
        from procrastinate.exceptions import JobAborted
        from procrastinate.job_context import AbortReason

        queue_id = context.job.id
        assert queue_id is not None
        self._worker_id = context.job.worker_id
        self._running.add(queue_id)

        def stop() -> bool | None:
            reason = context.abort_reason()
            return None if reason is None else reason == AbortReason.USER_REQUEST

        try:
            ending = run_job(self._base, job, self.name, self._say, stop=stop, steps=self._steps)
        finally:
            self._running.discard(queue_id)
        if ending.state == "again":
            raise _Again(ending.pause)
        if ending.state == "cancelled":
            raise JobAborted
        if ending.state == "failed":
            raise _Failed

    async def _sweep(self) -> None:
        """At each beat look after jobs of dead workers, and for those that got lost between the queue and us."""
        while True:
            await asyncio.sleep(self._rhythm.beat)
            try:
                for words in await asyncio.to_thread(self._sweep_once):
                    self._say(words)
            except (DatabaseError, SQLAlchemyError):
                continue  # away or busy; at the next beat

    def _sweep_once(self) -> list[str]:
        doubtful: set[int] = set()
        if self._worker_id is not None:
            with reading(self._base.engine) as session:
                doubtful = set(job_queue.running_under(session, self._worker_id)) - self._running
        # One seen twice is neither about to begin nor about to be ended: the answer of the database was lost.
        lost, self._doubtful = tuple(doubtful & self._doubtful), doubtful
        return sweep(self._base.engine, self._rhythm.dead, lost)


class _Again(Exception):
    """The job is to be tried again after `pause` seconds."""

    def __init__(self, pause: float) -> None:
        super().__init__(f"again in {pause} s")
        self.pause = pause


class _Failed(Exception):
    """The job failed for good; why is kept in its record."""


def _strategy() -> Any:
    """Procrastinate's word for when to try again: as `run_job` said."""
    from procrastinate import BaseRetryStrategy, RetryDecision

    class AsSaid(BaseRetryStrategy):
        def get_retry_decision(self, *, exception: BaseException, job: Any) -> RetryDecision | None:
            if isinstance(exception, _Again):
                return RetryDecision(retry_at=utc_now() + timedelta(seconds=exception.pause))
            return None

    return AsSaid()
