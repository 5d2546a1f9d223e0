"""Import runs: what each read, what became of it, and the problems that stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.errors import NotFound
from app.models import FileReview, ImportRun, Problem


class RunCard(BaseModel):
    """One run. `finished_at` is None where it was killed or is still going on."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    version: str
    talks: int
    created: int
    updated: int
    unchanged: int
    withdrawn: int
    problems: int
    dry_run: bool


class FileLine(BaseModel):
    """A file of a run."""

    path: str
    format: str | None
    kind: str | None
    created: int
    updated: int
    unchanged: int
    withdrawn: int
    problems: int
    review: int | None = None
    """What is known of its fields, of the last time it was read."""


class ProblemGroup(BaseModel):
    """Problems of one file that say alike."""

    path: str
    severity: str
    message: str
    where: str
    count: int


def list_runs(session: Session, limit: int = 20) -> list[RunCard]:
    """The newest runs."""
    runs = session.scalars(select(ImportRun).order_by(col(ImportRun.id).desc()).limit(limit))
    return [_card(run) for run in runs]


def find_run(session: Session, run_id: int) -> tuple[RunCard, list[FileLine]]:
    """A run and its files, those with problems first; NotFound without it. One that was killed has those it read."""
    run = session.get(ImportRun, run_id)
    if run is None:
        raise NotFound("import", str(run_id))
    listed = run.totals.get("files") or _read_by(session, run_id)
    files = [FileLine.model_construct(**{"review": None, **line}) for line in listed]
    return _card(run), sorted(files, key=lambda file: (-file.problems, file.path))


def _read_by(session: Session, run_id: int) -> list[dict[str, Any]]:
    """The files that a run without an end had read, of which only that is known."""
    rows = session.execute(
        select(col(FileReview.path), col(FileReview.format), col(FileReview.id)).where(col(FileReview.run_id) == run_id)
    )
    nothing = dict.fromkeys(("created", "updated", "unchanged", "withdrawn", "problems"), 0)
    return [{"path": path, "format": name, "kind": "read", "review": key, **nothing} for path, name, key in rows]


def run_problems(session: Session, run_id: int, limit: int = 100) -> list[ProblemGroup]:
    """Problems that this run was the last to see, errors first, alike ones of a file counted together."""
    rows = session.execute(
        select(
            col(Problem.path), col(Problem.severity), col(Problem.message), func.min(col(Problem.where)), func.count()
        )
        .where(col(Problem.run_id) == run_id)
        .group_by(col(Problem.path), col(Problem.severity), col(Problem.message))
        .order_by(col(Problem.severity), func.count().desc(), col(Problem.path))
        .limit(limit)
    )
    names = list(ProblemGroup.model_fields)
    return [ProblemGroup(**dict(zip(names, row, strict=True))) for row in rows]


def _card(run: ImportRun) -> RunCard:
    totals: dict[str, Any] = run.totals
    counts = {
        name: int(totals.get(name, 0)) for name in ("talks", "created", "updated", "unchanged", "withdrawn", "problems")
    }
    assert run.id is not None
    return RunCard(
        id=run.id, started_at=run.started_at, finished_at=run.finished_at, version=run.version,
        dry_run=bool(totals.get("dry_run", False)), **counts,
    )  # fmt: skip
