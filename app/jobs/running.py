"""One job from its beginning to its end, or until it is to be tried again: the same in a worker and in process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Literal, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from app.bootstrap import KnowledgeBase
from app.db.engine import writing
from app.errors import DatabaseError
from app.jobs.kinds import CANCELLED, FAILED, MOST_TRIES, PAUSES, WORDS, WRITE_WAIT_MS
from app.jobs.records import AlreadyEnded, begin, give_up, note_failure
from app.jobs.steps import STEPS, Step, Work
from app.jobs.telling import Shown, Stopped, Telling
from app.jobs.words import in_words, is_worth_another_try
from app.models import JobRecord

Say = Callable[[str], None]
Stop = Callable[[], bool | None]
"""True: the job was cancelled. False: it is to be given back. None: go on."""


class Ending(NamedTuple):
    """How it ended this time; `again` after `pause` seconds."""

    state: Literal["done", "failed", "cancelled", "again"]
    pause: float = 0.0


def run_job(
    base: KnowledgeBase, job_id: int, worker: str, say: Say, *, stop: Stop | None = None, shown: Shown | None = None,
    steps: Mapping[str, Step] = STEPS,
) -> Ending:  # fmt: skip
    """Do a job, keep how it went, and say so. Raises nothing but what ends the process."""
    began = time.monotonic()
    try:
        record = begin(base.engine, job_id, worker)
    except (DatabaseError, SQLAlchemyError) as error:
        say(f"job {job_id} could not be begun: {in_words(error)} Again in {PAUSES[0]:.0f} s.")
        return Ending("again", PAUSES[0])
    if record is None:
        return Ending("done")
    words = f"job {job_id} ({record.kind}: {record.subject or WORDS.get(record.kind, record.kind)})"
    say(f"{words} begun" + (f", try {record.tries}" if record.tries > 1 else ""))
    telling = Telling(base.engine, job_id, shown, stop)
    try:
        telling.check()
        steps[record.kind](Work(base, job_id, record.args, telling))
    except AlreadyEnded:
        say(f"{words} had ended meanwhile; nothing of it was written again")
        return Ending("done")
    except Stopped as stopped:
        return _stopped(base, job_id, stopped, lambda said: say(f"{words} {said}"))
    except Exception as error:  # noqa: BLE001  whatever it is, it is kept and shown
        return _failed(base, record, error, lambda said: say(f"{words} {said}"))
    say(f"{words} done in {time.monotonic() - began:.1f} s")
    return Ending("done")


def _stopped(base: KnowledgeBase, job_id: int, stopped: Stopped, say: Say) -> Ending:
    if not stopped.is_over:
        say("given back; another worker goes on with it")
        return Ending("again")
    with suppress(DatabaseError, SQLAlchemyError), writing(base.engine, WRITE_WAIT_MS) as session:
        give_up(session, job_id, CANCELLED)
    say("cancelled")
    return Ending("cancelled")


def _failed(base: KnowledgeBase, record: JobRecord, error: Exception, say: Say) -> Ending:
    words = in_words(error)
    assert record.id is not None
    failures = record.failures + 1
    try:
        failures = note_failure(base.engine, record.id, words)
        if failures >= MOST_TRIES or not is_worth_another_try(error):
            with writing(base.engine, WRITE_WAIT_MS) as session:
                give_up(session, record.id, FAILED, words)
            say(f"failed for good: {words}")
            return Ending("failed")
    except (DatabaseError, SQLAlchemyError):
        pass  # the database is away; the queue will be told when it is back
    pause = PAUSES[min(failures, len(PAUSES)) - 1]
    say(f"failed, {failures} of at most {MOST_TRIES} times; again in {pause:.0f} s: {words}")
    return Ending("again", pause)
