"""`hallway jobs`, `hallway worker` and `--queue` as a user runs them, on either database, with the real model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine

from app.db.engine import writing
from app.jobs.records import make
from app.settings import CHECKOUT
from tests.conftest import DATA, on_postgres, on_sqlite
from tests.jobs.working import address

FILE = DATA / "programmes" / "kafka-summit-new-york-2019.yaml"


def hallway(engine: Engine, *arguments: str | Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    answer = subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)], cwd=CHECKOUT, capture_output=True, text=True, timeout=300,
        check=False, env=os.environ | {"HALLWAY_DATABASE_URL": address(engine), "COLUMNS": "120"},
    )  # fmt: skip
    assert answer.returncode == status, answer.stderr
    assert "Traceback" not in answer.stderr
    return answer


@on_postgres
def test_files_are_handed_over_read_by_a_worker_and_listed(engine: Engine, tmp_path: Path) -> None:
    copy = tmp_path / FILE.name
    copy.write_bytes(FILE.read_bytes())
    queued = hallway(engine, "ingest", copy, "--queue")
    assert queued.stdout.startswith("job 1: 1 files, ")
    assert "no worker is there; start one with `hallway worker`" in queued.stderr
    copy.unlink()  # it has travelled
    waiting = hallway(engine, "jobs").stdout
    assert "1  waiting  ingest: kafka-summit-new-york-2019.yaml" in waiting
    assert "1 waiting" in waiting
    worked = hallway(engine, "worker", "--once").stderr
    assert "job 1 (ingest: kafka-summit-new-york-2019.yaml) done in" in worked
    board = json.loads(hallway(engine, "jobs", "--json", "--state", "done").stdout)
    assert [line["kind"] for line in board["items"]][-2:] == ["derive", "ingest"]
    assert board["items"][0]["kind"] == "settle"
    assert board["counts"] == {"running": 0, "waiting": 0, "failed": 0, "cancelled": 0, "done": board["total"]}


@on_postgres
def test_a_waiting_job_is_cancelled_by_its_number(engine: Engine) -> None:
    with writing(engine) as session:
        make(session, "embed", "batch 1 of 1")
    assert hallway(engine, "jobs", "cancel", "1").stdout == "Job 1 is cancelled.\n"
    assert "there is nothing to cancel" in hallway(engine, "jobs", "cancel", "1", status=2).stderr
    assert "only a failed one is tried again" in hallway(engine, "jobs", "retry", "1", status=2).stderr
    assert "There is no job “7”" in hallway(engine, "jobs", "cancel", "7", status=1).stderr


@on_sqlite
def test_in_sqlite_jobs_run_in_process_and_no_worker_is_needed(engine: Engine) -> None:
    assert "jobs run in process" in hallway(engine, "worker", status=1).stderr
    queued = hallway(engine, "ingest", FILE, "--queue")
    assert "jobs run in process, now" in queued.stderr
    listed = hallway(engine, "jobs").stdout
    assert "done  ingest: kafka-summit-new-york-2019.yaml" in listed
    assert "no worker is needed" in listed
    hallway(engine, "ingest", FILE)
    newest = json.loads(hallway(engine, "jobs", "--json").stdout)["items"][0]
    assert (newest["kind"], newest["state"], newest["in_queue"]) == ("ingest", "done", False)
    assert "0 created" in newest["said"]
    wrong = hallway(engine, "ingest", FILE, "--queue", "--dry-run", status=2)
    assert "leave one of" in wrong.stderr
