"""What `--queue` of `hallway ingest` and `hallway rebuild` does. Imports at the top what those import when they run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from pydantic import BaseModel

from app.bootstrap import KnowledgeBase
from app.cli.output import print_json, progress
from app.db.dialect import is_sqlite
from app.db.engine import reading
from app.db.job_queue import check_job_queue, workers_alive
from app.ingest.formats.protocol import ReadOptions
from app.jobs import asking
from app.jobs.board import workers_there
from app.jobs.here import run_all


class Queued(BaseModel):
    """What `hallway ingest --queue --json` prints."""

    job: int | None
    files: int
    bytes: int
    refused: list[str]


def queue_ingest(
    base: KnowledgeBase, paths: Sequence[Path], options: ReadOptions, format_name: str | None, json: bool
) -> None:
    """Hand files over and say the job's number. Exit code 3 where one was refused, all others being handed over."""
    _check(base)
    job_id, handed = asking.queue_ingest(base.engine, paths, options, format_name)
    if json:
        print_json(Queued(job=job_id, files=len(handed.files), bytes=handed.size, refused=handed.refused))
    else:
        for refused in handed.refused:
            print(f"error: {refused}")
        if job_id is None:
            print("There is nothing to read under these paths; no job was made.")
        else:
            print(f"job {job_id}: {len(handed.files)} files, {handed.size / 1e6:.1f} MB handed over.")
    if job_id is not None:
        _go_on(base)
    if handed.refused:
        raise typer.Exit(3)


def queue_rebuild(base: KnowledgeBase, what: str) -> None:
    """Queue a rebuild and say the job's number."""
    _check(base)
    print(f"job {asking.queue_rebuild(base.engine, what)}: rebuild {what}.")
    _go_on(base)


def _check(base: KnowledgeBase) -> None:
    if not is_sqlite(base.engine):
        with reading(base.engine) as session:
            check_job_queue(session)


def _go_on(base: KnowledgeBase) -> None:
    """On SQLite run the jobs here; else say who will."""
    if is_sqlite(base.engine):
        print("The base is in SQLite: jobs run in process, now.", file=sys.stderr)
        with progress() as shown:
            went_well = run_all(base, lambda words: print(words, file=sys.stderr, flush=True), shown)
        if not went_well:
            raise typer.Exit(1)
        return
    with reading(base.engine) as session:
        workers = workers_alive(session, asking.ALIVE)
    hint = "" if workers else "; start one with `hallway worker`"
    print(f"{workers_there(workers)}{hint}. `hallway jobs` says how far it is.", file=sys.stderr)
