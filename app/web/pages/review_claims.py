"""/review/claims: one proposed pair of claims at a time, decided by the curator who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator, Field

from app.db.engine import writing
from app.models import ClaimLink
from app.takeaways.ledger.links import (
    ProposalItem,
    count_proposals,
    decide_link,
    newest_decisions,
    open_proposals,
    undo_link,
)
from app.takeaways.ledger.timelines import STANCE_WORDS
from app.web.addresses import with_query
from app.web.deps import NOT_KEPT, Base, Curating, Reading, Viewing, may_write
from app.web.forms import Fields, form_of
from app.web.pages.sign_in import ask_to_sign_in
from app.web.parameters import Nothing, Parameters
from app.web.templating import Crumb, PageContext

router = APIRouter(include_in_schema=False)
PATH = "/review/claims"
STEPS = 8
MOST_SKIPPED = 60

Number = Annotated[int, Field(ge=1, le=2**53)]
Numbers = Annotated[list[Number], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)]


class ReviewClaimsQuery(Parameters):
    """What /review/claims can be asked for."""

    skip: Annotated[list[Number], Field(max_length=MOST_SKIPPED)] = Field(default=[], description="Pairs passed over.")


class ClaimForm(Fields):
    """What the later claim does to the earlier one, or the decision `link` to take back."""

    action: Literal["revises", "contradicts", "confirms", "unrelated", "undo"]
    earlier: str = Field(default="", max_length=300)
    later: str = Field(default="", max_length=300)
    seen: int = Field(default=0, ge=0, le=2**53)
    link: int = Field(default=0, ge=0, le=2**53)
    skip: Numbers = Field(default=[])


@dataclass(frozen=True, kw_only=True)
class ReviewClaimsPage(PageContext):
    """The likeliest pair that is open, and the newest decisions with the texts of both claims. `done` of `total`
    proposed pairs are decided; `passed` are the pairs skipped, with this one."""

    template: ClassVar[str] = "review_claims.html"

    token: str
    curator: str
    item: ProposalItem | None
    skip: Sequence[int]
    passed: Sequence[int]
    total: int
    done: int
    decisions: Sequence[tuple[ClaimLink, str, str]]
    stances: dict[str, str]


@router.get(PATH)
def review(
    asked: Annotated[ReviewClaimsQuery, Query()], session: Reading, signed_in: Curating, view: Viewing
) -> Response:
    """The next pair to decide on."""
    if signed_in is None:
        return ask_to_sign_in(with_query(PATH, asked.asked()))
    found = open_proposals(session, 1, tuple(asked.skip))
    item = found[0] if found else None
    total, done = count_proposals(session)
    page = ReviewClaimsPage(
        title="Review claims",
        crumbs=(Crumb("Review", "/review"), Crumb("Claims")),
        token=signed_in.form_token,
        curator=signed_in.name,
        item=item,
        skip=asked.skip,
        passed=[*asked.skip, item.id][-MOST_SKIPPED:] if item else [],
        total=total,
        done=done,
        decisions=newest_decisions(session, STEPS),
        stances=STANCE_WORDS,
    )
    return view.page(page)


@router.post(PATH)
def decided(
    _: Nothing, sent: Annotated[ClaimForm, Depends(form_of(ClaimForm))], base: Base, session: Reading,
    signed_in: Curating,
) -> Response:  # fmt: skip
    """Decide, or take a decision back, and go on with what is next."""
    name = may_write(session, signed_in, sent.token).name
    with writing(base.engine) as transaction:
        if sent.action == "undo":
            undo_link(transaction, sent.link, name, "page")
        else:
            decide_link(transaction, sent.earlier, sent.later, sent.action, name, "page", sent.seen)
    return RedirectResponse(with_query(PATH, {}, skip=sent.skip[-MOST_SKIPPED:]), status_code=303, headers=NOT_KEPT)
