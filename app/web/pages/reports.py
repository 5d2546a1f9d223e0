"""/reports, /reports/{name} and its exports: figures in sentences, to read here or to take along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.choices import Choices, choices
from app.catalog.editions import EditionCard, fullest_edition
from app.errors import NotFound
from app.exports.registry import FORMATS, Format
from app.reports.registry import REPORTS, Report, build_report, get_report
from app.reports.request import ReportRequest
from app.trends.document import Document
from app.web.deps import Reading, Viewing
from app.web.parameters import Nothing, PathSlug, Slug, Trending
from app.web.shares import scales
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
CRUMBS = (Crumb("Reports", "/reports"),)
# An exported page brings its own styles and may do nothing else.
EXPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


class ReportQuery(Trending):
    """What a report can be asked for."""

    theme: Slug | None = Field(default=None, description="Slug of a theme.")
    against: Annotated[list[Slug], Field(max_length=10)] = Field(
        default=[], description="Slug of a series to compare with; may be given several times."
    )

    def asked_for(self) -> ReportRequest:
        """The request this stands for; an unknown population or counting is a UsageError."""
        return replace(self.report_request(self.theme), against=tuple(self.against))


@dataclass(frozen=True, kw_only=True)
class ReportsPage(PageContext):
    """The reports there are, with what a reader can choose for them.

    `edition` is the fullest, for an example of each that takes one, or None in an empty base.
    """

    template: ClassVar[str] = "reports.html"
    section: ClassVar[str] = "/trends"

    reports: Sequence[Report]
    formats: Sequence[Format]
    edition: EditionCard | None
    choices: Choices


@dataclass(frozen=True, kw_only=True)
class ReportPage(PageContext):
    """One report as a page, with the formats it can be taken along in; `scales` has one entry for each table."""

    template: ClassVar[str] = "report.html"
    section: ClassVar[str] = "/trends"

    document: Document
    scales: Sequence[float]
    formats: Sequence[Format]


@router.get("/reports")
def reports(_: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """What reports there are."""
    edition, found = fullest_edition(session), choices(session)
    return view.page(ReportsPage(title="Reports", reports=REPORTS, formats=FORMATS, edition=edition, choices=found))


@router.get("/reports/{name}.{suffix}")
def report_export(
    name: PathSlug, suffix: PathSlug, asked: Annotated[ReportQuery, Query()], session: Reading
) -> Response:
    """A report in a format to take along."""
    chosen = _format(suffix)
    document = build_report(session, name, asked.asked_for())
    where = "-".join(asked.edition[:1]) or asked.series or "all"
    headers = {
        "Content-Disposition": f'inline; filename="{name}-{_filename(where)}.{suffix}"',
        "Content-Security-Policy": EXPORT_POLICY,
    }
    return Response(chosen.write(document), media_type=chosen.media_type, headers=headers)


@router.get("/reports/{name}")
def report(name: PathSlug, asked: Annotated[ReportQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """One report."""
    return view.page(_report(session, name, asked))


def _report(session: Session, name: str, asked: ReportQuery) -> ReportPage:
    known = get_report(name)
    document = build_report(session, name, asked.asked_for())
    return ReportPage(
        title=document.title,
        crumbs=(*CRUMBS, Crumb(known.title)),
        document=document,
        scales=scales([table.rows for table in document.tables]),
        formats=FORMATS,
    )


def _format(suffix: str) -> Format:
    found = next((known for known in FORMATS if known.suffix == suffix), None)
    if found is None:
        raise NotFound("format", suffix, f"The formats are {', '.join(known.suffix for known in FORMATS)}.")
    return found


def _filename(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in "-_"))
