"""/search/abstract: talks near to a whole text. Who has given this talk before? Nothing that is sent is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field

from app.search.pasted import MOST_CHARACTERS, NearText
from app.web.bodies import SentText
from app.web.deps import Reading, Search, Viewing
from app.web.parameters import Nothing, Parameters
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
SHOWN = 15
CRUMBS = (Crumb("Search", "/search"),)


class AbstractQuery(Parameters):
    """What /search/abstract can be asked for; longer texts are sent."""

    text: str = Field(default="", max_length=4_000, description="The text to compare with.")


@dataclass(frozen=True, kw_only=True)
class AbstractPage(PageContext):
    """A text and the talks near to it; None before one was given."""

    template: ClassVar[str] = "abstract.html"
    section: ClassVar[str] = "/talks"

    text: str
    near: NearText | None


@router.get("/search/abstract")
def asked(asked: Annotated[AbstractQuery, Query()], session: Reading, engine: Search, view: Viewing) -> HTMLResponse:
    """The form, or talks near to a short text."""
    near = engine.like_text(session, asked.text, SHOWN) if asked.text.strip() else None
    return view.page(AbstractPage(title="Search by an abstract", crumbs=CRUMBS, text=asked.text, near=near))


@router.post("/search/abstract")
def sent(_: Nothing, sent: SentText, session: Reading, engine: Search, view: Viewing) -> HTMLResponse:
    """Talks near to a text."""
    near = engine.like_text(session, sent.text, SHOWN)
    return view.page(
        AbstractPage(title="Search by an abstract", crumbs=CRUMBS, text=sent.text[:MOST_CHARACTERS], near=near)
    )
