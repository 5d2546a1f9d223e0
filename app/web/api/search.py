"""Search over talks and lessons, why a talk is not found, and talks near to a whole text."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from app.catalog.filters import check_names
from app.search.completion import Completion
from app.search.missing import Missing
from app.search.pasted import NearText
from app.search.shapes import SearchRequest, SearchResult
from app.web.api.routing import AnswerRouter
from app.web.bodies import SENT_TEXT, SentText
from app.web.deps import Noting, Reading, Search
from app.web.parameters import Nothing, Paging, Parameters, Searching, Words

router = AnswerRouter(tags=["search"])


class SearchQuery(Searching, Paging):
    """What GET /search can be asked for."""


class MissingQuery(Searching):
    """What GET /search/missing can be asked for."""

    talk: Words = Field(min_length=1, description="Slug, address or title of the talk that was expected.")


class CompleteQuery(Parameters):
    """What GET /complete can be asked for."""

    q: Words = Field(default="", description="What was typed so far.")
    limit: int = Field(default=8, ge=1, le=50, description="Names at most, 1 to 50.")


class AbstractQuery(Parameters):
    """What GET /search/abstract can be asked for."""

    text: str = Field(min_length=1, max_length=4_000, description="The text to compare with.")
    limit: int = Field(default=10, ge=1, le=50, description="Talks at most, 1 to 50.")


@router.get("/search", summary="Search")
def search(asked: Annotated[SearchQuery, Query()], session: Reading, engine: Search, gaps: Noting) -> SearchResult:
    """Talks by meaning and words, best first, each with the passage that matched and why.

    `facets` count over all talks found; `beside` counts, for a facet that is narrowed, what else of it there would be
    were it not. `lessons` are takeaways of an edition that belong to no single talk.
    """
    request = asked.request(asked.limit, asked.offset)
    check_names(session, request.filter)
    return gaps.note(request, engine.search(session, request))


@router.get("/complete", summary="Complete while typing")
def complete(asked: Annotated[CompleteQuery, Query()], session: Reading, engine: Search) -> Completion:
    """Names of talks, speakers, themes, technologies, editions, series and organisations that complete what was typed.

    Every word is in the name, the last as the beginning of one; accents and case do not matter. Names that begin so
    come first, then those with most talks. Where `q` ends in a field, such as `speaker:gw`, its values are completed:
    put `insert` in the place of `token`.
    """
    return engine.complete(session, asked.q, asked.limit)


@router.get("/search/missing", summary="Why a talk is not found")
def missing(asked: Annotated[MissingQuery, Query()], session: Reading, engine: Search) -> Missing:
    """Why a talk is not in the answer to a question, or where in it: states, filters, words and cut-offs."""
    request: SearchRequest = asked.request(1, 0)
    check_names(session, request.filter)
    return engine.why_not(session, request, asked.talk)


@router.get("/search/abstract", summary="Talks near to a short text")
def short(asked: Annotated[AbstractQuery, Query()], session: Reading, engine: Search) -> NearText:
    """As POST, for texts that fit an address."""
    return engine.like_text(session, asked.text, asked.limit)


@router.post("/search/abstract", summary="Talks near to a text", openapi_extra=SENT_TEXT)
def abstract(_: Nothing, sent: SentText, session: Reading, engine: Search) -> NearText:
    """Talks nearest to a whole text, such as the abstract of a proposal: by meaning, wording and title.

    The body is JSON, `{"text": "...", "limit": 10}`, or the text itself as text/plain. Nothing is kept.
    """
    return engine.like_text(session, sent.text, sent.limit)
