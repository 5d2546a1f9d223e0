"""/imports and /imports/{id}: what was read when, what is wrong or missing in the base, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse

from app.catalog.coverage import Coverage, edition_coverage
from app.catalog.health import Finding, examine
from app.catalog.imports import FileLine, ProblemGroup, RunCard, find_run, list_runs, run_problems
from app.catalog.listing import Portion
from app.web.deps import Base, Reading, Viewing
from app.web.parameters import Nothing, Scrolling
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
PAGE = 40
FINDINGS = 60
FILES = 100


@dataclass(frozen=True, kw_only=True)
class ImportsPage(PageContext):
    """The newest runs, what the doctor finds (at most FINDINGS of `found`), and editions, least text first."""

    template: ClassVar[str] = "imports.html"

    runs: Sequence[RunCard]
    findings: Sequence[Finding]
    found: int
    portion: Portion[Coverage]
    asked: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ImportPage(PageContext):
    """One run: its totals, its files (at most FILES of `file_count`) and its problems, alike ones together."""

    template: ClassVar[str] = "import.html"

    run: RunCard
    files: Sequence[FileLine]
    file_count: int
    problems: Sequence[ProblemGroup]


@router.get("/imports")
def imports(asked: Annotated[Scrolling, Query()], base: Base, session: Reading, view: Viewing) -> HTMLResponse:
    """All runs and the health of the base."""
    total, covered = edition_coverage(session, PAGE, asked.offset)
    findings = examine(session, base.embedder.recipe).findings
    page = ImportsPage(
        title="Imports and health",
        runs=list_runs(session),
        findings=findings[:FINDINGS],
        found=len(findings),
        portion=Portion(total=total, items=covered, offset=asked.offset, limit=PAGE),
        asked={},
    )
    return view.page(page)


@router.get("/imports/{run_id}")
def one_import(run_id: Annotated[int, Path(ge=1)], _: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """One run."""
    run, files = find_run(session, run_id)
    page = ImportPage(
        title=f"Import {run.id}",
        crumbs=(Crumb("Imports", "/imports"), Crumb(f"Import {run.id}")),
        run=run,
        files=files[:FILES],
        file_count=len(files),
        problems=run_problems(session, run.id),
    )
    return view.page(page)
