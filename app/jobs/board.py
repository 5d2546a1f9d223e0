"""The list of jobs as commands, the page and metrics show it. Reads only."""

from __future__ import annotations

import os
import socket
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, DateTime, Select, and_, case, cast, func, literal, null, or_, select
from sqlmodel import Session, col

from app.catalog.listing import portion
from app.db.dialect import is_sqlite
from app.db.job_queue import JOBS, RUNNING, workers_alive
from app.db.types import utc_now
from app.jobs.asking import ALIVE
from app.jobs.kinds import MOST_TRIES, WORDS
from app.jobs.records import COMMAND
from app.models import JobRecord

State = Literal["waiting", "running", "failed", "cancelled", "done"]
STATES: tuple[State, ...] = ("running", "waiting", "failed", "cancelled", "done")


class JobLine(BaseModel):
    """One job. `cancelling`: it runs, and is asked to stop; `broken off`: a command whose process is gone."""

    id: int
    kind: str
    words: str
    subject: str
    state: Literal["waiting", "running", "cancelling", "broken off", "failed", "cancelled", "done"]
    step: str | None
    done: int
    total: int
    tries: int
    failures: int
    most_tries: int = MOST_TRIES
    queued_at: datetime
    started_at: datetime | None
    next_try_at: datetime | None
    finished_at: datetime | None
    worker: str | None
    said: str | None
    error: str | None
    parent_id: int | None
    in_queue: bool = Field(description="false for what a command did by itself, in process")

    @property
    def progress(self) -> str:
        """How far it is, in words; "" where that says nothing."""
        if self.state not in ("running", "cancelling") or not self.step:
            return ""
        return f"{self.step} {self.done:,}" + (f" of {self.total:,}" if self.total else "") if self.done else self.step

    @property
    def since(self) -> str:
        """Since when it is as it is, in words."""
        if self.finished_at:
            return f"{_when(self.finished_at)}" + (
                f", took {_length((self.finished_at - self.started_at).total_seconds())}" if self.started_at else ""
            )
        if self.state == "waiting":
            later = f", to be tried again at {self.next_try_at:%H:%M:%S}" if self.next_try_at else ""
            return f"since {_when(self.queued_at)}{later}"
        return f"since {_when(self.started_at)}" if self.started_at else ""

    @property
    def can_be_cancelled(self) -> bool:
        """Whether `cancel` does something."""
        return self.in_queue and self.state in ("waiting", "running")

    @property
    def can_be_retried(self) -> bool:
        """Whether `retry` does something."""
        return self.in_queue and self.state == "failed"


class JobBoard(BaseModel):
    """Jobs and how many there are of each state; `workers` that gave a sign of late. `is_queue` is false on SQLite."""

    is_queue: bool
    workers: int
    counts: dict[str, int]
    total: int
    offset: int
    items: list[JobLine]

    @property
    def sentence(self) -> str:
        """The whole in a sentence."""
        counted = ", ".join(f"{self.counts[state]:,} {state}" for state in STATES)
        if not self.is_queue:
            return f"{counted}. The base is in SQLite: jobs run in process, and no worker is needed."
        return f"{counted}; {workers_there(self.workers)}{'' if self.workers else ': start one with hallway worker'}."


def workers_there(number: int) -> str:
    """How many workers there are, in words."""
    return f"{number} worker{'' if number == 1 else 's'} there" if number else "no worker is there"


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _length(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _runs(session: Session) -> ColumnElement[bool]:
    """Of a job that has not ended: whether somebody works on it."""
    begun = col(JobRecord.started_at).is_not(None)
    if is_sqlite(session):
        return begun
    return or_(JOBS.c.status == RUNNING, and_(col(JobRecord.queue_id).is_(None), begun))


def _state(session: Session) -> ColumnElement[str]:
    return case(
        (col(JobRecord.finished_at).is_not(None), col(JobRecord.outcome)),
        (_runs(session), literal("running")),
        else_=literal("waiting"),
    )


def _statement(session: Session) -> Select[*tuple[Any, ...]]:
    state = _state(session).label("state")
    if is_sqlite(session):
        nothing = cast(null(), DateTime)
        return select(JobRecord, state, literal(False).label("asked"), nothing.label("later"))
    later = case((JOBS.c.scheduled_at > func.now(), func.timezone("UTC", cast(JOBS.c.scheduled_at, DateTime(True)))))
    return (
        select(JobRecord, state, func.coalesce(JOBS.c.abort_requested, False).label("asked"), later.label("later"))
        .outerjoin(JOBS, JOBS.c.id == col(JobRecord.queue_id))
    )  # fmt: skip


def count_states(session: Session) -> dict[str, int]:
    """How many jobs are in each state."""
    state = _state(session).label("state")
    statement = select(state, func.count()).select_from(JobRecord)
    if not is_sqlite(session):
        statement = statement.outerjoin(JOBS, JOBS.c.id == col(JobRecord.queue_id))
    found = {row[0]: int(row[1]) for row in session.execute(statement.group_by(state))}
    return {name: found.get(name, 0) for name in STATES}


def read_board(session: Session, state: State | None = None, limit: int = 25, offset: int = 0) -> JobBoard:
    """Jobs that run first, then those that wait in their order, then those that ended, the newest first."""
    named = _state(session)
    rank = case((named == "running", 0), (named == "waiting", 1), else_=2)
    number = case((col(JobRecord.finished_at).is_(None), col(JobRecord.id)), else_=-col(JobRecord.id))
    statement = _statement(session).order_by(rank, number)
    if state:
        statement = statement.where(named == state)
    found = portion(session, statement, limit, offset)
    return JobBoard(
        is_queue=not is_sqlite(session),
        workers=workers_alive(session, ALIVE),
        counts=count_states(session),
        total=found.total,
        offset=offset,
        items=[_line(*row) for row in found.items],
    )


def _line(record: JobRecord, state: str, asked: bool, later: datetime | None) -> JobLine:
    if state == "running" and asked:
        state = "cancelling"
    elif state == "running" and record.args.get(COMMAND) and _is_gone(record.worker):
        state = "broken off"
    assert record.id is not None
    next_try = later.replace(tzinfo=utc_now().tzinfo) if later else None
    return JobLine(
        words=WORDS.get(record.kind, record.kind), state=state, next_try_at=next_try,
        in_queue=record.queue_id is not None,
        **record.model_dump(include={
            "id", "kind", "subject", "step", "done", "total", "tries", "failures", "queued_at", "started_at",
            "finished_at", "worker", "said", "error", "parent_id",
        }),
    )  # fmt: skip


def _is_gone(worker: str | None) -> bool:
    """Whether a process of this machine is no more; one of another machine is taken to be there."""
    host, _, number = (worker or "").rpartition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
