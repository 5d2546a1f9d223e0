"""Real workers on a real server: killed with -9, stopped, cancelled, cut off; nothing is lost or doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import col

from app import pipeline
from app.catalog.snapshot import current_snapshot
from app.db.engine import make_engine, reading, writing
from app.errors import DatabaseError
from app.ingest.formats.protocol import ReadOptions
from app.jobs import asking
from app.jobs.board import read_board
from app.jobs.kinds import MOST_TRIES
from app.jobs.records import make
from app.jobs.worker import work
from app.models import Embedding, JobFile, ThemeAssignment
from tests.conftest import DATA, on_postgres
from tests.jobs.working import address, base_of, records, start, unfinished, until
from tests.standins import HashingEmbedder

pytestmark = on_postgres
JOBS = int(os.environ.get("HALLWAY_TEST_JOBS", "300"))
PROGRAMME = DATA / "programmes"


def _silent(words: str) -> None:
    """Nothing is said."""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "workers.txt"


@contextmanager
def workers(engine: Engine, log: Path, number: int = 1, **more: float) -> Iterator[list[subprocess.Popen[str]]]:
    started = [start(address(engine), log, **more) for _ in range(number)]  # type: ignore[arg-type]
    try:
        yield started
    finally:
        for one in started:
            one.kill()
            one.wait()


def tally(engine: Engine, number: int) -> None:
    """A table that a job done twice would show in, and jobs that each write one row there."""
    with writing(engine) as session:
        session.execute(text("CREATE TABLE tally (job INTEGER)"))
        for one in range(number):
            make(session, "tally", f"number {one}")


def counted(engine: Engine) -> Counter[int]:
    with reading(engine) as session:
        return Counter(session.scalars(text("SELECT job FROM tally")))


def test_no_job_is_lost_or_doubled_while_workers_are_killed(engine: Engine, log: Path) -> None:
    tally(engine, JOBS)
    rng = random.Random(2019)
    kills = 0
    with workers(engine, log, 2, seconds=0.01) as running:
        while unfinished(engine) and kills < 6:
            time.sleep(rng.uniform(0.3, 1.5))
            victim = rng.randrange(2)
            running[victim].send_signal(signal.SIGKILL)
            running[victim].wait()
            kills += 1
            running[victim] = start(address(engine), log, seconds=0.01)
        until(lambda: not unfinished(engine), log)
    assert kills == 6
    assert counted(engine) == {record.id: 1 for record in records(engine)}
    assert {record.outcome for record in records(engine)} == {"done"}


def test_a_killed_worker_is_noticed_and_the_list_says_so(engine: Engine, log: Path) -> None:
    with writing(engine) as session:
        session.execute(text("CREATE TABLE tally (job INTEGER)"))
        job = make(session, "slow", "one that takes long")
    with workers(engine, log) as running:
        until(lambda: records(engine)[0].done > 0, log)
        with reading(engine) as session:
            line = read_board(session).items[0]
        assert line.state == "running"
        assert line.progress.startswith("counting")
        assert "of 600" in line.progress
        running[0].kill()
    with workers(engine, log, seconds=0.0):
        until(lambda: records(engine)[0].tries == 2, log)
    assert records(engine)[0].failures == 1
    assert "without a word" in str(records(engine)[0].error)
    assert f"job {job} (slow) was left by" in log.read_text()


def test_a_stopped_worker_gives_back_what_takes_too_long_and_ends_what_does_not(engine: Engine, log: Path) -> None:
    with writing(engine) as session:
        session.execute(text("CREATE TABLE tally (job INTEGER)"))
        make(session, "slow", "")
    with workers(engine, log) as running:
        until(lambda: bool(records(engine)[0].step), log)
        running[0].terminate()
        assert running[0].wait(20) == 0
    assert "given back" in log.read_text()
    record = records(engine)[0]
    assert (record.finished_at, record.failures) == (None, 0)
    with reading(engine) as session:
        assert read_board(session).items[0].state == "waiting"
    with workers(engine, log, seconds=0.5) as running:
        with writing(engine) as session:
            asking.cancel(session, record.id or 0)
            second = make(session, "tally", "")
        until(lambda: records(engine)[-1].started_at is not None, log)
        running[0].send_signal(signal.SIGINT)
        assert running[0].wait(20) == 0
    assert counted(engine) == {second: 1}


def test_a_running_job_is_cancelled_between_two_steps(engine: Engine, log: Path) -> None:
    with writing(engine) as session:
        session.execute(text("CREATE TABLE tally (job INTEGER)"))
        job = make(session, "slow", "")
    with workers(engine, log):
        until(lambda: bool(records(engine)[0].step), log)
        with writing(engine) as session:
            assert "its worker stops it" in asking.cancel(session, job)
        until(lambda: records(engine)[0].outcome == "cancelled", log)
    assert counted(engine) == {}
    assert "Traceback" not in log.read_text()


def test_one_that_fails_is_tried_again_later_each_time_and_then_says_why(engine: Engine, log: Path) -> None:
    with writing(engine) as session:
        job = make(session, "failing", "")
    with workers(engine, log) as _:
        for failures in range(1, MOST_TRIES):
            until(lambda wanted=failures: records(engine)[0].failures == wanted, log)  # type: ignore[misc]
            until(lambda: not _is_running(engine), log)
            with reading(engine) as session:
                line = read_board(session).items[0]
            assert line.state == "waiting"
            assert line.next_try_at is not None
            _let_it_be_time(engine)
        until(lambda: records(engine)[0].outcome == "failed", log)
        until(lambda: not _is_running(engine), log)
        assert records(engine)[0].tries == MOST_TRIES
        assert "No space left on device" in str(records(engine)[0].error)
        with writing(engine) as session:
            assert "tried again" in asking.retry(session, job)
        until(lambda: records(engine)[0].tries == MOST_TRIES + 1, log)
    assert "Traceback" not in log.read_text()


def _is_running(engine: Engine) -> bool:
    with reading(engine) as session:
        found = session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"))
    return bool(found)


def _let_it_be_time(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"))


def test_a_job_goes_on_after_its_connections_were_cut(engine: Engine, log: Path) -> None:
    tally(engine, 60)
    with workers(engine, log, 2, seconds=0.02):
        until(lambda: len(counted(engine)) > 10, log)
        for _ in range(3):
            with writing(engine) as session:
                session.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            time.sleep(0.5)
        until(lambda: not unfinished(engine), log)
    assert counted(engine) == {record.id: 1 for record in records(engine)}
    assert "Traceback" not in log.read_text()


def test_workers_end_with_the_state_that_one_process_ends_with(engine: Engine, log: Path) -> None:
    job, handed = asking.queue_ingest(engine, [DATA], ReadOptions())
    assert job == 1
    assert not handed.refused
    rng = random.Random(7)
    with workers(engine, log, 2) as running:
        for _ in range(3):
            time.sleep(rng.uniform(1.0, 6.0))
            victim = rng.randrange(2)
            running[victim].kill()
            running[victim].wait()
            running[victim] = start(address(engine), log)
        until(lambda: not unfinished(engine), log)
    found = _state(engine)
    with reading(engine) as session:
        assert session.scalars(select(col(JobFile.id))).all() == []
    alone = make_engine(f"sqlite:///{log.parent / 'alone.sqlite3'}")
    from app.migrations import upgrade

    upgrade(alone)
    pipeline.ingest(alone, HashingEmbedder(), [DATA], options=ReadOptions())
    assert found == _state(alone)
    alone.dispose()


def _state(engine: Engine) -> tuple[str, set[tuple[str, bytes]], int]:
    with reading(engine) as session:
        vectors = {
            (row[0], row[1]) for row in session.execute(select(col(Embedding.content_hash), col(Embedding.vector)))
        }
        assigned = len(session.scalars(select(col(ThemeAssignment.id))).all())
        return str(current_snapshot(session)), vectors, assigned


def test_each_batch_is_embedded_by_one_and_what_follows_runs_once(engine: Engine, log: Path) -> None:
    pipeline.ingest(engine, HashingEmbedder(), [DATA], options=ReadOptions())
    with reading(engine) as session:
        before = len(session.scalars(select(col(Embedding.id))).all())
    job = asking.queue_rebuild(engine, "embeddings")
    with workers(engine, log, 2):
        until(lambda: not unfinished(engine), log)
    kinds = Counter(record.kind for record in records(engine))
    assert kinds == {"rebuild": 1, "derive": 1, "embed": 2, "settle": 1}
    assert sum(int(str(record.said).split()[0]) for record in records(engine) if record.kind == "embed") == before
    last = max((record for record in records(engine) if record.kind == "embed"), key=lambda one: str(one.finished_at))
    settle = records(engine)[-1]
    assert settle.started_at is not None
    assert last.finished_at is not None
    assert settle.started_at >= last.finished_at
    assert job == 1


def test_a_batch_that_is_cancelled_holds_up_nothing(engine: Engine, log: Path) -> None:
    asking.queue_ingest(engine, [PROGRAMME], ReadOptions())
    with workers(engine, log, once=True) as running:
        until(lambda: any(record.kind == "derive" for record in records(engine)), log)
        until(lambda: running[0].poll() is not None, log)
    assert {record.outcome for record in records(engine)} == {"done"}
    with writing(engine) as session:
        session.execute(text("DELETE FROM embedding"))
        make(session, "derive", "")
    base = base_of(engine)
    from app.jobs.running import run_job

    derive = records(engine)[-1].id or 0
    run_job(base, derive, "this test", _silent)
    batches = [record.id or 0 for record in records(engine) if record.parent_id == derive]
    for batch in batches[:-1]:
        run_job(base, batch, "this test", _silent)
    with writing(engine) as session:
        assert "is cancelled" in asking.cancel(session, batches[-1])
    assert records(engine)[-1].kind == "settle"


def test_two_nodes_with_different_models_say_so(engine: Engine, log: Path) -> None:
    with writing(engine) as session:
        then = {"changed": False}
        make(session, "embed", "", {"hashes": ["x"], "recipe": "another/model", "then": then})
    with workers(engine, log):
        until(lambda: records(engine)[0].failures == 1, log)
    assert "set HALLWAY_EMBEDDING_MODEL alike" in str(records(engine)[0].error)


def test_a_queue_of_another_version_is_refused(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(text("COMMENT ON TABLE procrastinate_jobs IS 'procrastinate 9.9.9'"))
    with pytest.raises(DatabaseError, match=r"procrastinate 9\.9\.9.*install 3\.10\.0"):
        work(base_of(engine), say=_silent)
