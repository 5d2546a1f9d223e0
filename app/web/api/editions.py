"""Editions and how much of each is known."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from pydantic import Field

from app.catalog.editions import EditionCard, find_edition, list_editions
from app.catalog.filters import TalkFilter, check_names
from app.posts.draft import Post, kept_post
from app.web.api.lists import Listed, listed
from app.web.api.routing import AnswerRouter
from app.web.deps import Reading
from app.web.parameters import Nothing, Paging, PathSlug, Posting, Slug

router = AnswerRouter(tags=["editions"])


class EditionsQuery(Paging):
    """What GET /editions can be asked for."""

    series: Slug | None = Field(default=None, description="Slug of a series.")


@router.get("/editions", summary="Editions")
def editions(asked: Annotated[EditionsQuery, Query()], session: Reading, request: Request) -> Listed[EditionCard]:
    """Editions by series, newest first, with known talks and published sessions (null where unknown)."""
    check_names(session, TalkFilter(series=asked.series))
    return listed(request, asked, list_editions(session, asked.limit, asked.offset, asked.series))


@router.get("/editions/{slug}", summary="One edition")
def edition(slug: PathSlug, _: Nothing, session: Reading) -> EditionCard:
    """An edition; list its talks with GET /talks?edition=."""
    return find_edition(session, slug)


@router.get("/editions/{slug}/post", summary="A drafted post")
def post(slug: PathSlug, asked: Annotated[Posting, Query()], session: Reading) -> Post:
    """A post about an edition as Markdown, each sentence with a footnote; those without support were left out."""
    return kept_post(session, asked.of(slug), asked.template)[0]
