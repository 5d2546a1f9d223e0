"""/trends: the share of talks about each theme, where and of which talks one likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.catalog.choices import Choices, choices
from app.errors import NotFound
from app.reports.registry import build_report
from app.trends.document import Document
from app.web.deps import Reading, Viewing
from app.web.parameters import Trending
from app.web.shares import scales
from app.web.templating import Crumb, PageContext
from app.web.titles import document_title

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class TrendsPage(PageContext):
    """The themes report's figures with the means to look elsewhere; `scales` has one entry for each table."""

    template: ClassVar[str] = "trends.html"
    section: ClassVar[str] = "/trends"

    document: Document
    scales: Sequence[float]
    choices: Choices
    asked: dict[str, Any]


@router.get("/trends")
def trends(asked: Annotated[Trending, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """Shares of themes."""
    return view.page(_trends(session, asked))


def _trends(session: Session, asked: Trending) -> TrendsPage:
    document = build_report(session, "themes", asked.report_request())
    found = choices(session, asked.edition, asked.series)
    crumbs: tuple[Crumb, ...] = ()
    if len(asked.edition) == 1:
        edition = next((name for slug, name in found.editions if slug == asked.edition[0]), None)
        if edition is None:
            raise NotFound("edition", asked.edition[0])
        crumbs = (Crumb("Trends", "/trends"), Crumb(edition, f"/editions/{asked.edition[0]}"))
    return TrendsPage(
        title=document_title(document),
        crumbs=crumbs,
        document=document,
        scales=scales([table.rows for table in document.tables]),
        choices=found,
        asked=asked.asked(),
    )
