"""Jobs in Postgres: is one lost or doubled while workers are killed with -9, and do two workers embed faster than one?

    scripts/bench_jobs.py [--jobs 10000] [--kills 40] [--seed N] [--embed FOLDER... [--talks 3000]]

Workers are processes of their own, over a server of the development set or that of HALLWAY_TEST_POSTGRES_URL. A job
of the first part writes one row, with its end, into a table that would hold two of them if it were done twice. The
second part embeds the passages of the talks under FOLDER (else of the shipped data) with the real model, one thread a
worker.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, delete, func, select, text
from sqlmodel import Session, col

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.db.engine import reading, writing
from app.embeddings.choose import open_embedder
from app.ingest.discover import discovered
from app.ingest.formats.protocol import ReadOptions
from app.jobs.kinds import DERIVE, EMBED
from app.jobs.records import make
from app.jobs.running import run_job
from app.models import Embedding, JobRecord, Talk
from app.search.engine import SearchEngine
from app.settings import CHECKOUT, Settings
from tests.jobs.working import address, start, unfinished
from tests.postgres import Server, fresh_engine, server

WORKERS = 2
GOAL = 1.7
AT_ONCE = 500


class Kills(NamedTuple):
    """What came of jobs whose workers were killed at random moments."""

    jobs: int
    kills: int
    tried_again: int
    lost: int
    doubled: int
    failed: int
    seconds: float


class Embedded(NamedTuple):
    """How long some workers embedded, from the first text to the last."""

    workers: int
    texts: int
    batches: int
    seconds: float
    shares: tuple[int, ...]


def killed(postgres: Server, jobs: int = 10_000, kills: int = 40, seed: int = 2019) -> Kills:
    """Queue `jobs`, let workers do them, and kill one of these `kills` times, each when a number of jobs drawn by
    chance is done, and a moment drawn by chance after that.
    """
    rng = random.Random(seed)  # noqa: S311
    moments = sorted(rng.sample(range(jobs), kills))
    with fresh_engine(postgres) as engine, tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        log = Path(scratch) / "workers.txt"
        with writing(engine) as session:
            session.execute(text("CREATE TABLE tally (job INTEGER)"))
        for first in range(0, jobs, AT_ONCE):
            with writing(engine) as session:
                for number in range(first, min(first + AT_ONCE, jobs)):
                    make(session, "tally", f"number {number}")
        began = time.monotonic()
        running = [start(address(engine), log) for _ in range(WORKERS)]
        stack.callback(_end, running)
        done = 0
        while left := unfinished(engine):
            if done == kills or jobs - left < moments[done]:
                time.sleep(0.05)
                continue
            busy = [number for number in range(WORKERS) if _has_begun(engine, running[number].pid)]
            if busy:
                time.sleep(rng.uniform(0, 0.2))
                victim = rng.choice(busy)
                running[victim].send_signal(signal.SIGKILL)
                running[victim].wait()
                done += 1
                running[victim] = start(address(engine), log)
        seconds = time.monotonic() - began
        with Session(engine) as session:
            counted = Counter(session.scalars(text("SELECT job FROM tally")))
            records = session.scalars(select(JobRecord)).all()
            return Kills(
                jobs=len(records),
                kills=done,
                tried_again=sum(record.tries > 1 for record in records),
                lost=sum(counted[record.id] == 0 for record in records),
                doubled=sum(number > 1 for number in counted.values()),
                failed=sum(record.outcome != "done" for record in records),
                seconds=round(seconds, 1),
            )


def embedded(postgres: Server, folders: Sequence[Path], talks: int = 3_000, rounds: int = 1) -> list[Embedded]:
    """Embed the passages of about so many talks by one worker, then by two; each time without any vector before."""
    with fresh_engine(postgres) as engine, tempfile.TemporaryDirectory() as scratch:
        base = _filled(engine, folders, talks, Path(scratch))
        return [_round(base, workers) for _ in range(rounds) for workers in (1, WORKERS)]


def _has_begun(engine: Engine, process: int) -> bool:
    """Whether a worker took a job yet."""
    with Session(engine) as session:
        return bool(session.scalar(select(func.count()).where(col(JobRecord.worker).like(f"%:{process}"))))


def _filled(engine: Engine, folders: Sequence[Path], talks: int, scratch: Path) -> KnowledgeBase:
    """A base with passages and no vectors."""
    settings = Settings(database_url=address(engine), encoder_threads=1)
    embedder = open_embedder(settings)
    embedder.encode(["so that the model is exported"])
    with discovered(folders, limit=64_000_000) as units:
        paths = [unit.path for unit in units]
        for first in range(0, len(paths), 10):
            pipeline.read(engine, paths[first : first + 10], ReadOptions())
            with reading(engine) as session:
                if (session.scalar(select(func.count()).select_from(Talk)) or 0) >= talks:
                    break
    pipeline.derive_texts(engine)
    return KnowledgeBase(settings, engine, embedder, SearchEngine(engine, embedder, scratch))


def _round(base: KnowledgeBase, workers: int) -> Embedded:
    engine = base.engine
    with writing(engine) as session:
        session.execute(delete(Embedding))
        session.execute(delete(JobRecord))
        session.execute(text("DELETE FROM procrastinate_jobs"))
        session.execute(text("DELETE FROM procrastinate_workers"))  # those of the round before were killed
        job = make(session, DERIVE, "")
    run_job(base, job, "bench", lambda words: None)  # noqa: ARG005
    environment = {
        **os.environ, "HALLWAY_DATABASE_URL": address(engine), "HALLWAY_ENCODER_THREADS": "1", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    with engine.begin() as connection:  # so that all are there before the first batch is taken
        connection.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'"))
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "app", "worker"], cwd=CHECKOUT, env=environment, stderr=subprocess.DEVNULL, text=True
        )
        for _ in range(workers)
    ]
    try:
        _until(engine, "SELECT count(*) FROM procrastinate_workers", workers)
        time.sleep(2)
        with engine.begin() as connection:
            connection.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'"))
        _until(engine, "SELECT count(*) FROM jobrecord WHERE kind = 'embed' AND finished_at IS NULL", 0)
    finally:
        _end(running)
    with reading(engine) as session:
        batches = session.scalars(select(JobRecord).where(col(JobRecord.kind) == EMBED)).all()
        first = min(batch.started_at for batch in batches if batch.started_at)
        last = max(batch.finished_at for batch in batches if batch.finished_at)
        shares = Counter(batch.worker for batch in batches)
        texts = session.scalar(select(func.count()).select_from(Embedding)) or 0
    seconds = (last - first).total_seconds()
    return Embedded(workers, texts, len(batches), round(seconds, 1), tuple(shares.values()))


def _until(engine: Engine, statement: str, wanted: int) -> None:
    while True:
        with engine.connect() as connection:
            if connection.scalar(text(statement)) == wanted:
                return
        time.sleep(0.2)


def _end(running: Sequence[subprocess.Popen[str]]) -> None:
    for one in running:
        one.kill()
        one.wait()


def main() -> None:
    """Both tables; ends with 1 where a job was lost or doubled, or two workers are not fast enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=2019)
    parser.add_argument("--embed", type=Path, nargs="*", default=[CHECKOUT / "data"], help="folders of programmes")
    parser.add_argument("--talks", type=int, default=3_000, help="embed the passages of about so many")
    parser.add_argument("--rounds", type=int, default=2, help="of one worker, then two")
    given = parser.parse_args()
    failed = False
    with server() as postgres:
        if given.jobs:
            found = killed(postgres, given.jobs, given.kills, given.seed)
            print("".join(f"{name:>13}" for name in Kills._fields))
            print("".join(f"{value:>13,}" for value in found), flush=True)
            failed = bool(found.lost or found.doubled or found.failed)
        if given.rounds:
            print("".join(f"{name:>13}" for name in ("workers", "texts", "batches", "seconds", "texts a s")))
            seconds: dict[int, float] = {}
            for one in embedded(postgres, given.embed, given.talks, given.rounds):
                print(
                    f"{one.workers:>13}{one.texts:>13,}{one.batches:>13}{one.seconds:>13}"
                    f"{one.texts / one.seconds:>13.0f}   batches by each: {', '.join(map(str, one.shares))}",
                    flush=True,
                )
                seconds[one.workers] = min(one.seconds, seconds.get(one.workers, one.seconds))
            ratio = seconds[1] / seconds[WORKERS]
            print(f"two workers are {ratio:.2f} times as fast as one (goal {GOAL}); best of {given.rounds} rounds")
            failed |= ratio < GOAL
    print(f"load of this machine at the end: {os.getloadavg()[0]:.1f} over {os.cpu_count()} cores")
    sys.exit(failed)


if __name__ == "__main__":
    main()
