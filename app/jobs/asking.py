"""What commands and pages ask for: queue an ingest or a rebuild, cancel a job, try one again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.db import job_queue
from app.db.engine import writing
from app.errors import NotFound, UsageError
from app.ingest.formats.protocol import ReadOptions
from app.jobs.files import Handed, gather, keep
from app.jobs.kinds import CANCELLED, FAILED, FOLLOW, INGEST, REBUILD, WRITE_WAIT_MS
from app.jobs.records import COMMAND, give_up, make, make_once, reopen
from app.models import JobRecord

ALIVE = 30.0
"""Seconds since a worker's last sign within which it counts as there."""
_NAMED = 3


def queue_ingest(
    engine: Engine, paths: Sequence[Path], options: ReadOptions, format_name: str | None = None
) -> tuple[int | None, Handed]:
    """Hand files over and queue reading them: the job's number, or None where no file was left to hand over. Errors as
    of `gather`.
    """
    handed = gather(paths, format_name, options.limit)
    if not handed.files:
        return None, handed
    names = ", ".join(path.name or str(path) for path in paths[:_NAMED])
    subject = names + (f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else "")
    said = {
        "limit": options.limit, "edition": options.edition, "series": options.series, "timezone": options.timezone,
        "columns": dict(options.columns), "url": options.url,
    }  # fmt: skip
    with writing(engine, WRITE_WAIT_MS) as session:
        job_id = make(session, INGEST, subject, {"roots": handed.roots, "options": said, "format": format_name})
        keep(session, job_id, handed)
    return job_id, handed


def queue_rebuild(engine: Engine, what: str) -> int:
    """Queue a rebuild of this derived data; the job's number."""
    with writing(engine, WRITE_WAIT_MS) as session:
        return make(session, REBUILD, what, {"what": what})


def queue_follow(session: Session) -> bool:
    """Queue what follows a decision about takeaways, if a worker is there to do it; else False."""
    if not job_queue.workers_alive(session, ALIVE):
        return False
    make_once(session, FOLLOW, "after a decision")
    return True


def cancel(session: Session, job_id: int) -> str:
    """Cancel a job, for a session of `writing`; says what comes of it. NotFound; UsageError for one that has ended."""
    record = _found(session, job_id)
    if record.finished_at is not None:
        raise UsageError(f"Job {job_id} has ended ({record.outcome}); there is nothing to cancel.", "ID")
    if record.args.get(COMMAND):
        raise UsageError(f"Job {job_id} is a command that runs on {record.worker}; stop it there, by Ctrl-C.", "ID")
    if record.queue_id is None:
        give_up(session, job_id, CANCELLED)
        return f"Job {job_id} is cancelled."
    job_queue.cancel(session, record.queue_id)
    if job_queue.status_of(session, record.queue_id) == job_queue.RUNNING:
        return f"Job {job_id} is running; its worker stops it between two steps, and what was kept so far stays."
    give_up(session, job_id, CANCELLED)
    return f"Job {job_id} is cancelled."


def retry(session: Session, job_id: int) -> str:
    """Let a failed job begin anew, for a session of `writing`. NotFound; UsageError for one that has not failed."""
    record = _found(session, job_id)
    if record.outcome != FAILED:
        state = record.outcome or "not ended"
        raise UsageError(f"Job {job_id} is {state}; only a failed one is tried again. Else ask for it anew.", "ID")
    if record.args.get(COMMAND):
        raise UsageError(f"Job {job_id} was a command; run it again.", "ID")
    if record.queue_id is not None and not job_queue.retry(session, record.queue_id):
        raise UsageError(f"The queue is still busy with job {job_id}; try again in a moment.", "ID")
    reopen(session, job_id)
    return f"Job {job_id} waits to be tried again."


def _found(session: Session, job_id: int) -> JobRecord:
    record = session.scalars(select(JobRecord).where(col(JobRecord.id) == job_id).with_for_update()).first()
    if record is None:
        raise NotFound("job", str(job_id), "`hallway jobs` lists them.")
    return record
