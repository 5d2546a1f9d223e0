"""/articles and /articles/{slug}: trip reports and recaps, and what was found in each. Never their whole text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field

from app.catalog.article_findings import ClaimLine
from app.catalog.articles import ArticleCard, ArticleDetail, list_articles
from app.catalog.choices import Choices, choices, labels
from app.catalog.filters import TalkFilter, check_names
from app.catalog.listing import Portion
from app.trends.claimed import checked_article
from app.web.deps import Reading, Viewing
from app.web.parameters import Nothing, PathSlug, Scrolling, Slug
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 25


class ArticlesQuery(Scrolling):
    """What /articles can be asked for."""

    edition: Slug | None = Field(default=None, description="Slug of an edition that the articles are about.")


@dataclass(frozen=True, kw_only=True)
class ArticlesPage(PageContext):
    """A part of the articles, with the filter in force."""

    template: ClassVar[str] = "articles.html"
    section: ClassVar[str] = "/takeaways"

    portion: Portion[ArticleCard]
    asked: dict[str, Any]
    active: Sequence[tuple[str, str]]
    choices: Choices


@dataclass(frozen=True, kw_only=True)
class ArticlePage(PageContext):
    """One article: its head, what was found in each section, and all quantities that it states."""

    template: ClassVar[str] = "article.html"
    section: ClassVar[str] = "/takeaways"

    article: ArticleDetail
    claims: Sequence[ClaimLine]


@router.get("/articles")
def articles(asked: Annotated[ArticlesQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """The list of articles."""
    check_names(session, TalkFilter(editions=(asked.edition,) if asked.edition else ()))
    active = labels(session, {"edition": asked.edition} if asked.edition else {})
    page = ArticlesPage(
        title=view_title("Articles", active, offset=asked.offset),
        portion=list_articles(session, PAGE, asked.offset, asked.edition),
        asked=asked.asked(),
        active=active,
        choices=choices(session, (asked.edition,) if asked.edition else ()),
    )
    return view.page(page)


@router.get("/articles/{slug}")
def article(slug: PathSlug, _: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """One article."""
    found = checked_article(session, slug)
    crumbs = [Crumb("Articles", "/articles")]
    if found.edition:
        crumbs.append(Crumb(found.edition.name, f"/editions/{found.edition.slug}"))
    return view.page(ArticlePage(title=found.title, crumbs=tuple(crumbs), article=found, claims=found.claim_lines))
