"""Search over talks and lessons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.catalog.filters import check_names
from app.search.shapes import SearchRequest, SearchResult
from app.web.deps import Reading, Search
from app.web.parameters import Paging, Searching

router = APIRouter(tags=["search"])


class SearchQuery(Searching, Paging):
    """What GET /search can be asked for."""


@router.get("/search", summary="Search")
def search(asked: Annotated[SearchQuery, Query()], session: Reading, engine: Search) -> SearchResult:
    """Talks by meaning and words, best first, each with the passage that matched and why.

    `facets` count over all talks found; `lessons` are takeaways of an edition that belong to no single talk.
    """
    wanted = asked.talk_filter()
    check_names(session, wanted)
    request = SearchRequest(query=asked.q, mode=asked.mode, limit=asked.limit, offset=asked.offset, filter=wanted)
    return engine.search(session, request)
