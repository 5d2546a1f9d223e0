"""/reports, /reports/{name} and its exports: figures in sentences, to read here or to take along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.choices import Choices, choices
from app.catalog.citations import citations
from app.catalog.editions import EditionCard, fullest_edition
from app.catalog.kept import kept
from app.errors import NotFound, UsageError
from app.exports import html
from app.exports.plot import Plot, plot_of
from app.exports.registry import CITATIONS, FORMATS, CitationFormat, Format, citation_named
from app.reports.registry import REPORTS, Report, build_report, get_report
from app.reports.request import ReportRequest
from app.trends.behind import are_of_more, talks_of_figures
from app.trends.document import Document, FigureTable, figures_of
from app.web.deps import Reading, Viewing
from app.web.parameters import Nothing, PathSlug, Slug, Trending
from app.web.shares import scales
from app.web.templating import Crumb, PageContext
from app.web.titles import document_title

router = APIRouter(include_in_schema=False)
MOST_LISTED = 5_000
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


class ExportQuery(ReportQuery):
    """What an export of a report can be asked for."""

    part: Literal["page", "fragment"] = Field(
        default="page", description="Of html only: a page of its own, or the article alone, to paste (fragment)."
    )


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
    """One report as a page, with the formats that it and its talks can be taken along in.

    `tables_shown` are the tables of the document and, if none of them has them, the figures of its chart; `scales` has
    one entry for each. `plot` is the chart laid out, None where there is nothing to draw. `citations` are none where
    its talks are more than `most_cited`, which the site refuses; `command` then gives them.
    """

    template: ClassVar[str] = "report.html"
    section: ClassVar[str] = "/trends"

    document: Document
    plot: Plot | None
    tables_shown: Sequence[FigureTable]
    scales: Sequence[float]
    formats: Sequence[Format]
    citations: Sequence[CitationFormat]
    most_cited: int
    command: str


@router.get("/reports")
def reports(_: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """What reports there are."""
    edition, found = fullest_edition(session), choices(session)
    return view.page(ReportsPage(title="Reports", reports=REPORTS, formats=FORMATS, edition=edition, choices=found))


@router.get("/reports/{name}.{suffix}")
def report_export(
    name: PathSlug, suffix: PathSlug, asked: Annotated[ExportQuery, Query()], session: Reading
) -> Response:
    """A report, or the talks behind it, in a format to take along."""
    name, suffix = f"{name}.{suffix}".split(".", 1)
    document = build_report(session, name, asked.asked_for())
    where = "-".join(asked.edition[:1]) or asked.series or "all"
    return exported(session, document, suffix, f"{name}-{where}", asked.part)


@router.get("/reports/{name}")
def report(name: PathSlug, asked: Annotated[ReportQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """One report."""
    return view.page(_report(session, name, asked))


def _report(session: Session, name: str, asked: ReportQuery) -> ReportPage:
    """The page of a report but for its frame, kept like the report."""
    request = asked.asked_for()
    return kept(session, ("report page", name, request), lambda: _page(session, name, request))


def _page(session: Session, name: str, request: ReportRequest) -> ReportPage:
    known = get_report(name)
    document = build_report(session, name, request)
    return ReportPage(title=document_title(document), crumbs=(*CRUMBS, Crumb(known.title)), **shown(session, document))


def shown(session: Session, document: Document) -> dict[str, Any]:
    """What a page shows of a document, as fields of ReportPage."""
    tables = (*document.tables, *_of_chart_alone(document))
    return {
        "document": document,
        "plot": plot_of(document.chart),
        "tables_shown": tables,
        "scales": scales([table.rows for table in tables]),
        "formats": FORMATS,
        "citations": () if are_of_more(session, figures_of(document), MOST_LISTED) else CITATIONS,
        "most_cited": MOST_LISTED,
        "command": _command(document, CITATIONS[0]),
    }


def _command(document: Document, cited: CitationFormat) -> str:
    """What writes the talks of a document on the command line, however many they are."""
    if document.saved:
        return f"hallway report rebuild {document.saved.id} --format {cited.name}"
    options = [f"--{name.replace('_', '-')} {value}" for name, value in document.parameters]
    return " ".join(["hallway report", document.report, *options, f"--format {cited.name}"])


def _of_chart_alone(document: Document) -> tuple[FigureTable, ...]:
    """The table of a chart whose figures no table has, for whoever cannot see it."""
    if document.chart is None:
        return ()
    told = {row.figure.id for table in document.tables for row in table.rows}
    rows = tuple(row for row in document.chart.rows if row.figure.denominator)
    if all(row.figure.id in told for row in rows):
        return ()
    return (FigureTable("chart", document.chart.title, "Shown", rows),)


def exported(session: Session, document: Document, suffix: str, name: str, part: str = "page") -> Response:
    """A document in a format, or the talks behind it as citations. NotFound for a format there is not."""
    if part == "fragment" and suffix != "html":
        raise UsageError(f"Only html comes in parts, not {suffix}; leave part out.", "part")
    if cited := citation_named(suffix):
        talks = few_enough(talks_of_figures(session, figures_of(document)))
        return attached(cited.write(citations(session, talks)), cited.media_type, f"{name}.{suffix}")
    chosen = _format(suffix)
    content = html.fragment(document) if part == "fragment" else chosen.write(document)
    return attached(content, chosen.media_type, f"{name}.{suffix}")


def few_enough(talks: list[int]) -> list[int]:
    """The talks themselves; a UsageError where they are so many that the site would be busy with them for seconds."""
    if len(talks) > MOST_LISTED:
        raise UsageError(
            f"That is a list of {len(talks):,} talks, and the site gives at most {MOST_LISTED:,}; ask for an edition "
            "or a series, or on the command line, as in `hallway report themes --format bib`."
        )
    return talks


def attached(content: bytes, media_type: str, filename: str) -> Response:
    """An export as an answer, with the name a browser saves it under."""
    headers = {
        "Content-Disposition": f'inline; filename="{_filename(filename)}"',
        "Content-Security-Policy": EXPORT_POLICY,
    }
    return Response(content, media_type=media_type, headers=headers)


def _format(suffix: str) -> Format:
    found = next((known for known in FORMATS if known.suffix == suffix), None)
    if found is None:
        names = ", ".join(known.suffix for known in (*FORMATS, *CITATIONS))
        raise NotFound("format", suffix, f"The formats are {names}.")
    return found


def _filename(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in "-_."))
