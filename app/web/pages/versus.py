"""/technologies/{one}/vs/{other} and /technologies/pairs: two technologies side by side, and which are worth it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from app.catalog.listing import Portion
from app.exports.plot import Plot, plot_of
from app.trends.figure import Figure
from app.trends.pairs import TechnologyPair, list_pairs, pair_counts
from app.trends.versus import Versus, pair_path, resolve_pair, versus, versus_chart
from app.web.deps import Reading, Viewing
from app.web.parameters import Nothing, PathSlug, Scrolling
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 50
CRUMBS = (Crumb("Themes", "/themes"), Crumb("Technologies", "/technologies"))


class PairsQuery(Scrolling):
    """What /technologies/pairs can be asked for."""

    of: Literal["any"] | None = Field(default=None, description="any: pairs of two kinds of technology as well.")


@dataclass(frozen=True, kw_only=True)
class PairsPage(PageContext):
    """A part of the pairs, with the talks of each by the address of its page."""

    template: ClassVar[str] = "pairs.html"
    section: ClassVar[str] = "/themes"

    portion: Portion[TechnologyPair]
    counts: Mapping[str, Figure]
    asked: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class VersusPage(PageContext):
    """Two technologies, and their shares by year as a chart laid out, None where there is too little for one."""

    template: ClassVar[str] = "versus.html"
    section: ClassVar[str] = "/themes"

    pair: Versus
    plot: Plot | None


@router.get("/technologies/pairs")
def pairs(asked: Annotated[PairsQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """The pairs worth a page."""
    portion = list_pairs(session, PAGE, asked.offset, alike=asked.of is None)
    counts = pair_counts(session, portion.items)
    page = PairsPage(
        title=view_title("Technologies side by side", (), "of two kinds too" if asked.of else "", offset=asked.offset),
        crumbs=CRUMBS,
        portion=portion,
        counts=counts,
        asked=asked.asked(),
    )
    return view.page(page)


@router.get("/technologies/{one}/vs/{other}", response_model=None)
def two(one: PathSlug, other: PathSlug, _: Nothing, session: Reading, view: Viewing) -> Response:
    """Two technologies; other names of theirs, and the other order, lead to the one address of the page."""
    first, second = resolve_pair(session, one, other)
    if (one, other) != (first.slug, second.slug):
        return RedirectResponse(pair_path(first.slug, second.slug), status_code=308)
    return view.page(_two(versus(session, first, second)))


def _two(found: Versus) -> VersusPage:
    return VersusPage(
        title=f"{found.first.name} and {found.second.name}",
        crumbs=(*CRUMBS, Crumb("Side by side", "/technologies/pairs")),
        pair=found,
        plot=plot_of(versus_chart(found)),
    )
