"""Making, beginning, noting and ending jobs. What takes a session never commits."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, delete, exists, select, update
from sqlmodel import Session, col

from app.db import job_queue
from app.db.dialect import is_sqlite
from app.db.engine import writing
from app.db.types import utc_now
from app.jobs.kinds import CANCELLED, DONE, EMBED, FAILED, KEPT_DAYS, SETTLE, TASK, way_of
from app.models import JobFile, JobRecord

COMMAND = "command"
"""Stands in `args` of what a command did by itself, and no job asked for."""


class AlreadyEnded(Exception):
    """Somebody else has done this job, or it was cancelled: nothing of it may be written again."""


def this_process() -> str:
    """Host and number of this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def make(
    session: Session, kind: str, subject: str, args: dict[str, Any] | None = None, parent_id: int | None = None
) -> int:
    """Make a job and, on Postgres, queue it with the session's transaction. Returns its number."""
    record = JobRecord(kind=kind, subject=subject, args=args or {}, parent_id=parent_id, queued_at=utc_now())
    session.add(record)
    session.flush()
    assert record.id is not None
    if not is_sqlite(session):
        way = way_of(kind)
        record.queue_id = job_queue.defer(session, TASK + kind, {"job": record.id}, way.lock, way.priority)
        session.flush()
    return record.id


def make_once(
    session: Session, kind: str, subject: str, args: dict[str, Any] | None = None, parent_id: int | None = None
) -> int:
    """As `make`, unless one alike waits that was never begun: it will see what this transaction wrote. For a session of
    `writing`, since such a job begins with the right to write.
    """
    alike = session.execute(
        select(col(JobRecord.id), col(JobRecord.args)).where(
            col(JobRecord.kind) == kind, col(JobRecord.tries) == 0, col(JobRecord.finished_at).is_(None)
        )
    )
    for job_id, known in alike:
        if known == (args or {}):
            return int(job_id)
    return make(session, kind, subject, args, parent_id)


@contextmanager
def noting(engine: Engine) -> Iterator[Session]:
    """A transaction for a note about work under way. On Postgres it does not wait for whoever writes."""
    if is_sqlite(engine):
        with writing(engine) as session:
            yield session
        return
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def begin(engine: Engine, job_id: int, worker: str) -> JobRecord | None:
    """Note that `worker` begins a job. None where it has ended, or is no more."""
    with noting(engine) as session:
        record = session.get(JobRecord, job_id)
        if record is None or record.finished_at is not None:
            return None
        record.tries += 1
        record.worker = worker
        record.started_at = record.noted_at = utc_now()
        record.step, record.done, record.total = None, 0, 0
        return record


def note(engine: Engine, job_id: int, step: str, done: int, total: int) -> bool:
    """Keep how far a job is. False where it has ended meanwhile, as one that was cancelled."""
    with noting(engine) as session:
        changed: Any = session.execute(
            update(JobRecord)
            .where(col(JobRecord.id) == job_id, col(JobRecord.finished_at).is_(None))
            .values(step=step, done=done, total=total, noted_at=utc_now())
        )
    return bool(changed.rowcount)


def note_failure(engine: Engine, job_id: int, words: str) -> int:
    """Keep why a job failed this time; how often it has failed by now."""
    with noting(engine) as session:
        record = session.get_one(JobRecord, job_id)
        record.failures += 1
        record.error = words
        return record.failures


def close(session: Session, job_id: int, said: str) -> None:
    """End a job as done, in the transaction that holds its effect. AlreadyEnded where it has ended: roll back."""
    ended: Any = session.execute(
        update(JobRecord)
        .where(col(JobRecord.id) == job_id, col(JobRecord.finished_at).is_(None))
        .values(finished_at=utc_now(), outcome=DONE, said=said)
    )
    if not ended.rowcount:
        raise AlreadyEnded
    _after(session, job_id)


def give_up(session: Session, job_id: int, outcome: str, words: str | None = None) -> bool:
    """End a job as failed or cancelled, for a session of `writing`; False where it has ended.

    Files handed over to one that was cancelled are thrown away.
    """
    values: dict[str, Any] = {"finished_at": utc_now(), "outcome": outcome} | ({"error": words} if words else {})
    ended: Any = session.execute(
        update(JobRecord).where(col(JobRecord.id) == job_id, col(JobRecord.finished_at).is_(None)).values(**values)
    )
    if not ended.rowcount:
        return False
    if outcome == CANCELLED:
        session.execute(delete(JobFile).where(col(JobFile.job_id) == job_id))
    _after(session, job_id)
    return True


def _after(session: Session, job_id: int) -> None:
    """When no batch of texts is left to embed of those that were cut together, what follows is queued, once."""
    record = session.get_one(JobRecord, job_id)
    if record.kind != EMBED:
        return
    others = exists().where(
        col(JobRecord.parent_id) == record.parent_id, col(JobRecord.kind) == EMBED, col(JobRecord.finished_at).is_(None)
    )
    if not session.scalar(select(others)):
        make_once(session, SETTLE, "after embedding", record.args.get("then"), record.parent_id)


def reopen(session: Session, job_id: int) -> None:
    """Let a job that failed begin anew, as if it never had."""
    session.execute(
        update(JobRecord)
        .where(col(JobRecord.id) == job_id, col(JobRecord.outcome) == FAILED)
        .values(finished_at=None, outcome=None, failures=0, worker=None, started_at=None)
    )


def forget_old(session: Session) -> None:
    """Remove jobs that ended `KEPT_DAYS` days ago or before, with files of failed ones."""
    before = utc_now() - timedelta(days=KEPT_DAYS)
    old = session.execute(
        select(col(JobRecord.id), col(JobRecord.queue_id)).where(col(JobRecord.finished_at) < before)
    ).all()
    if not old:
        return
    ids = [job_id for job_id, _ in old]
    for start in range(0, len(ids), 1000):
        session.execute(delete(JobFile).where(col(JobFile.job_id).in_(ids[start : start + 1000])))
        session.execute(delete(JobRecord).where(col(JobRecord.id).in_(ids[start : start + 1000])))
        if not is_sqlite(session):
            job_queue.forget(session, [number for _, number in old[start : start + 1000] if number is not None])
