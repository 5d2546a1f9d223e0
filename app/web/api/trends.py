"""Shares of themes, and the talks behind any figure."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from pydantic import Field

from app.trends.behind import figure_talks
from app.trends.counts import ThemeShares, theme_shares
from app.trends.figure import FigureTalks
from app.trends.scope import Scope
from app.web.api.lists import next_address
from app.web.api.routing import AnswerRouter
from app.web.deps import Reading
from app.web.parameters import FigureId, Paging, Trending

router = AnswerRouter(tags=["trends"])


@router.get("/trends/themes", summary="Shares of themes")
def themes(asked: Annotated[Trending, Query()], session: Reading) -> ThemeShares:
    """Talks of each theme with denominator, share (0..1), 95 % interval and a figure to follow.

    The themes are those of one vocabulary. The same answer as `hallway report themes --format json`.
    """
    scope = Scope(tuple(asked.edition), asked.series, asked.year_from, asked.year_to)
    return theme_shares(session, scope, asked.population, asked.counting, vocabulary=asked.vocabulary)


class FigureQuery(Paging):
    """What GET /figures/{id} can be asked for."""

    limit: int = Field(default=50, ge=1, le=500, description="Talks of each list in one answer, 1 to 500.")


@router.get("/figures/{id}", summary="The talks behind a figure")
def figure(id: FigureId, asked: Annotated[FigureQuery, Query()], session: Reading, request: Request) -> FigureTalks:
    """Exactly the talks that a figure counts and those it is taken of, with the rule. `stale` if the base changed.

    Lists longer than `limit` come in parts; `figure` has the whole numbers.
    """
    found = figure_talks(session, id, asked.limit, asked.offset)
    return found.model_copy(update={"next": next_address(request, asked, found.figure.denominator)})
