"""/figures/{id}: the talks behind a number, and the rule that picked them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.cards import TalkCard
from app.catalog.listing import Portion
from app.trends.behind import figure_talks
from app.trends.figure import FigureTalks
from app.trends.populations import Counting, Population, get_counting, get_population
from app.web.deps import Reading, Viewing
from app.web.parameters import FigureId, Scrolling
from app.web.shares import scale_of_figure
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
PAGE = 25


class FigureQuery(Scrolling):
    """What /figures/{id} can be asked for."""

    talks: Literal["counted", "others"] = Field(
        default="counted", description="The talks counted, or the others it is taken of."
    )


@dataclass(frozen=True, kw_only=True)
class FigurePage(PageContext):
    """A figure with its rule and a part of its talks: those counted, or the others of its denominator."""

    template: ClassVar[str] = "figure.html"
    section: ClassVar[str] = "/trends"

    found: FigureTalks
    population: Population
    counting: Counting
    scale: float
    others: int
    shown: Literal["counted", "others"]
    portion: Portion[TalkCard]
    asked: dict[str, Any]


@router.get("/figures/{id}")
def figure(id: FigureId, asked: Annotated[FigureQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """The talks behind a number."""
    return view.page(_figure(session, id, asked))


def _figure(session: Session, id: str, asked: FigureQuery) -> FigurePage:
    found = figure_talks(session, id)
    counted = {card.id for card in found.numerator}
    others = [card for card in found.denominator if card.id not in counted]
    cards = found.numerator if asked.talks == "counted" else others
    return FigurePage(
        title=found.label,
        crumbs=(Crumb("Trends", "/trends"), Crumb("A figure")),
        found=found,
        population=get_population(found.population),
        counting=get_counting(found.counting),
        scale=scale_of_figure(found.figure),
        others=len(others),
        shown=asked.talks,
        portion=Portion(len(cards), cards[asked.offset : asked.offset + PAGE], PAGE, asked.offset),
        asked=asked.asked(),
    )
