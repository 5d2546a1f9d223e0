"""/figures/{id}: the talks behind a number, and the rule that picked them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.cards import TalkCard
from app.catalog.listing import Portion
from app.trends.alternatives import Alternative
from app.trends.behind import STALE, Which, figure_alternatives, figure_by_id, figure_part, is_stale
from app.trends.calibration import how_often_held
from app.trends.estimate import Method, get_method
from app.trends.figure import Figure
from app.trends.populations import Counting, Population, get_counting, get_population
from app.web.deps import Reading, Viewing
from app.web.pages.reports import MOST_LISTED
from app.web.parameters import FigureId, Scrolling
from app.web.shares import scale_of_figure
from app.web.templating import Crumb, PageContext
from app.web.titles import figure_title

router = APIRouter(include_in_schema=False)
PAGE = 25


class FigureQuery(Scrolling):
    """What /figures/{id} can be asked for."""

    talks: Which = Field(default="counted", description="The talks counted, or the others it is taken of.")


@dataclass(frozen=True, kw_only=True)
class FigurePage(PageContext):
    """A figure with its rule, its method and a part of its talks: those counted, or the others of its denominator.

    `id` is the one asked for; `stale` says in words that the base has changed since that was made, else it is None.
    `measured` is how often such ranges held the true share where that is known, in words; `most_listed` is how many
    talks the site gives in one file.
    """

    template: ClassVar[str] = "figure.html"
    section: ClassVar[str] = "/trends"

    figure: Figure
    id: str
    stale: str | None
    method: Method | None
    measured: str
    alternatives: Sequence[Alternative]
    population: Population
    counting: Counting
    scale: float
    others: int
    shown: Which
    portion: Portion[TalkCard]
    asked: dict[str, Any]
    most_listed: int


@router.get("/figures/{id}")
def figure(id: FigureId, asked: Annotated[FigureQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """The talks behind a number."""
    return view.page(_figure(session, id, asked))


def _figure(session: Session, id: str, asked: FigureQuery) -> FigurePage:
    found = figure_by_id(session, id)
    return FigurePage(
        title=figure_title(found, "talks not counted" if asked.talks == "others" else "", offset=asked.offset),
        crumbs=(Crumb("Trends", "/trends"), Crumb("A figure")),
        figure=found,
        id=id,
        stale=STALE if is_stale(session, id) else None,
        method=get_method(found.method_slug),
        measured=how_often_held(found.method_slug),
        alternatives=figure_alternatives(session, id),
        population=get_population(found.population),
        counting=get_counting(found.counting),
        scale=scale_of_figure(found),
        others=found.denominator - found.numerator,
        shown=asked.talks,
        portion=figure_part(session, id, asked.talks, PAGE, asked.offset),
        asked=asked.asked(),
        most_listed=MOST_LISTED,
    )
