"""/imports, /imports/{id} and its files: what was read when, what is wrong or missing in the base, how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse
from pydantic import Field

from app.catalog.coverage import Coverage, edition_coverage
from app.catalog.health import Finding, examine
from app.catalog.imports import FileLine, ProblemGroup, RunCard, find_run, list_runs, run_problems
from app.catalog.kept import kept
from app.catalog.listing import Portion
from app.catalog.reviews import FileDetail, Reviews, find_review, reviews_of
from app.errors import NotFound
from app.web.deps import Base, Reading, Viewing
from app.web.parameters import Nothing, Scrolling, Words
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 40
FINDINGS = 60
FILES = 40
FIELDS, ALL_FIELDS = 8, 60
"""Lost and guessed fields shown of each format: of several, and of the one asked for."""


RunId = Annotated[int, Path(ge=1, le=2**31)]


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
    """One run: its totals, what became of fields, and its files, problems first; those of the `chosen` format, or all.

    Problems, alike ones together, stand on the page of all. `most` fields and editions are shown of each list.
    """

    template: ClassVar[str] = "import.html"

    run: RunCard
    problems: Sequence[ProblemGroup]
    reviews: Reviews
    most: int
    portion: Portion[FileLine]
    chosen: str | None
    asked: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ImportFilePage(PageContext):
    """One file of a run; `detail` is of the last time it was read, by this run or an earlier one."""

    template: ClassVar[str] = "import_file.html"

    run_id: int
    detail: FileDetail


class ImportQuery(Scrolling):
    """Which files of a run."""

    format: Words | None = Field(default=None, description="Only files of this format.")


@router.get("/imports")
def imports(asked: Annotated[Scrolling, Query()], base: Base, session: Reading, view: Viewing) -> HTMLResponse:
    """All runs and the health of the base."""
    total, covered = edition_coverage(session, PAGE, asked.offset)
    recipe = base.embedder.recipe
    # Reading every page of a large base takes seconds, and finds the same until something changes.
    findings = kept(session, ("health", recipe), lambda: examine(session, recipe)).findings
    page = ImportsPage(
        title=view_title("Imports and health", offset=asked.offset),
        runs=list_runs(session),
        findings=findings[:FINDINGS],
        found=len(findings),
        portion=Portion(total=total, items=covered, offset=asked.offset, limit=PAGE),
        asked={},
    )
    return view.page(page)


@router.get("/imports/{run_id}")
def one_import(run_id: RunId, asked: Annotated[ImportQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """One run, whole or the files of one format."""
    run, files = find_run(session, run_id)
    wanted = [file for file in files if asked.format in (None, file.format)]
    page = ImportPage(
        title=view_title(f"Import {run.id}", [("format", asked.format)] if asked.format else (), offset=asked.offset),
        crumbs=(Crumb("Imports", "/imports"), Crumb(f"Import {run.id}")),
        run=run,
        problems=[] if asked.format else run_problems(session, run.id),
        reviews=reviews_of(session, [file.review for file in wanted if file.review]),
        most=ALL_FIELDS if asked.format else FIELDS,
        portion=Portion(
            total=len(wanted), items=wanted[asked.offset : asked.offset + FILES], offset=asked.offset, limit=FILES
        ),
        chosen=asked.format,
        asked=asked.asked(),
    )
    return view.page(page)


@router.get("/imports/{run_id}/files/{review_id}")
def one_file(run_id: RunId, review_id: RunId, _: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """One file of a run."""
    run, files = find_run(session, run_id)
    if review_id not in {file.review for file in files}:
        raise NotFound("file of the import", str(review_id))
    detail = find_review(session, review_id)
    page = ImportFilePage(
        title=detail.path,
        crumbs=(Crumb("Imports", "/imports"), Crumb(f"Import {run.id}", f"/imports/{run.id}"), Crumb(detail.path)),
        run_id=run.id,
        detail=detail,
    )
    return view.page(page)
