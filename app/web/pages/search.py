"""/search: talks and lessons by meaning and words, with the passage that matched and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.catalog.choices import labels
from app.catalog.filters import check_names
from app.catalog.listing import Portion
from app.search.engine import SearchEngine
from app.search.shapes import FacetValue, Hit, Mode, SearchRequest, SearchResult
from app.web.deps import Reading, Search, Viewing
from app.web.parameters import Scrolling, Searching
from app.web.templating import PageContext

router = APIRouter(include_in_schema=False)
PAGE = 20
FACET_VALUES = 8
MODES: tuple[tuple[Mode, str], ...] = (
    ("hybrid", "by meaning and words"),
    ("lexical", "by words only"),
    ("semantic", "by meaning only"),
)
FACET_NAMES = {
    "theme": "Theme",
    "edition": "Edition",
    "year": "Year",
    "organisation": "Company",
    "kind": "Kind",
    "language": "Language",
}


class SearchQuery(Searching, Scrolling):
    """What /search can be asked for."""


@dataclass(frozen=True)
class FacetBlock:
    """One facet: its values as (value, parameters its link sets), and whether one of them is chosen."""

    title: str
    values: Sequence[tuple[FacetValue, dict[str, str]]]


@dataclass(frozen=True, kw_only=True)
class SearchPage(PageContext):
    """An answer with its facets, or None before anything was asked; `active` are filters as (parameter, words)."""

    template: ClassVar[str] = "search.html"
    section: ClassVar[str] = "/talks"

    query: str
    result: SearchResult | None
    portion: Portion[Hit]
    facets: Sequence[FacetBlock]
    modes: Sequence[tuple[Mode, str]]
    mode: Mode
    active: Sequence[tuple[str, str]]
    asked: dict[str, Any]


@router.get("/search")
def search(asked: Annotated[SearchQuery, Query()], session: Reading, engine: Search, view: Viewing) -> HTMLResponse:
    """The answer to a question."""
    return view.page(_search(session, engine, asked), query=asked.q)


def _search(session: Session, engine: SearchEngine, asked: SearchQuery) -> SearchPage:
    wanted = asked.talk_filter()
    check_names(session, wanted)
    result = None
    if asked.q:
        request = SearchRequest(query=asked.q, mode=asked.mode, limit=PAGE, offset=asked.offset, filter=wanted)
        result = engine.search(session, request)
    narrowed = {name: value for name, value in asked.asked().items() if name not in ("q", "mode", "offset")}
    hits = result.hits if result else []
    return SearchPage(
        title=f"“{asked.q}”" if asked.q else "Search",
        query=asked.q,
        result=result,
        portion=Portion(result.total if result else 0, hits, PAGE, asked.offset),
        facets=_blocks(result, narrowed) if result else (),
        modes=MODES,
        mode=result.mode if result else asked.mode,
        active=labels(session, narrowed),
        asked=asked.asked(),
    )


def _blocks(result: SearchResult, narrowed: dict[str, Any]) -> list[FacetBlock]:
    """Facets that can still narrow: those with several values, none of which is chosen yet."""
    blocks = []
    for name, title in FACET_NAMES.items():
        values = result.facets.get(name, [])
        chosen = name in narrowed or (name == "year" and {"year_from", "year_to"} & set(narrowed))
        if len(values) > 1 and not chosen:
            links = [(value, _link(name, value.value)) for value in values[:FACET_VALUES]]
            blocks.append(FacetBlock(title=title, values=links))
    return blocks


def _link(name: str, value: str) -> dict[str, str]:
    return {"year_from": value, "year_to": value} if name == "year" else {name: value}
