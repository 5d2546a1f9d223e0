"""/takeaways: lessons, announcements, limits and claims, with who says so and where to check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.catalog.choices import Choices, choices, labels
from app.catalog.filters import check_names
from app.catalog.listing import Portion
from app.catalog.takeaways import Change, TakeawayCard, TakeawayFilter, claim_changes, list_takeaways, theme_names
from app.technologies.naming import about_technology, technologies_of_takeaways
from app.web.deps import Reading, Viewing
from app.web.parameters import Scrolling, TakeawayNarrowing
from app.web.templating import PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 25


class TakeawaysQuery(TakeawayNarrowing, Scrolling):
    """What /takeaways can be asked for."""


@dataclass(frozen=True, kw_only=True)
class TakeawaysPage(PageContext):
    """A part of the takeaways with the filters in force; revised claims as pairs where nothing is filtered."""

    template: ClassVar[str] = "takeaways.html"
    section: ClassVar[str] = "/takeaways"

    portion: Portion[TakeawayCard]
    changes: Sequence[Change]
    asked: dict[str, Any]
    active: Sequence[tuple[str, str]]
    choices: Choices
    kinds: Sequence[str]
    stances: Sequence[str]
    technologies: Sequence[tuple[str, str]]
    themes: Mapping[str, str]


@router.get("/takeaways")
def takeaways(asked: Annotated[TakeawaysQuery, Query()], session: Reading, view: Viewing) -> HTMLResponse:
    """The list of takeaways."""
    return view.page(_takeaways(session, asked))


def _takeaways(session: Session, asked: TakeawaysQuery) -> TakeawaysPage:
    check_names(session, asked.names())
    narrowed = about_technology(session, asked.takeaway_filter(), asked.technology)
    portion = list_takeaways(session, narrowed, PAGE, asked.offset)
    active = labels(session, {name: value for name, value in asked.asked().items() if name != "offset"})
    return TakeawaysPage(
        title=view_title("Takeaways", active, offset=asked.offset),
        portion=portion,
        changes=claim_changes(session) if not active and not asked.offset else (),
        asked=asked.asked(),
        active=active,
        choices=choices(session, tuple(asked.edition)),
        technologies=technologies_of_takeaways(session),
        kinds=TakeawayFilter.KINDS,
        stances=TakeawayFilter.STANCES,
        themes=theme_names(session, {slug for card in portion.items for slug in card.themes}),
    )
