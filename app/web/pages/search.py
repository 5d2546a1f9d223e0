"""/search: talks and lessons by meaning and words, with the passage that matched, why, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.choices import labels
from app.catalog.filters import check_names
from app.catalog.listing import Portion
from app.search.engine import SearchEngine
from app.search.missing import Missing
from app.search.shapes import Hit, Mode, SearchResult
from app.web.addresses import with_query
from app.web.deps import Noting, Reading, Search, Viewing
from app.web.facets import FacetBlock, facet_blocks
from app.web.pages.citations import MOST_FOUND
from app.web.parameters import Scrolling, Searching, Words
from app.web.templating import PageContext
from app.web.titles import view_title
from app.web.words import capital, language, quoted

router = APIRouter(include_in_schema=False)
PAGE = 20
MODES: tuple[tuple[Mode, str], ...] = (
    ("hybrid", "by meaning and words"),
    ("lexical", "by words only"),
    ("semantic", "by meaning only"),
)
VIEW = ("q", "mode", "sort", "spelling", "offset", "facet", "missing")
"""Parameters that do not narrow."""


class SearchQuery(Searching, Scrolling):
    """What /search can be asked for."""

    facet: Literal["edition", "year", "theme", "organisation", "technology", "kind", "language"] | None = Field(
        default=None, description="The facet whose values are all shown."
    )
    missing: Words = Field(default="", description="Slug or title of a talk that was expected and is not here.")


@dataclass(frozen=True)
class Filter:
    """A filter in force: its words, and the address without it."""

    label: str
    without: str


@dataclass(frozen=True, kw_only=True)
class SearchPage(PageContext):
    """An answer with its facets, or None before anything was asked; `kept` are the filters as (parameter, value).

    `missing` says why a talk asked for is not in the answer.
    """

    template: ClassVar[str] = "search.html"
    section: ClassVar[str] = "/talks"

    query: str
    result: SearchResult | None
    portion: Portion[Hit]
    facets: Sequence[FacetBlock]
    modes: Sequence[tuple[Mode, str]]
    mode: Mode
    active: Sequence[Filter]
    asked: dict[str, Any]
    kept: Sequence[tuple[str, str]]
    missing: Missing | None
    as_json: str
    to_cite: str
    most_cited: int


@router.get("/search")
def search(
    asked: Annotated[SearchQuery, Query()], session: Reading, engine: Search, view: Viewing, gaps: Noting
) -> HTMLResponse:
    """The answer to a question."""
    page = _search(session, engine, asked)
    if page.result is not None:
        gaps.note(asked.request(PAGE, asked.offset), page.result)
    return view.page(page, query=asked.q)


def _search(session: Session, engine: SearchEngine, asked: SearchQuery) -> SearchPage:
    request = asked.request(PAGE, asked.offset)
    check_names(session, request.filter)
    result = engine.search(session, request) if asked.q else None
    missing = engine.why_not(session, request, asked.missing) if asked.q and asked.missing else None
    values = {name: value for name, value in asked.asked().items() if name != "missing"}
    narrowed = [
        (name, str(one))
        for name, value in values.items()
        if name not in VIEW
        for one in (value if isinstance(value, list) else [value])
    ]
    names = {(name, value): _words(session, name, value) for name, value in narrowed}
    titled = [(name, label) for (name, _), label in names.items()]
    return SearchPage(
        title=view_title(quoted(asked.q) if asked.q else "Search", titled, *_order(asked), offset=asked.offset),
        query=asked.q,
        result=result,
        portion=Portion(result.total if result else 0, result.hits if result else [], PAGE, asked.offset),
        facets=facet_blocks(result, values, names, asked.facet) if result else (),
        modes=MODES,
        mode=result.mode if result else asked.mode,
        active=[Filter(label, _without(values, *pair)) for pair, label in names.items()],
        asked=values,
        kept=[*narrowed, *((name, values[name]) for name in ("mode", "sort") if name in values)],
        missing=missing,
        as_json=with_query("/api/v1/search", values, facet=None, limit=PAGE),
        to_cite=with_query("/search.bib", values, facet=None, offset=None),
        most_cited=MOST_FOUND,
    )


def _order(asked: SearchQuery) -> tuple[str, str]:
    mode = "" if asked.mode == MODES[0][0] else dict(MODES)[asked.mode]
    return mode, "newest first" if asked.sort == "date" else ""


def _words(session: Session, name: str, value: str) -> str:
    words = labels(session, {name: value})[0][1]
    return {"language": language, "kind": capital}.get(name, str)(words)


def _without(values: dict[str, Any], name: str, value: str) -> str:
    held = values[name]
    rest = [one for one in held if str(one) != value] if isinstance(held, list) else None
    return with_query("/search", values, offset=None, **{name: rest})
