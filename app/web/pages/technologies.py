"""/technologies and /technologies/{slug}: what talks mention, how often, when, and together with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.candidates import Candidate, technology_candidates
from app.catalog.cards import TalkCard
from app.catalog.listing import Portion
from app.catalog.takeaways import TakeawayCard
from app.catalog.technologies import (
    TechnologyDetail,
    TechnologyKind,
    TechnologyOrder,
    TechnologyRow,
    find_technology,
    kinds_of_technologies,
    list_technologies,
    newest_talks,
)
from app.technologies.naming import drafts_naming
from app.trends.figure import Figure
from app.trends.pairs import TechnologyPair, pairs_of
from app.trends.technologies import (
    EditionCount,
    technology_counts,
    technology_editions,
    technology_years,
    together_counts,
)
from app.trends.versus import COMPARING, comparisons_of
from app.web.deps import Reading, Viewing
from app.web.parameters import PathSlug, Scrolling
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 50
ORDERS = {
    "talks": "",
    "name": "by name",
    "editions": "most editions first",
    "first": "by first year",
    "last": "by last year, the newest first",
}
EDITIONS = 20
TALKS = 8
CANDIDATES = 15
DRAFTS = 5
PAIRS = 10


class TechnologiesQuery(Scrolling):
    """What /technologies can be asked for."""

    sort: TechnologyOrder = Field(default="talks", description="Order of the list.")
    kind: TechnologyKind | None = Field(default=None, description="Only technologies of this kind.")


class TechnologyQuery(Scrolling):
    """What /technologies/{slug} can be asked for."""

    view: Literal["editions"] | None = Field(default=None, description="Only its talks at each edition.")


@dataclass(frozen=True, kw_only=True)
class TechnologiesPage(PageContext):
    """A part of the list, each count a figure by slug; and, with the first part, names that may be missing from it."""

    template: ClassVar[str] = "technologies.html"
    section: ClassVar[str] = "/themes"

    portion: Portion[TechnologyRow]
    counts: Mapping[str, Figure]
    kinds: Sequence[str]
    asked: dict[str, Any]
    order: TechnologyOrder
    candidates: Sequence[Candidate]


@dataclass(frozen=True, kw_only=True)
class TechnologyPage(PageContext):
    """One technology: its count, talks by year and edition, what is mentioned with it, and the newest of its talks.

    `takeaways` are comparisons and limitations that name it, `drafts` the same by machine, `pairs` those worth a page.
    """

    template: ClassVar[str] = "technology.html"
    section: ClassVar[str] = "/themes"

    technology: TechnologyDetail
    figure: Figure
    years: Sequence[tuple[int, Figure]]
    editions: Portion[EditionCount]
    together: Mapping[str, Figure]
    talks: Portion[TalkCard]
    takeaways: Sequence[TakeawayCard]
    drafts: Sequence[TakeawayCard]
    pairs: Sequence[TechnologyPair]
    only: str | None
    asked: dict[str, Any]


@router.get("/technologies")
def technologies(asked: Annotated[TechnologiesQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """Technologies that talks mention."""
    portion = list_technologies(session, PAGE, asked.offset, asked.sort, asked.kind)
    page = TechnologiesPage(
        title=view_title(
            "Technologies", [("kind", asked.kind)] if asked.kind else (), ORDERS[asked.sort], offset=asked.offset
        ),
        crumbs=(Crumb("Themes", "/themes"),),
        portion=portion,
        counts=technology_counts(session, portion.items),
        kinds=kinds_of_technologies(session),
        asked=asked.asked(),
        order=asked.sort,
        candidates=[] if asked.offset or asked.kind else technology_candidates(session, CANDIDATES),
    )
    return view.page(page)


@router.get("/technologies/{slug}")
def technology(
    slug: PathSlug, asked: Annotated[TechnologyQuery, Query()], session: Reading, view: Viewing
) -> HTMLResponse:
    """One technology."""
    return view.page(_technology(session, slug, asked))


def _technology(session: Session, slug: str, asked: TechnologyQuery) -> TechnologyPage:
    found = find_technology(session, slug)
    limit, start = (PAGE, asked.offset) if asked.view else (EDITIONS, 0)
    return TechnologyPage(
        title=view_title(found.name, (), "at its editions" if asked.view else "", offset=start),
        crumbs=(Crumb("Themes", "/themes"), Crumb("Technologies", "/technologies")),
        technology=found,
        figure=technology_counts(session, [found])[slug],
        years=[] if asked.view else technology_years(session, found),
        editions=technology_editions(session, found, limit, start),
        together=together_counts(session, found, found.together),
        talks=newest_talks(session, slug, TALKS),
        takeaways=[] if asked.view else comparisons_of(session, slug),
        drafts=[] if asked.view else drafts_naming(session, (slug,), COMPARING, DRAFTS),
        pairs=[] if asked.view else pairs_of(session, slug, PAIRS),
        only=asked.view,
        asked=asked.asked(),
    )
