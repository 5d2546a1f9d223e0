"""/themes and /themes/{slug}: a vocabulary, what each of its themes means, and the talks that have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.cards import TalkCard
from app.catalog.listing import Portion
from app.catalog.takeaways import TakeawayCard, TakeawayFilter, list_takeaways
from app.catalog.themes import ThemeDetail, ThemeNode, find_theme, theme_talks, theme_tree
from app.catalog.vocabularies import VocabularyDetail, VocabularyName, vocabulary_details, vocabulary_names
from app.search.engine import SearchEngine
from app.search.neighbours import NearToTheme
from app.trends.counts import theme_figure, theme_shares
from app.trends.document import FigureRow
from app.trends.figure import Figure
from app.trends.scope import Scope
from app.trends.series import theme_series
from app.web.deps import Reading, Search, Viewing
from app.web.near import near_theme
from app.web.parameters import InVocabulary, PathSlug, Scrolling
from app.web.shares import scale_of
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 25
ONLY = {"editions": "at each edition", "confirmed": "talks by people", "machine": "talks by machine"}
FIRST = 8
TAKEAWAYS = 5
EDITIONS = 20
NEAR = 5


class ThemeQuery(Scrolling):
    """What /themes/{slug} can be asked for."""

    status: Literal["confirmed", "machine"] | None = Field(
        default=None, description="Only talks that people decided (confirmed), or only the machine's (machine)."
    )
    view: Literal["editions"] | None = Field(default=None, description="Only its share at each edition.")


@dataclass(frozen=True, kw_only=True)
class ThemesPage(PageContext):
    """A vocabulary, None in a base without themes: its tree, and each theme's share of all known talks by slug."""

    template: ClassVar[str] = "themes.html"
    section: ClassVar[str] = "/themes"

    vocabulary: VocabularyDetail | None
    choices: Sequence[VocabularyName]
    tree: Sequence[ThemeNode]
    figures: Mapping[str, Figure]


@dataclass(frozen=True, kw_only=True)
class ThemePage(PageContext):
    """One theme: its words, its share over the newest editions, its talks as people and as the machine gave them.

    `only` is what alone is paged through: one of the two lists of talks by its status, or `editions`; None for all.
    `near` is nearest to its words in meaning, whatever its talks.
    """

    template: ClassVar[str] = "theme.html"
    section: ClassVar[str] = "/themes"

    theme: ThemeDetail
    figure: Figure | None
    editions: Portion[FigureRow]
    scale: float
    lists: Sequence[tuple[str, Portion[TalkCard]]]
    only: str | None
    asked: dict[str, Any]
    takeaways: Portion[TakeawayCard]
    near: NearToTheme


@router.get("/themes")
def themes(asked: Annotated[InVocabulary, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """A vocabulary."""
    return view.page(_themes(session, asked.vocabulary))


def _themes(session: Session, asked: str | None) -> ThemesPage:
    shares = theme_shares(session, Scope(), vocabulary=asked)
    shown = shares.vocabulary
    names = vocabulary_names(session)
    several = len(names) > 1 and shown is not None
    return ThemesPage(
        title=f"Themes: {shown.name}" if shown and several else "Themes",
        vocabulary=vocabulary_details(session, [shown])[0] if shown else None,
        choices=names if several else (),
        tree=theme_tree(session, shown.slug) if shown else (),
        figures={row.theme.slug: row.whole for row in shares.rows},
    )


@router.get("/themes/{slug}")
def theme(
    slug: PathSlug, asked: Annotated[ThemeQuery, Query()], session: Reading, search: Search, view: Viewing
) -> HTMLResponse:
    """One theme."""
    return view.page(_theme(session, search, slug, asked))


def _theme(session: Session, search: SearchEngine, slug: str, asked: ThemeQuery) -> ThemePage:
    found = find_theme(session, slug)
    above = (Crumb(found.parent.name, f"/themes/{found.parent.slug}"),) if found.parent else ()
    names = vocabulary_names(session)
    within = [name for name in names if name.slug == found.vocabulary and len(names) > 1]
    editions = Portion[FigureRow](0, [], PAGE)
    if not found.withdrawn_on and (asked.view or not asked.status):
        editions = _editions(session, slug, asked)
    shown = [] if asked.view else [asked.status] if asked.status else ["confirmed", "machine"]
    limit, start = (PAGE, asked.offset) if asked.status else (FIRST, 0)
    only = asked.view or asked.status
    return ThemePage(
        title=view_title(found.name, (), ONLY.get(only or "", ""), offset=asked.offset if only else 0),
        crumbs=(
            Crumb("Themes", "/themes"),
            *(Crumb(name.name, f"/themes?vocabulary={name.slug}") for name in within),
            *above,
        ),
        theme=found,
        figure=None if found.withdrawn_on else theme_figure(session, slug, Scope()),
        editions=editions,
        scale=scale_of(editions.items),
        lists=[(status, theme_talks(session, slug, status, limit, start)) for status in shown],
        only=only,
        asked=asked.asked(),
        takeaways=list_takeaways(session, TakeawayFilter(theme=slug), TAKEAWAYS),
        near=near_theme(session, search, slug, 0 if only else NEAR),
    )


def _editions(session: Session, slug: str, asked: ThemeQuery) -> Portion[FigureRow]:
    """A part of all editions, or the newest of them; oldest first either way."""
    part = slice(asked.offset, asked.offset + PAGE) if asked.view else slice(-EDITIONS, None)
    series = theme_series(session, slug, part=part)
    rows = [
        FigureRow(key=point.slug, label=point.name, href=f"/editions/{point.slug}", figure=point.figure)
        for point in series.points
    ]
    return Portion(series.total, rows, PAGE if asked.view else EDITIONS, asked.offset if asked.view else 0)
