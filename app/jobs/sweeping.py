"""Jobs whose worker is gone: noticed by the sign of life it no longer gives, and tried again or ended."""

from __future__ import annotations

from sqlalchemy import Engine, Text, cast, select
from sqlmodel import Session, col

from app.db import job_queue
from app.db.engine import writing
from app.jobs.kinds import CANCELLED, FAILED, MOST_TRIES, WRITE_WAIT_MS
from app.jobs.records import give_up
from app.models import JobRecord

DIED = "Its worker ended in the middle of it without a word, as one that is killed or has no memory left does."


def sweep(engine: Engine, dead_after: float, lost: tuple[int, ...] = ()) -> list[str]:
    """Give back what workers left that gave no sign for `dead_after` seconds, and `lost` jobs of the queue; what was
    done, in words.

    One that was left `MOST_TRIES` times has failed; one that was to be cancelled is.
    """
    said: list[str] = []
    over: list[tuple[int, str]] = []
    with Session(engine) as session, session.begin():
        for queue_id, is_cancelled in job_queue.orphans(session, dead_after, lost):
            record = session.scalars(select(JobRecord).where(col(JobRecord.queue_id) == queue_id)).first()
            if record is None or record.finished_at is not None:
                job_queue.end(session, queue_id, "succeeded" if record else job_queue.FAILED)
                continue
            assert record.id is not None
            record.failures += record.tries > 0
            record.error = DIED if record.tries else record.error
            if is_cancelled or record.failures >= MOST_TRIES:
                job_queue.end(session, queue_id, job_queue.ABORTED if is_cancelled else job_queue.FAILED)
                over.append((record.id, CANCELLED if is_cancelled else FAILED))
            else:
                job_queue.give_back(session, queue_id)
                said.append(f"job {record.id} ({record.kind}) was left by {record.worker}, and waits again")
        over += _unfinished(session)
    if over:
        with writing(engine, WRITE_WAIT_MS) as session:
            for job_id, outcome in dict(over).items():
                if give_up(session, job_id, outcome):
                    said.append(f"job {job_id} is over: {outcome}")
    return said


def _unfinished(session: Session) -> list[tuple[int, str]]:
    """Jobs that the queue has ended and we have not, as when the database went away between the two."""
    rows = session.execute(
        select(col(JobRecord.id), cast(job_queue.JOBS.c.status, Text))
        .join(job_queue.JOBS, job_queue.JOBS.c.id == col(JobRecord.queue_id))
        .where(col(JobRecord.finished_at).is_(None), job_queue.JOBS.c.status.in_(job_queue.ENDED))
    )
    return [
        (job_id, CANCELLED if status in (job_queue.CANCELLED, job_queue.ABORTED) else FAILED) for job_id, status in rows
    ]
