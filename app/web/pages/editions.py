"""/editions and /editions/{slug}: what was held, what of it is known, and what its talks were about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.catalog.cards import TalkCard
from app.catalog.editions import EditionCard, find_edition, list_editions
from app.catalog.filters import TalkFilter
from app.catalog.listing import Portion
from app.catalog.takeaways import TakeawayCard, TakeawayFilter, list_takeaways
from app.catalog.talks import list_talks
from app.trends.counts import edition_counts, talk_count, theme_shares
from app.trends.document import FigureRow
from app.trends.figure import Figure
from app.trends.scope import Scope
from app.web.deps import Reading, Viewing
from app.web.parameters import Nothing, PathSlug, Scrolling
from app.web.shares import scale_of, theme_rows
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
PAGE = 25
TAKEAWAYS = 5


@dataclass(frozen=True, kw_only=True)
class EditionsPage(PageContext):
    """Editions in groups of (series, its editions newest first), and the count of each as a figure by slug."""

    template: ClassVar[str] = "editions.html"
    section: ClassVar[str] = "/editions"

    groups: Sequence[tuple[str, str, Sequence[EditionCard]]]
    counts: Mapping[str, Figure]


@dataclass(frozen=True, kw_only=True)
class EditionPage(PageContext):
    """One edition: its completeness, a part of its talks, its leading themes and the first of its takeaways."""

    template: ClassVar[str] = "edition.html"
    section: ClassVar[str] = "/editions"

    edition: EditionCard
    count: Figure
    portion: Portion[TalkCard]
    asked: dict[str, Any]
    rows: Sequence[FigureRow]
    scale: float
    takeaways: Portion[TakeawayCard]


@router.get("/editions")
def editions(_: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """Every edition, by series."""
    groups: dict[tuple[str, str], list[EditionCard]] = {}
    for edition in list_editions(session).items:
        groups.setdefault((edition.series.slug, edition.series.name), []).append(edition)
    page = EditionsPage(
        title="Editions",
        groups=[(slug, name, found) for (slug, name), found in groups.items()],
        counts=edition_counts(session),
    )
    return view.page(page)


@router.get("/editions/{slug}")
def edition(slug: PathSlug, asked: Annotated[Scrolling, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """One edition."""
    return view.page(_edition(session, slug, asked))


def _edition(session: Session, slug: str, asked: Scrolling) -> EditionPage:
    found = find_edition(session, slug)
    wanted = TalkFilter(editions=(slug,))
    rows = theme_rows(theme_shares(session, Scope(editions=(slug,))), top_only=True)
    return EditionPage(
        title=found.name,
        crumbs=(Crumb("Editions", "/editions"), Crumb(found.series.name, f"/editions#{found.series.slug}")),
        edition=found,
        count=talk_count(session, wanted),
        portion=list_talks(session, wanted, "programme", PAGE, asked.offset),
        asked=asked.asked(),
        rows=rows,
        scale=scale_of(rows),
        takeaways=list_takeaways(session, TakeawayFilter(edition=slug), TAKEAWAYS),
    )
