"""Takeaways with who says so and where to check it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request

from app.catalog.filters import check_names
from app.catalog.takeaways import TakeawayCard, list_takeaways
from app.technologies.naming import about_technology
from app.web.api.lists import Listed, listed
from app.web.api.routing import AnswerRouter
from app.web.deps import Reading
from app.web.parameters import Paging, TakeawayNarrowing

router = AnswerRouter(tags=["takeaways"])


class TakeawaysQuery(TakeawayNarrowing, Paging):
    """What GET /takeaways can be asked for."""


@router.get("/takeaways", summary="Takeaways")
def takeaways(asked: Annotated[TakeawaysQuery, Query()], session: Reading, request: Request) -> Listed[TakeawayCard]:
    """Lessons, announcements, limits and claims. `revises` names the takeaway that one replaces."""
    check_names(session, asked.names())
    narrowed = about_technology(session, asked.takeaway_filter(), asked.technology)
    return listed(request, asked, list_takeaways(session, narrowed, asked.limit, asked.offset))
