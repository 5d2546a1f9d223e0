"""/: what is in the base, a way in by words, the fullest edition by theme, and lessons lately added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.catalog.editions import EditionCard, fullest_edition
from app.catalog.takeaways import Change, TakeawayCard, TakeawayFilter, claim_changes, list_takeaways
from app.trends.claimed import CheckedClaim, edition_claims
from app.trends.counts import theme_shares
from app.trends.document import FigureRow
from app.trends.scope import Scope
from app.web.deps import Reading, Viewing
from app.web.parameters import Nothing
from app.web.shares import scale_of, theme_rows
from app.web.templating import PageContext

router = APIRouter(include_in_schema=False)
THEMES = 6
LESSONS = 3
LOOKED_AT = 40


@dataclass(frozen=True, kw_only=True)
class HomePage(PageContext):
    """The fullest edition with its leading themes, a claim about a share there if one was made, new lessons."""

    template: ClassVar[str] = "home.html"

    edition: EditionCard | None
    rows: Sequence[FigureRow]
    scale: float
    claim: CheckedClaim | None
    lessons: Sequence[TakeawayCard]
    change: Change | None


@router.get("/")
def home(_: Nothing, session: Reading, view: Viewing) -> HTMLResponse:
    """The front page."""
    return view.page(_home(session))


def _lessons(session: Session) -> list[TakeawayCard]:
    """The newest lessons, advice and warnings first, no two of one talk."""
    newest = list_takeaways(session, TakeawayFilter(kind="lesson"), LOOKED_AT).items
    chosen: dict[str, TakeawayCard] = {}
    for card in sorted(newest, key=lambda card: card.stance not in ("recommends", "warns")):
        chosen.setdefault(card.talk.slug if card.talk else card.slug, card)
    return list(chosen.values())[:LESSONS]


def _home(session: Session) -> HomePage:
    edition = fullest_edition(session)
    rows: list[FigureRow] = []
    claims: list[CheckedClaim] = []
    if edition:
        scope = Scope(editions=(edition.slug,))
        rows = theme_rows(theme_shares(session, scope), top_only=True, limit=THEMES)
        claims = edition_claims(session, edition.slug)
    changes = claim_changes(session)
    return HomePage(
        title="What the talks said",
        edition=edition,
        rows=rows,
        scale=scale_of(rows),
        claim=next((claim for claim in claims if claim.measure == "theme-share" and claim.main), None),
        lessons=_lessons(session),
        change=changes[0] if changes else None,
    )
