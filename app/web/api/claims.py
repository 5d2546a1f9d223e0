"""Claims that changed, as timelines."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from pydantic import Field

from app.catalog.listing import Portion
from app.takeaways.ledger.timelines import Timeline, timeline_of, timelines
from app.web.api.lists import Listed, listed
from app.web.api.routing import AnswerRouter
from app.web.deps import Reading
from app.web.parameters import Nothing, Paging, PathSlug, Slug

router = AnswerRouter(tags=["takeaways"])


class ClaimsQuery(Paging):
    """What GET /claims can be asked for."""

    technology: Slug | None = Field(default=None, description="Slug of a technology that one of the claims is about.")


@router.get("/claims", summary="Claims that changed")
def claims(asked: Annotated[ClaimsQuery, Query()], session: Reading, request: Request) -> Listed[Timeline]:
    """Timelines of claims that people or sources link; an entry that is not `confirmed` is the machine's guess."""
    found = timelines(session, asked.technology)
    part = found[asked.offset : asked.offset + asked.limit]
    return listed(request, asked, Portion(len(found), part, asked.limit, asked.offset))


@router.get("/claims/{slug}", summary="One claim that changed")
def claim(slug: PathSlug, _: Nothing, session: Reading) -> Timeline:
    """The timeline that a takeaway is part of."""
    return timeline_of(session, slug)
