"""Articles about editions, and what was found in each."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from pydantic import Field

from app.catalog.articles import ArticleCard, ArticleDetail, list_articles
from app.catalog.filters import TalkFilter, check_names
from app.trends.claimed import checked_article
from app.web.api.lists import Listed, listed
from app.web.api.routing import AnswerRouter
from app.web.deps import Reading
from app.web.parameters import Nothing, Paging, PathSlug, Slug

router = AnswerRouter(tags=["articles"])


class ArticlesQuery(Paging):
    """What GET /articles can be asked for."""

    edition: Slug | None = Field(default=None, description="Slug of an edition that the articles are about.")


@router.get("/articles", summary="Articles")
def articles(asked: Annotated[ArticlesQuery, Query()], session: Reading, request: Request) -> Listed[ArticleCard]:
    """Trip reports and recaps, newest first, with counts of what was found in each."""
    check_names(session, TalkFilter(editions=(asked.edition,) if asked.edition else ()))
    return listed(request, asked, list_articles(session, asked.limit, asked.offset, asked.edition))


@router.get("/articles/{slug}", summary="An article")
def article(slug: PathSlug, _: Nothing, session: Reading) -> ArticleDetail:
    """What was found in an article, section by section. Of its own words only short quotes are given."""
    return checked_article(session, slug)
