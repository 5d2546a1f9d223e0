"""/claims: claims that changed from edition to edition, as timelines; and each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.listing import Portion
from app.models import Technology
from app.takeaways.ledger.links import ProposalItem, open_proposals
from app.takeaways.ledger.timelines import STANCE_WORDS, Timeline, timeline_of, timelines
from app.web.deps import Reading, Viewing
from app.web.parameters import Nothing, PathSlug, Scrolling, Slug
from app.web.templating import Crumb, PageContext
from app.web.titles import view_title

router = APIRouter(include_in_schema=False)
PAGE = 20
MOST_PROPOSED = 10


class ClaimsQuery(Scrolling):
    """What /claims can be asked for."""

    technology: Slug | None = Field(default=None, description="Slug of a technology that one of the claims is about.")


@dataclass(frozen=True, kw_only=True)
class ClaimsPage(PageContext):
    """Some of the timelines; `proposed` are pairs that nobody decided on yet."""

    template: ClassVar[str] = "claims.html"
    section: ClassVar[str] = "/takeaways"

    technology: str | None
    portion: Portion[Timeline]
    proposed: Sequence[ProposalItem]
    stances: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ClaimPage(PageContext):
    """One timeline; `stances` puts each stance in words."""

    template: ClassVar[str] = "claim.html"
    section: ClassVar[str] = "/takeaways"

    timeline: Timeline
    stances: dict[str, str]


@router.get("/claims")
def claims(asked: Annotated[ClaimsQuery, Query()], session: Reading, view: Viewing) -> Response:
    """The timelines, and what is proposed."""
    found = timelines(session, asked.technology)
    name = _name(session, asked.technology)
    proposed = open_proposals(session, MOST_PROPOSED, technology=name)
    page = ClaimsPage(
        title=view_title("Claims that changed", [("technology", name)] if name else (), offset=asked.offset),
        crumbs=(Crumb("Takeaways", "/takeaways"), Crumb("Claims that changed")),
        technology=asked.technology,
        portion=Portion(len(found), found[asked.offset : asked.offset + PAGE], PAGE, asked.offset),
        proposed=proposed,
        stances=STANCE_WORDS,
    )
    return view.page(page)


@router.get("/claims/{slug}")
def claim(slug: PathSlug, _: Nothing, session: Reading, view: Viewing) -> Response:
    """A timeline, by its earliest claim; any other of its claims leads there."""
    found = timeline_of(session, slug)
    if found.slug != slug:
        return RedirectResponse(f"/claims/{found.slug}", status_code=307)
    crumbs = (Crumb("Takeaways", "/takeaways"), Crumb("Claims that changed", "/claims"), Crumb(found.subject))
    return view.page(
        ClaimPage(title=f"How a claim changed: {found.subject}", crumbs=crumbs, timeline=found, stances=STANCE_WORDS)
    )


def _name(session: Session, technology: str | None) -> str | None:
    return (
        session.scalar(select(col(Technology.name)).where(col(Technology.slug) == technology)) if technology else None
    )
