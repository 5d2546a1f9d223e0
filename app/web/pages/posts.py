"""/editions/{slug}/post and its Markdown and chart: a post drafted from the base, every sentence with a footnote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlmodel import Session

from app.catalog.editions import EditionCard, find_edition
from app.errors import NotFound
from app.exports.svg import drawn
from app.posts.draft import Post, kept_post, post_path
from app.posts.preview import post_html
from app.posts.wording import RULES
from app.settings import get_settings
from app.trends.counts import ThemeShare, theme_shares
from app.trends.scope import Scope
from app.web.deps import Reading, Viewing
from app.web.pages.reports import attached
from app.web.parameters import PathSlug, Posting
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class PostPage(PageContext):
    """A post as it reads, how much of it is supported, what was left out, and the themes that it can be about.

    `markdown` is the address of its Markdown, `asked` the themes asked for.
    """

    template: ClassVar[str] = "post.html"
    section: ClassVar[str] = "/editions"

    edition: EditionCard
    post: Post
    html: Markup
    markdown: str
    themes: Sequence[ThemeShare]
    asked: Sequence[str]
    rules: Sequence[str]


@router.get("/editions/{slug}/post.{suffix}")
def post_file(slug: PathSlug, suffix: PathSlug, asked: Annotated[Posting, Query()], session: Reading) -> Response:
    """The post as Markdown, or its chart as SVG."""
    post, chart = kept_post(session, asked.of(slug), asked.template)
    if suffix == "md":
        return attached(post.markdown.encode(), "text/markdown; charset=utf-8", f"post-{slug}.md")
    if suffix != "svg":
        raise NotFound("format", suffix, "A post comes as md, its chart as svg.")
    if chart is None:
        raise NotFound("chart", slug, "There are no shares of themes to draw.")
    return attached((drawn(chart, dark=True) + "\n").encode(), "image/svg+xml", f"post-{slug}.svg")


@router.get("/editions/{slug}/post")
def post(slug: PathSlug, asked: Annotated[Posting, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """The post as it reads."""
    return view.page(_post(session, slug, asked))


def _post(session: Session, slug: str, asked: Posting) -> PostPage:
    edition, request = find_edition(session, slug), asked.of(slug)
    found, _ = kept_post(session, request, asked.template)
    path = post_path(request, "md")
    if asked.template != "default":
        path += f"{'&' if '?' in path else '?'}template={asked.template}"
    # Addresses of the site itself lead to where the reader is.
    here = found.markdown.replace(f"({get_settings().base_url}/", "(/")
    return PostPage(
        title=f"A post about {edition.name}",
        crumbs=(Crumb("Editions", "/editions"), Crumb(edition.name, f"/editions/{slug}"), Crumb("Post")),
        edition=edition,
        post=found,
        html=post_html(here),
        markdown=path,
        themes=[row for row in theme_shares(session, Scope(editions=(slug,))).rows if row.numerator],
        asked=request.themes,
        rules=RULES,
    )
