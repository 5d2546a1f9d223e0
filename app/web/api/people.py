"""Speakers and the organisations they were with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from pydantic import Field

from app.catalog.names import NamedCount, find_organisation, list_organisations
from app.catalog.speakers import SpeakerDetail, SpeakerOrder, SpeakerRow, find_speaker, list_speakers
from app.search.neighbours import NearSpeaker
from app.web.api.lists import Listed, SimilarQuery, listed
from app.web.api.routing import AnswerRouter
from app.web.deps import Reading, Search
from app.web.parameters import Nothing, Paging, PathSlug, Words

router = AnswerRouter(tags=["people"])


class SpeakersQuery(Paging):
    """What GET /speakers can be asked for."""

    q: Words = Field(default="", description="Start of a first or family name.")
    sort: SpeakerOrder = Field(default="name", description="Order of the list.")


@router.get("/speakers", summary="Speakers")
def speakers(asked: Annotated[SpeakersQuery, Query()], session: Reading, request: Request) -> Listed[SpeakerRow]:
    """Speakers of known talks."""
    return listed(request, asked, list_speakers(session, asked.q, asked.limit, asked.offset, asked.sort))


@router.get("/speakers/{slug}", summary="One speaker")
def speaker(slug: PathSlug, _: Nothing, session: Reading) -> SpeakerDetail:
    """A speaker with other names, affiliations over time, talks and takeaways."""
    return find_speaker(session, slug)


@router.get("/speakers/{slug}/similar", summary="Speakers near a speaker")
def similar(
    slug: PathSlug, asked: Annotated[SimilarQuery, Query()], session: Reading, engine: Search
) -> Listed[NearSpeaker]:
    """Speakers who speak about similar things, nearest first, each with the nearest talk."""
    near = engine.near_speakers(session, slug, asked.limit)
    return Listed(total=len(near), items=near, next=None)


@router.get("/organisations", summary="Organisations")
def organisations(asked: Annotated[Paging, Query()], session: Reading, request: Request) -> Listed[NamedCount]:
    """Organisations that speakers of known talks were with, those with most talks first."""
    return listed(request, asked, list_organisations(session, asked.limit, asked.offset))


@router.get("/organisations/{slug}", summary="One organisation")
def organisation(slug: PathSlug, _: Nothing, session: Reading) -> NamedCount:
    """An organisation with its number of known talks; list them with GET /talks?organisation=."""
    return find_organisation(session, slug)
