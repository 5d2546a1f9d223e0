"""/editions and /editions/{slug}: what was held, what of it is known, and what its talks were about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.articles import ArticleCard, list_articles
from app.catalog.cards import TalkCard
from app.catalog.choices import labels, series_names
from app.catalog.editions import EditionCard, find_edition, list_editions
from app.catalog.filters import TalkFilter, check_names
from app.catalog.listing import Portion
from app.catalog.takeaways import TakeawayCard, TakeawayFilter, list_takeaways
from app.catalog.talks import list_talks
from app.trends.counts import edition_counts, talk_count, theme_shares
from app.trends.document import FigureRow
from app.trends.figure import Figure
from app.trends.scope import Scope
from app.web.deps import Reading, Viewing
from app.web.parameters import PathSlug, Scrolling, Slug
from app.web.shares import scale_of, theme_rows
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 25
EDITIONS = 40
TAKEAWAYS = 5
ARTICLES = 5


class EditionsQuery(Scrolling):
    """What /editions can be asked for."""

    series: Slug | None = Field(default=None, description="Slug of a series.")


@dataclass(frozen=True, kw_only=True)
class EditionsPage(PageContext):
    """A part of the editions in groups of (series, its editions newest first), each count as a figure by slug.

    `choices` are all series as (slug, name), `asked` what of it was asked for.
    """

    template: ClassVar[str] = "editions.html"
    section: ClassVar[str] = "/editions"

    groups: Sequence[tuple[str, str, Sequence[EditionCard]]]
    counts: Mapping[str, Figure]
    portion: Portion[EditionCard]
    choices: Sequence[tuple[str, str]]
    asked: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class EditionPage(PageContext):
    """One edition: its completeness, a part of its talks, leading themes, the first of its takeaways and articles."""

    template: ClassVar[str] = "edition.html"
    section: ClassVar[str] = "/editions"

    edition: EditionCard
    count: Figure
    portion: Portion[TalkCard]
    asked: dict[str, Any]
    rows: Sequence[FigureRow]
    scale: float
    takeaways: Portion[TakeawayCard]
    articles: Portion[ArticleCard]


@router.get("/editions")
def editions(asked: Annotated[EditionsQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """Every edition, by series."""
    return view.page(_editions(session, asked))


def _editions(session: Session, asked: EditionsQuery) -> EditionsPage:
    check_names(session, TalkFilter(series=asked.series))
    active = labels(session, {"series": asked.series} if asked.series else {})
    portion = list_editions(session, EDITIONS, asked.offset, asked.series)
    groups: dict[tuple[str, str], list[EditionCard]] = {}
    for edition in portion.items:
        groups.setdefault((edition.series.slug, edition.series.name), []).append(edition)
    shown = tuple(edition.slug for edition in portion.items)
    return EditionsPage(
        title=view_title("Editions", active, offset=asked.offset),
        groups=[(slug, name, found) for (slug, name), found in groups.items()],
        counts=edition_counts(session, shown) if shown else {},
        portion=portion,
        choices=series_names(session),
        asked=asked.asked(),
    )


@router.get("/editions/{slug}")
def edition(slug: PathSlug, asked: Annotated[Scrolling, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """One edition."""
    return view.page(_edition(session, slug, asked))


def _edition(session: Session, slug: str, asked: Scrolling) -> EditionPage:
    found = find_edition(session, slug)
    wanted = TalkFilter(editions=(slug,))
    rows = theme_rows(theme_shares(session, Scope(editions=(slug,))), top_only=True)
    return EditionPage(
        title=view_title(found.name, offset=asked.offset),
        crumbs=(Crumb("Editions", "/editions"), Crumb(found.series.name, f"/editions?series={found.series.slug}")),
        edition=found,
        count=talk_count(session, wanted),
        portion=list_talks(session, wanted, "programme", PAGE, asked.offset),
        asked=asked.asked(),
        rows=rows,
        scale=scale_of(rows),
        takeaways=list_takeaways(session, TakeawayFilter(editions=(slug,)), TAKEAWAYS),
        articles=list_articles(session, ARTICLES, edition=slug),
    )
