"""/review: one talk and one theme at a time, decided by the curator who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator, Field
from sqlmodel import Session

from app.catalog.choices import Choices, choices
from app.catalog.reasons import ThemeReason
from app.catalog.talks import TalkDetail, find_talk
from app.catalog.themes import ThemeDetail, find_theme
from app.curators.tokens import SignedIn
from app.db.engine import writing
from app.errors import UsageError
from app.themes.agreement import Agreement
from app.themes.decide import Choice, decide, undo
from app.themes.reviews import Step, newest_steps, reviewers_agree
from app.trends.queue import PARTS, Part, QueueItem, Settling, Way, direct_item, queue_part, settlings
from app.web.addresses import with_query
from app.web.deps import NOT_KEPT, Base, Curating, Reading, Viewing, may_write
from app.web.forms import Fields, form_of
from app.web.pages.sign_in import ask_to_sign_in
from app.web.parameters import Nothing, Parameters, Slug
from app.web.templating import PageContext

router = APIRouter(include_in_schema=False)
AHEAD = 5
STEPS = 8
MOST_SKIPPED = 60
"""Skipped pairs an address can hold; the first of them come back after that."""

Key = Annotated[str, Field(max_length=400, pattern=r"^[^~\x00-\x1f]+~[^~\x00-\x1f]+$")]
Keys = Annotated[list[Key], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)]


class ReviewQuery(Parameters):
    """What /review can be asked for."""

    part: Part = Field(default="settle", description="Part of the queue.")
    edition: Slug | None = Field(default=None, description="Slug of an edition.")
    theme: Slug | None = Field(default=None, description="Slug of a theme.")
    talk: Slug | None = Field(default=None, description="Slug of a talk, with a theme: decide on this pair.")
    skip: Annotated[list[Key], Field(max_length=MOST_SKIPPED)] = Field(
        default=[], description="Pairs passed over, talk~theme."
    )
    done: int | None = Field(default=None, ge=1, le=2**53, description="Number of the step just taken.")


class ReviewForm(Fields):
    """A decision on `about` (a theme) of `talk`, or the step `entry` to take back; and where in the queue it was."""

    action: Literal["accept", "reject", "main", "undo"]
    talk: str = Field(default="", max_length=300)
    about: str = Field(default="", max_length=300)
    entry: int = Field(default=0, ge=0, le=2**53)
    part: Way = "settle"
    edition: Slug | None = None
    theme: Slug | None = None
    skip: Keys = Field(default=[])

    def back(self, step: int) -> str:
        """Address of what is next; of the same pair where it was asked for by name."""
        if self.part == "direct":
            return with_query("/review", {"talk": self.talk, "theme": self.about}, done=step)
        where = {"part": self.part, "edition": self.edition, "theme": self.theme, "skip": self.skip[-MOST_SKIPPED:]}
        return with_query("/review", where, done=step)


@dataclass(frozen=True, kw_only=True)
class ReviewPage(PageContext):
    """The next pair of talk and theme with what speaks for it, and around it where the review stands.

    `item`, `talk` and `about` are None where nothing is left in this part. `reason` is what the machine saw, None where
    it kept nothing; `main` names the talk's main theme now. Both are None in a second reading, where `ahead` is empty
    and `steps` are those of the curator. `done` is the step just taken, `passed` the skipped pairs with this one.
    """

    template: ClassVar[str] = "review.html"

    token: str
    curator: str
    parts: dict[Part, str]
    asked: ReviewQuery
    item: QueueItem | None
    talk: TalkDetail | None
    about: ThemeDetail | None
    reason: ThemeReason | None
    main: str | None
    passed: Sequence[str]
    ahead: Sequence[Settling]
    done: Step | None
    steps: Sequence[Step]
    agreement: Agreement
    offered: Choices


@router.get("/review")
def review(
    asked: Annotated[ReviewQuery, Query()], request: Request, session: Reading, signed_in: Curating, view: Viewing
) -> Response:
    """The next pair to decide on."""
    if signed_in is None:
        return ask_to_sign_in(f"{request.url.path}?{request.url.query}" if request.url.query else "/review")
    return view.page(_page(session, asked, signed_in))


@router.post("/review")
def decided(
    _: Nothing, sent: Annotated[ReviewForm, Depends(form_of(ReviewForm))], base: Base, session: Reading,
    signed_in: Curating,
) -> Response:  # fmt: skip
    """Decide, or take a step back, and go on with what is next."""
    name = may_write(session, signed_in, sent.token).name
    with writing(base.engine) as transaction:
        if sent.action == "undo":
            step = undo(transaction, sent.entry, name, "page").id
        else:
            if not sent.talk or not sent.about:
                raise UsageError("The form names no talk or no theme. Load the page anew and send its form.")
            step = decide(transaction, Choice(sent.talk, sent.about, sent.action, name, "page", sent.part)).id
    return RedirectResponse(sent.back(step or 0), status_code=303, headers=NOT_KEPT)


def _page(session: Session, asked: ReviewQuery, signed_in: SignedIn) -> ReviewPage:
    if asked.talk and asked.theme:
        item: QueueItem | None = direct_item(session, asked.talk, asked.theme)
    else:
        found = queue_part(session, asked.part, asked.edition, asked.theme, signed_in.name, 1, asked.skip)
        item = found[0] if found else None
    # In a second reading nothing tells what others decided: neither their steps nor figures that open their talks.
    blind = asked.part == "second"
    whose = signed_in.name if blind else None
    done = newest_steps(session, 1, asked.done, whose) if asked.done else []
    editions = (asked.edition,) if asked.edition else ()
    return ReviewPage(
        title="Review",
        token=signed_in.form_token,
        curator=signed_in.name,
        parts=PARTS,
        asked=asked,
        item=item,
        **_shown(session, item),
        passed=[*asked.skip, item.key][-MOST_SKIPPED:] if item else [],
        ahead=[] if blind else settlings(session, asked.edition, asked.theme, AHEAD),
        done=done[0] if done else None,
        steps=newest_steps(session, STEPS, reviewer=whose),
        agreement=reviewers_agree(session),
        offered=choices(session, editions),
    )


def _shown(session: Session, item: QueueItem | None) -> dict[str, Any]:
    """What is shown of the pair. Nothing that tells what others decided, in a second reading."""
    if item is None:
        return {"talk": None, "about": None, "reason": None, "main": None}
    talk = find_talk(session, item.talk)
    open_to_see = item.part != "second"
    reasons = talk.theme_reasons if open_to_see else []
    return {
        "talk": talk,
        "about": find_theme(session, item.theme),
        "reason": next((one for one in reasons if one.slug == item.theme), None),
        "main": next((one.name for one in reasons if one.is_main), None),
    }
