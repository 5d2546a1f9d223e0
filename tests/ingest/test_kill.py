"""Killed with -9 at moments all over an ingest, a rerun completes it: nothing doubled, nothing half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import func, select, text
from sqlmodel import SQLModel, col

from app.catalog.health import examine
from app.catalog.snapshot import current_snapshot
from app.db.engine import make_engine, reading
from app.models import FileReview
from app.settings import CHECKOUT
from tests.standins import HashingEmbedder

PROGRAM = """
import sys
from pathlib import Path
from app import pipeline
from app.ingest.formats.protocol import ReadOptions
from app.db.engine import make_engine
from app.migrations import upgrade
from tests.standins import HashingEmbedder
engine = make_engine(sys.argv[1])
upgrade(engine)
print("begin", flush=True)
pipeline.ingest(engine, HashingEmbedder(), [Path(name) for name in sys.argv[2:]], options=ReadOptions())
"""
KILLS = int(os.environ.get("HALLWAY_TEST_KILLS", "8"))
FOLDERS = os.environ.get("HALLWAY_TEST_KILLS_IN", "data").split(os.pathsep)
LIMIT = 900


def _start(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, *FOLDERS], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip


def _state(url: str) -> dict[str, object]:
    engine = make_engine(url)
    with reading(engine) as session:
        state: dict[str, object] = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in SQLModel.metadata.sorted_tables
            # Each run keeps what it found in files it read, and so does one that is killed.
            if table.name not in ("importrun", "problem", "indexstate", "filereview")
        }
        state["reviewed"] = session.scalar(select(func.count(func.distinct(col(FileReview.source_id)))))
        state["snapshot"] = current_snapshot(session)
        state["integrity"] = session.execute(text("PRAGMA integrity_check")).scalar()
        state["findings"] = [
            finding.message
            for finding in examine(session, HashingEmbedder().recipe).findings
            if finding.severity in ("broken", "stale")
        ]
    engine.dispose()
    return state


def test_a_killed_ingest_is_completed_by_the_next(tmp_path: Path) -> None:
    calm = f"sqlite:///{tmp_path / 'calm.sqlite3'}"
    began = time.monotonic()
    with _start(calm) as process:
        assert process.wait(LIMIT) == 0
    whole = time.monotonic() - began
    rng = random.Random(2019)
    url = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
    for _ in range(KILLS):
        with _start(url) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(rng.uniform(0, whole / 2))
            process.send_signal(signal.SIGKILL)
    with _start(url) as last:
        assert last.wait(LIMIT) == 0
    assert _state(url) == _state(calm)
    assert _state(url)["findings"] == []
    assert _state(url)["integrity"] == "ok"
