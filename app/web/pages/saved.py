"""/reports/saved and /reports/saved/{id}: reports as they were, with their exports and what has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from app.catalog.snapshot import current_snapshot
from app.models import SavedReport
from app.reports.saved import SavedLine, find_saved, list_saved, newest_edition, open_saved
from app.web.deps import Reading, Viewing
from app.web.pages.reports import CRUMBS, ReportPage, exported, shown
from app.web.parameters import Nothing, PathSlug
from app.web.templating import Crumb, PageContext
from app.web.words import date_words

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class SavedReportsPage(PageContext):
    """The saved reports, the newest first."""

    template: ClassVar[str] = "saved_reports.html"
    section: ClassVar[str] = "/trends"

    saved: Sequence[SavedLine]


@dataclass(frozen=True, kw_only=True)
class SavedReportPage(ReportPage):
    """A report as it was saved. `changed`: whether the base is another now; `newer`: its newest edition, if any."""

    template: ClassVar[str] = "saved_report.html"

    kept: SavedReport
    changed: bool
    newer: SavedLine | None


@router.get("/reports/saved")
def saved_reports(_: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """What reports were saved."""
    return view.page(SavedReportsPage(title="Saved reports", crumbs=CRUMBS, saved=list_saved(session)))


@router.get("/reports/saved/{id}.{suffix}")
def saved_export(id: PathSlug, suffix: PathSlug, _: Nothing, session: Reading) -> Response:
    """A saved report in a format, from what was kept; its citations say what is known of the talks now."""
    name, suffix = f"{id}.{suffix}".split(".", 1)
    return exported(session, open_saved(session, name), suffix, f"saved-{name}")


@router.get("/reports/saved/{id}")
def saved_report(id: PathSlug, _: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """A report as it was saved."""
    kept = find_saved(session, id)
    document = open_saved(session, id)
    return view.page(
        SavedReportPage(
            title=f"{document.title}, as saved on {date_words(kept.saved_at.date().isoformat())}",
            crumbs=(*CRUMBS, Crumb("Saved reports", "/reports/saved")),
            kept=kept,
            changed=kept.snapshot != current_snapshot(session),
            newer=newest_edition(session, kept),
            **shown(document),
        )
    )
