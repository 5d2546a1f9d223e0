"""/talks: every talk, narrowed by links and selects, in an order of one's choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field
from sqlmodel import Session

from app.catalog.cards import TalkCard
from app.catalog.choices import Choices, choices, labels
from app.catalog.filters import check_names
from app.catalog.listing import Portion
from app.catalog.talks import list_talks
from app.trends.counts import talk_count
from app.trends.figure import Figure
from app.web.deps import Reading, Viewing
from app.web.parameters import Scrolling, TalkNarrowing
from app.web.templating import PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 25
ORDERS = {"newest": "", "oldest": "oldest first", "title": "by title"}


class TalksQuery(TalkNarrowing, Scrolling):
    """What /talks can be asked for."""

    sort: Literal["newest", "oldest", "title"] = Field(default="newest", description="Order of the list.")


@dataclass(frozen=True, kw_only=True)
class TalksPage(PageContext):
    """A part of the list of talks with the filters in force, as (parameter, words), and what can be chosen."""

    template: ClassVar[str] = "talks.html"
    section: ClassVar[str] = "/talks"

    portion: Portion[TalkCard]
    asked: dict[str, Any]
    active: Sequence[tuple[str, str]]
    choices: Choices
    count: Figure | None


@router.get("/talks")
def talks(asked: Annotated[TalksQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """The list of talks."""
    return view.page(_talks(session, asked))


def _talks(session: Session, asked: TalksQuery) -> TalksPage:
    wanted = asked.talk_filter()
    check_names(session, wanted)
    active = labels(session, {name: value for name, value in asked.asked().items() if name not in ("sort", "offset")})
    return TalksPage(
        title=view_title("Talks", active, ORDERS[asked.sort], offset=asked.offset),
        portion=list_talks(session, wanted, asked.sort, PAGE, asked.offset),
        asked=asked.asked(),
        active=active,
        choices=choices(session, (asked.edition,) if asked.edition else (), asked.series),
        # A theme makes it a share, which the theme's own page tells.
        count=None if wanted.theme else talk_count(session, wanted),
    )
