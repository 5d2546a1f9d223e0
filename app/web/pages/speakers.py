"""/speakers and /speakers/{slug}: who spoke, under which names, and where they worked when."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import Field

from app.catalog.listing import Portion
from app.catalog.speakers import SpeakerDetail, SpeakerOrder, SpeakerRow, find_speaker, list_speakers
from app.search.neighbours import NearSpeaker
from app.web.deps import Reading, Search, Viewing
from app.web.near import near_speakers
from app.web.parameters import Nothing, PathSlug, Scrolling, Words
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 50
NEAR = 5


class SpeakersQuery(Scrolling):
    """What /speakers can be asked for."""

    q: Words = Field(default="", description="Start of a first or family name.")
    sort: SpeakerOrder = Field(default="name", description="Order of the list.")


@dataclass(frozen=True, kw_only=True)
class SpeakersPage(PageContext):
    """A part of the list of speakers, and the letters that narrow it."""

    template: ClassVar[str] = "speakers.html"
    section: ClassVar[str] = "/speakers"

    portion: Portion[SpeakerRow]
    asked: dict[str, Any]
    prefix: str
    order: SpeakerOrder
    letters: str = string.ascii_uppercase


@dataclass(frozen=True, kw_only=True)
class SpeakerPage(PageContext):
    """One speaker, and those who speak about similar things; `near` is empty where there is no index yet."""

    template: ClassVar[str] = "speaker.html"
    section: ClassVar[str] = "/speakers"

    speaker: SpeakerDetail
    near: Sequence[NearSpeaker]


@router.get("/speakers")
def speakers(asked: Annotated[SpeakersQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """Speakers by name."""
    page = SpeakersPage(
        title=view_title(
            "Speakers",
            [("q", asked.q)] if asked.q else (),
            "most talks first" if asked.sort == "talks" else "",
            offset=asked.offset,
        ),
        portion=list_speakers(session, asked.q, PAGE, asked.offset, asked.sort),
        asked=asked.asked(),
        prefix=asked.q,
        order=asked.sort,
    )
    return view.page(page)


@router.get("/speakers/{slug}")
def speaker(slug: PathSlug, _: Nothing, session: Reading, search: Search, view: Viewing) -> HTMLResponse:
    """One speaker."""
    found = find_speaker(session, slug)
    near = near_speakers(session, search, slug, NEAR)
    return view.page(SpeakerPage(title=found.name, crumbs=(Crumb("Speakers", "/speakers"),), speaker=found, near=near))
