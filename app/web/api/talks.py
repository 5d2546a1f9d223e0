"""Talks: the list, one talk, and those near to it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import Field

from app.catalog.cards import TalkCard
from app.catalog.filters import check_names
from app.catalog.talks import TalkDetail, find_talk, list_talks
from app.search.shapes import Hit
from app.web.api.lists import Listed, SimilarQuery, listed
from app.web.api.routing import AnswerRouter
from app.web.deps import Reading, Search
from app.web.parameters import Nothing, Paging, PathSlug, TalkNarrowing

router = AnswerRouter(tags=["talks"])


class TalksQuery(TalkNarrowing, Paging):
    """What GET /talks can be asked for."""

    sort: Literal["newest", "oldest", "title"] = Field(default="newest", description="Order of the list.")


@router.get("/talks", summary="Talks")
def talks(asked: Annotated[TalksQuery, Query()], session: Reading, request: Request) -> Listed[TalkCard]:
    """Known talks, narrowed and in an order of one's choice. Withdrawn talks are not among them."""
    wanted = asked.talk_filter()
    check_names(session, wanted)
    return listed(request, asked, list_talks(session, wanted, asked.sort, asked.limit, asked.offset))


@router.get("/talks/{slug}", summary="One talk")
def talk(slug: PathSlug, _: Nothing, session: Reading) -> TalkDetail:
    """A talk with everything known about it: the fields of a list and what its page shows."""
    return find_talk(session, slug)


@router.get("/talks/{slug}/similar", summary="Talks near a talk")
def similar(slug: PathSlug, asked: Annotated[SimilarQuery, Query()], session: Reading, engine: Search) -> Listed[Hit]:
    """The talks nearest in meaning, best first; scores are cosines."""
    hits = engine.similar(session, slug, asked.limit)
    return Listed(total=len(hits), items=hits, next=None)
