"""/reports/saved, /reports/saved/{id} and /reports/saved/{id}/changes: reports as they were, and what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.kept import kept
from app.catalog.listing import Portion
from app.catalog.snapshot import current_snapshot
from app.errors import UsageError
from app.models import SavedReport
from app.reports.difference import MovedFigure, ReportDifference, compare
from app.reports.saved import (
    SavedLine,
    find_saved,
    kept_report,
    list_saved,
    newest_edition,
    open_saved,
    report_now,
    vocabularies_gone,
)
from app.web.deps import Reading, Viewing
from app.web.pages.reports import CRUMBS, MOST_LISTED, ReportPage, exported, shown
from app.web.parameters import Nothing, PathSlug, Scrolling, Slug
from app.web.templating import Crumb, PageContext
from app.web.titles import document_title, view_title
from app.web.words import date_words

router = APIRouter(include_in_schema=False)
SAVED = (*CRUMBS, Crumb("Saved reports", "/reports/saved"))
NOW = "now"
PAGE = 25
MOST = 40
"""Figures that came, went or were renamed, and talks of a reason, that are shown."""


@dataclass(frozen=True, kw_only=True)
class SavedReportsPage(PageContext):
    """The saved reports, the newest first."""

    template: ClassVar[str] = "saved_reports.html"
    section: ClassVar[str] = "/trends"

    saved: Sequence[SavedLine]


@dataclass(frozen=True, kw_only=True)
class SavedReportPage(ReportPage):
    """A report as it was saved. `changed`: whether the base is another now; `newer`: its newest edition, if any.

    `gone` are slugs of vocabularies it is of that the base no longer has, so that it cannot be made anew.
    """

    template: ClassVar[str] = "saved_report.html"

    saved: SavedReport
    changed: bool
    newer: SavedReport | None
    gone: Sequence[str]


class ChangesQuery(Scrolling):
    """What a saved report is compared with."""

    to: Slug | None = Field(
        default=None, description="Id of another saved report, or now; without it the newest edition, or now."
    )


@dataclass(frozen=True, kw_only=True)
class SavedChangesPage(PageContext):
    """What moved between two saved reports, or since one was saved (`after` is None), and why.

    `portion` are the figures that moved; of every other list `most` are shown.
    """

    template: ClassVar[str] = "saved_changes.html"
    section: ClassVar[str] = "/trends"

    before: SavedReport
    after: SavedReport | None
    found: ReportDifference
    portion: Portion[MovedFigure]
    most: int
    asked: dict[str, Any]


@router.get("/reports/saved")
def saved_reports(_: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """What reports were saved."""
    return view.page(SavedReportsPage(title="Saved reports", crumbs=CRUMBS, saved=list_saved(session)))


@router.get("/reports/saved/{id}.{suffix}")
def saved_export(id: PathSlug, suffix: PathSlug, _: Nothing, session: Reading) -> Response:
    """A saved report in a format, from what was kept; its citations say what is known of the talks now."""
    name, suffix = f"{id}.{suffix}".split(".", 1)
    answer = exported(session, open_saved(session, name), suffix, f"saved-{name}")
    if newer := newest_edition(session, find_saved(session, name)):
        # RFC 5829: its bytes say nothing of later editions, the answer that brings them does.
        answer.headers["Link"] = f'</reports/saved/{newer.id}>; rel="latest-version"'
    return answer


@router.get("/reports/saved/{id}")
def saved_report(id: PathSlug, _: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """A report as it was saved."""
    saved = find_saved(session, id)
    document = open_saved(session, id)
    return view.page(
        SavedReportPage(
            title=document_title(document, f"as saved on {date_words(saved.saved_at.date().isoformat())}"),
            crumbs=SAVED,
            saved=saved,
            changed=saved.snapshot != current_snapshot(session),
            newer=newest_edition(session, saved),
            gone=vocabularies_gone(session, saved),
            **shown(session, document),
        )
    )


@router.get("/reports/saved/{id}/changes")
def changes(id: PathSlug, asked: Annotated[ChangesQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """What became of a saved report: in another edition, or by now."""
    before = find_saved(session, id)
    after = _other(session, before, asked.to)
    found = _difference(session, before.id, after.id if after else NOW)
    moved = found.moved[asked.offset : asked.offset + PAGE]
    return view.page(
        SavedChangesPage(
            title=view_title(f"What changed: {before.title}", (), _since(before, after), offset=asked.offset),
            crumbs=(*SAVED, Crumb(before.id, f"/reports/saved/{before.id}")),
            before=before,
            after=after,
            found=found,
            portion=Portion(len(found.moved), moved, PAGE, asked.offset),
            most=MOST,
            asked=asked.asked(),
        )
    )


def _since(before: SavedReport, after: SavedReport | None) -> str:
    return f"edition {before.edition} and {after.edition}" if after else f"edition {before.edition} and now"


def _other(session: Session, before: SavedReport, to: str | None) -> SavedReport | None:
    if to == NOW:
        return None
    return newest_edition(session, before) if to is None else find_saved(session, to)


def _difference(session: Session, before: str, after: str) -> ReportDifference:
    def make() -> ReportDifference:
        first = kept_report(session, before)
        if after != NOW:
            return compare(first, kept_report(session, after))
        if len(first.footprint.talks) > MOST_LISTED:
            raise UsageError(
                f"The report is over {len(first.footprint.talks):,} talks; the site compares at most {MOST_LISTED:,} "
                f"with what they are now. `hallway report diff {before} now`, on the command line, compares them all.",
                "to",
            )
        return compare(first, report_now(session, before))

    return kept(session, ("report difference", before, after), make)
