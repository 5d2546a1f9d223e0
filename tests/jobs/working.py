"""Workers as processes of their own, with the stand-in embedder and a quick rhythm, and what they leave."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from app.bootstrap import KnowledgeBase
from app.models import JobRecord
from app.search.engine import SearchEngine
from app.settings import CHECKOUT, Settings
from tests.standins import HashingEmbedder

PROGRAM = """
import sys, time
from app.bootstrap import KnowledgeBase
from app.db.engine import make_engine, writing
from app.jobs.records import close
from app.jobs.steps import STEPS
from app.jobs.worker import Rhythm, work
from app.search.engine import SearchEngine
from app.settings import Settings
from sqlalchemy import text
from tests.standins import HashingEmbedder

url, once, concurrency, seconds = sys.argv[1], sys.argv[2] == "once", int(sys.argv[3]), float(sys.argv[4])

def tally(work):
    time.sleep(seconds)
    with writing(work.base.engine, 60_000) as session:
        session.execute(text("INSERT INTO tally (job) VALUES (:job)"), {"job": work.job_id})
        close(session, work.job_id, "counted")

def slow(work):
    for number in range(600):
        work.progress("counting", number, 600)
        time.sleep(0.05)
    tally(work)

def failing(work):
    raise OSError(28, "No space left on device")

engine = make_engine(url)
embedder = HashingEmbedder()
base = KnowledgeBase(Settings(database_url=url), engine, embedder, SearchEngine(engine, embedder))
steps = {**STEPS, "tally": tally, "slow": slow, "failing": failing}
rhythm = Rhythm(beat=0.3, dead=2.0, look=0.2, grace=1.0)
say = lambda words: print(words, file=sys.stderr, flush=True)
work(base, once=once, concurrency=concurrency, say=say, rhythm=rhythm, steps=steps)
"""
LIMIT = 120


def start(
    url: str, log: Path, *, once: bool = False, concurrency: int = 1, seconds: float = 0.0
) -> subprocess.Popen[str]:
    """A worker; what it says is appended to `log`."""
    with log.open("a") as told:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, url, "once" if once else "on", str(concurrency), str(seconds)],
            cwd=CHECKOUT, stderr=told, text=True, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )  # fmt: skip


def address(engine: Engine) -> str:
    """Where another process finds the base."""
    return engine.url.render_as_string(hide_password=False)


def base_of(engine: Engine) -> KnowledgeBase:
    """The base as this process uses it."""
    embedder = HashingEmbedder()
    return KnowledgeBase(Settings(database_url=address(engine)), engine, embedder, SearchEngine(engine, embedder))


def unfinished(engine: Engine) -> int:
    """How many jobs have not ended."""
    with Session(engine) as session:
        return session.scalar(select(func.count()).where(col(JobRecord.finished_at).is_(None))) or 0


def records(engine: Engine) -> Sequence[JobRecord]:
    """All jobs, in order."""
    with Session(engine, expire_on_commit=False) as session:
        return session.scalars(select(JobRecord).order_by(col(JobRecord.id))).all()


def until(holds: Callable[[], bool], log: Path | None = None, limit: float = LIMIT) -> None:
    """Wait until it holds; fails with what the workers said."""
    ends = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < ends, log.read_text() if log and log.exists() else "too long"
        time.sleep(0.05)
