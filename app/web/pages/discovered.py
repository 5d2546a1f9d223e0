"""/themes/discovered: themes nobody named yet, as a machine found and kept them. Nothing is computed for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.catalog.discovered import COMMAND, DraftTheme, KeptDrafts, YearOfDraft, kept_drafts
from app.catalog.listing import Portion
from app.web.deps import Reading, Viewing
from app.web.parameters import Scrolling
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 10
YEARS = 12


@dataclass(frozen=True, kw_only=True)
class DiscoveredPage(PageContext):
    """What the last run found, None before the first; its drafts are paged through. `years` are the newest by slug."""

    template: ClassVar[str] = "discovered.html"
    section: ClassVar[str] = "/themes"

    kept: KeptDrafts | None
    drafts: Portion[DraftTheme]
    years: dict[str, Sequence[YearOfDraft]]
    command: str


@router.get("/themes/discovered")
def discovered(asked: Annotated[Scrolling, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """Drafts of themes."""
    kept = kept_drafts(session)
    found = kept.found.drafts if kept else []
    shown = found[asked.offset : asked.offset + PAGE]
    page = DiscoveredPage(
        title=view_title("Themes nobody named yet", offset=asked.offset),
        crumbs=(Crumb("Themes", "/themes"),),
        kept=kept,
        drafts=Portion(len(found), shown, PAGE, asked.offset),
        years={draft.slug: draft.years[-YEARS:] for draft in shown},
        command=COMMAND,
    )
    return view.page(page)
