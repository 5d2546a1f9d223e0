"""Jobs: what was asked for, how far it is and what came of it; and files that wait to be read by one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, LargeBinary
from sqlmodel import Field, SQLModel

from app.db.types import UtcDateTime


class JobRecord(SQLModel, table=True):
    """One job. Its effect and `finished_at` are committed together, so that a job tried again does nothing twice.

    On Postgres `queue_id` is its number in the queue, which says whether it waits or runs; a job that ran in process
    has none.
    """

    id: int | None = Field(default=None, primary_key=True)
    queue_id: int | None = Field(default=None, unique=True, sa_type=BigInteger)
    parent_id: int | None = Field(default=None, index=True, description="the job that cut this one off")
    kind: str = Field(index=True, description="ingest, derive, embed, settle, rebuild or follow")
    subject: str = Field(default="", description="what it is about, for people")
    args: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    queued_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="when it was last begun")
    noted_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="when it last told its progress")
    step: str | None = None
    done: int = 0
    total: int = Field(default=0, description="0 where not known")
    tries: int = Field(default=0, description="how often it was begun")
    failures: int = Field(default=0, description="how many of these ended in an error or with a dead worker")
    worker: str | None = Field(default=None, description="host and process that last worked on it")
    finished_at: datetime | None = Field(default=None, index=True, sa_type=UtcDateTime)
    outcome: str | None = Field(default=None, index=True, description="done, failed or cancelled")
    said: str | None = Field(default=None, description="what it did, in words")
    error: str | None = Field(default=None, description="the last error, in words")


class JobFile(SQLModel, table=True):
    """A part of a file handed over to a job, so that a worker on another machine can read it; gone when it was read."""

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="jobrecord.id", index=True, ondelete="CASCADE")
    path: str = Field(description="below the folder that the worker makes for the job")
    part: int = Field(default=0, description="order of the parts of one file")
    content: bytes = Field(sa_type=LargeBinary)
