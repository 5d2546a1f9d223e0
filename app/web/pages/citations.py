"""Talks to take along: citations of one, of an edition, a search or a figure; the talks of a figure as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.citations import citations
from app.catalog.filters import TalkFilter, allowed_talks, check_names
from app.errors import NotFound
from app.exports import talk_list
from app.exports.registry import CITATIONS, citation_named
from app.models import Talk
from app.trends.behind import counted_talks_of, figure_by_id, figure_talks, talks_of_figures
from app.web.deps import Reading, Search
from app.web.pages.reports import attached, few_enough
from app.web.parameters import FigureId, Nothing, PathSlug, Searching

router = APIRouter(include_in_schema=False)
MOST_FOUND = 100
"""Talks of an answer to a search that are cited."""
FIGURE_NAME = "figure"


@router.get("/talks/{slug}.{suffix}")
def talk(slug: PathSlug, suffix: PathSlug, _: Nothing, session: Reading) -> Response:
    """One talk to cite, withdrawn ones included."""
    slug, suffix = f"{slug}.{suffix}".split(".", 1)
    found = session.scalars(select(col(Talk.id)).where(col(Talk.slug) == slug)).first()
    if found is None:
        raise NotFound("talk", slug)
    return _cited(session, [found], suffix, slug)


@router.get("/editions/{slug}.{suffix}")
def edition(slug: PathSlug, suffix: PathSlug, _: Nothing, session: Reading) -> Response:
    """All talks of an edition to cite, in the order of the programme."""
    slug, suffix = f"{slug}.{suffix}".split(".", 1)
    wanted = TalkFilter(editions=(slug,))
    check_names(session, wanted)
    ids = session.scalars(allowed_talks(wanted).order_by(col(Talk.position), col(Talk.id)))
    return _cited(session, few_enough([talk for talk in ids if talk is not None]), suffix, slug)


@router.get("/search.{suffix}")
def found(suffix: PathSlug, asked: Annotated[Searching, Query()], session: Reading, engine: Search) -> Response:
    """The first talks of an answer to cite, in its order; where there are more, the file says so if it can."""
    request = asked.request(MOST_FOUND, 0)
    check_names(session, request.filter)
    result = engine.search(session, request)
    said = ""
    if result.total > MOST_FOUND:
        said = f"The first {MOST_FOUND} of {result.total:,} talks found; narrow the search to have others."
    return _cited(session, [hit.talk.id for hit in result.hits], suffix, "search", said)


@router.get("/figures/{id}.csv")
def figure_csv(id: FigureId, _: Nothing, session: Reading) -> Response:
    """The talks a figure is taken of, each with whether it is counted."""
    few_enough(talks_of_figures(session, [figure_by_id(session, id)]))
    return attached(talk_list.write(figure_talks(session, id)), "text/csv; charset=utf-8", f"{FIGURE_NAME}.csv")


@router.get("/figures/{id}.bib")
def figure_bib(id: FigureId, _: Nothing, session: Reading) -> Response:
    """The talks a figure counts, to cite."""
    return _of_figure(session, id, "bib")


@router.get("/figures/{id}.csl.json")
def figure_csl(id: FigureId, _: Nothing, session: Reading) -> Response:
    """The same as CSL-JSON."""
    return _of_figure(session, id, "csl.json")


def _of_figure(session: Session, id: str, suffix: str) -> Response:
    figure_by_id(session, id)  # NotFound for what the base does not have
    return _cited(session, few_enough(counted_talks_of(session, id)), suffix, FIGURE_NAME)


def _cited(session: Session, ids: Sequence[int], suffix: str, name: str, said: str = "") -> Response:
    form = citation_named(suffix)
    if form is None:
        raise NotFound("format", suffix, f"The formats are {', '.join(known.suffix for known in CITATIONS)}.")
    remark = f"{form.comment}{said}\n\n" if said and form.comment else ""
    return attached(remark.encode() + form.write(citations(session, ids)), form.media_type, f"{name}.{suffix}")
