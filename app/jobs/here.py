"""Jobs in process, on SQLite: the same jobs, one after the other, until none is left."""

from __future__ import annotations

import time

from sqlalchemy import select
from sqlmodel import col

from app.bootstrap import KnowledgeBase
from app.db.engine import reading
from app.jobs.kinds import FAILED
from app.jobs.records import COMMAND, this_process
from app.jobs.running import Say, run_job
from app.jobs.telling import Shown
from app.models import JobRecord


def run_all(base: KnowledgeBase, say: Say, shown: Shown | None = None) -> bool:
    """Do every job that waits, and what follows from them. False where one failed for good.

    One that an earlier process was killed in is taken up again: each finds its work by what is in the tables.
    """
    went_well = True
    while (job_id := _next(base)) is not None:
        ending = run_job(base, job_id, this_process(), say, shown=shown)
        went_well = went_well and ending.state != FAILED
        if ending.state == "again":
            time.sleep(ending.pause)
    return went_well


def _next(base: KnowledgeBase) -> int | None:
    with reading(base.engine) as session:
        waiting = session.execute(
            select(col(JobRecord.id), col(JobRecord.args))
            .where(col(JobRecord.finished_at).is_(None), col(JobRecord.queue_id).is_(None))
            .order_by(col(JobRecord.id))
        )
        return next((int(job_id) for job_id, args in waiting if not args.get(COMMAND)), None)
