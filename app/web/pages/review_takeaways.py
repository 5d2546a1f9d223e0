"""/review/takeaways: one draft of a takeaway at a time, decided by the curator who is signed in; and one takeaway."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import Session, col

from app import pipeline
from app.catalog.choices import Choices, choices
from app.catalog.takeaways import TakeawayCard, TakeawayFilter, takeaway_cards
from app.db.engine import writing
from app.errors import HallwayError, NotFound, UsageError
from app.jobs.asking import queue_follow
from app.models import Takeaway
from app.takeaways.review.decide import accept, edit, merge, reject, undo
from app.takeaways.review.fields import STATUSES
from app.takeaways.review.queue import (
    ORDER,
    ORIGINS,
    DraftItem,
    Progress,
    Scope,
    Step,
    draft_item,
    newest_steps,
    open_drafts,
    progress,
)
from app.web.addresses import with_query
from app.web.deps import NOT_KEPT, Base, Curating, Reading, Viewing, may_write
from app.web.forms import Fields, form_of
from app.web.pages.sign_in import ask_to_sign_in
from app.web.parameters import Nothing, Parameters, Slug
from app.web.templating import Crumb, PageContext

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
PATH = "/review/takeaways"
STEPS = 8
MOST_SKIPPED = 60

Key = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Keys = Annotated[list[Key], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)]
Origin = Literal["article", "abstract", "transcript"]


class DraftsQuery(Parameters):
    """What /review/takeaways can be asked for."""

    edition: Slug | None = Field(default=None, description="Slug of an edition.")
    article: Slug | None = Field(default=None, description="Slug of an article.")
    talk: Slug | None = Field(default=None, description="Slug of a talk.")
    origin: Origin | None = Field(default=None, description="Where drafts were found.")
    draft: Key | None = Field(default=None, description="Key of one draft: decide on this.")
    takeaway: Slug | None = Field(default=None, description="Slug of a takeaway: edit or mark this.")
    skip: Annotated[list[Key], Field(max_length=MOST_SKIPPED)] = Field(default=[], description="Drafts passed over.")
    done: int | None = Field(default=None, ge=1, le=2**53, description="Number of the step just taken.")

    def where(self) -> dict[str, Any]:
        """What narrows the queue, for links and forms."""
        return {"edition": self.edition, "article": self.article, "talk": self.talk, "origin": self.origin}


class DraftForm(Fields):
    """A decision on a draft (`key`) or a takeaway, with the fields of the takeaway, or the step to take back."""

    action: Literal["accept", "edit", "reject", "merge", "change", "undo"]
    key: str = Field(default="", max_length=200)
    into: str = Field(default="", max_length=300)
    takeaway: str = Field(default="", max_length=300)
    seen: str = Field(default="", max_length=200)
    step: int = Field(default=0, ge=0, le=2**53)
    text: str = Field(default="", max_length=10_000)
    kind: str = Field(default="", max_length=100)
    stance: str = Field(default="", max_length=100)
    status: str = Field(default="", max_length=100)
    conditions: str = Field(default="", max_length=2000)
    said_by: str = Field(default="", max_length=2000)
    said_as: str = Field(default="", max_length=100)
    affiliation: str = Field(default="", max_length=2000)
    about: str = Field(default="", max_length=300)
    technologies: str = Field(default="", max_length=5000)
    themes: str = Field(default="", max_length=5000)
    edition: Slug | None = None
    article: Slug | None = None
    talk: Slug | None = None
    origin: Origin | None = None
    skip: Keys = Field(default=[])

    def edits(self) -> dict[str, Any]:
        """Every field of the takeaway as it was sent; one left empty is emptied."""
        names = ("text", "kind", "stance", "conditions", "said_by", "said_as", "affiliation", "technologies", "themes")
        sent = {name: getattr(self, name) for name in names} | {"talk": self.about}
        return sent | ({"status": self.status} if self.status else {})

    def back(self, step: int) -> str:
        """Address of what is next; of the same takeaway where one was edited."""
        if self.takeaway and self.action != "undo":
            return with_query(PATH, {"takeaway": self.takeaway}, done=step)
        where = {"edition": self.edition, "article": self.article, "talk": self.talk, "origin": self.origin}
        return with_query(PATH, where, skip=self.skip[-MOST_SKIPPED:], done=step)


@dataclass(frozen=True, kw_only=True)
class DraftsPage(PageContext):
    """The next draft with its source and what already says the same, and around it where the review stands.

    `item` is None where nothing is left; `where` narrows the queue; `done` is the step just taken; `passed` are the
    drafts skipped, with this one; `order` says in words what comes first.
    """

    template: ClassVar[str] = "review_takeaways.html"

    token: str
    curator: str
    asked: DraftsQuery
    where: Mapping[str, Any]
    item: DraftItem | None
    passed: Sequence[str]
    progress: Progress
    order: str
    origins: Sequence[str]
    kinds: Sequence[str]
    stances: Sequence[str]
    done: Step | None
    steps: Sequence[Step]
    offered: Choices


@dataclass(frozen=True, kw_only=True)
class TakeawayEditPage(PageContext):
    """One takeaway and a form to edit it or to mark it; `seen` is its content hash as the form shows it."""

    template: ClassVar[str] = "review_takeaway.html"

    token: str
    curator: str
    card: TakeawayCard
    seen: str
    kinds: Sequence[str]
    stances: Sequence[str]
    statuses: Sequence[str]
    done: Step | None


@router.get(PATH)
def drafts(
    asked: Annotated[DraftsQuery, Query()], request: Request, session: Reading, signed_in: Curating, view: Viewing
) -> Response:
    """The next draft to decide on, or a takeaway to edit."""
    if signed_in is None:
        return ask_to_sign_in(f"{request.url.path}?{request.url.query}" if request.url.query else PATH)
    known = {"token": signed_in.form_token, "curator": signed_in.name}
    done = newest_steps(session, 1, asked.done) if asked.done else []
    known["done"] = done[0] if done else None  # type: ignore[assignment]  # it holds more than strings
    if asked.takeaway:
        return view.page(_edit_page(session, asked.takeaway, known))
    return view.page(_queue_page(session, asked, known))


@router.post(PATH)
def decided(
    _: Nothing, sent: Annotated[DraftForm, Depends(form_of(DraftForm))], base: Base, session: Reading,
    signed_in: Curating, tasks: BackgroundTasks,
) -> Response:  # fmt: skip
    """Decide, or take a step back, and go on with what is next."""
    name = may_write(session, signed_in, sent.token).name
    with writing(base.engine) as transaction:
        step = _decide(transaction, sent, name)
        is_queued = queue_follow(transaction)
    if not is_queued:
        tasks.add_task(_follow, base)
    return RedirectResponse(sent.back(step), status_code=303, headers=NOT_KEPT)


def _follow(base: Base) -> None:
    """What follows from it, once the answer is sent; where that does not go now, the next pipeline step does it."""
    try:
        pipeline.follow_takeaways(base.engine, base.embedder)
    except HallwayError as error:
        log.warning("What follows from a decision was put off: %s", error)


def _decide(session: Session, sent: DraftForm, name: str) -> int:
    match sent.action:
        case "undo":
            made = undo(session, sent.step, name, "page")
        case "change":
            made = edit(session, _named(sent.takeaway), sent.edits(), name, "page", sent.seen or None)
        case "reject":
            made = reject(session, _named(sent.key), name, "page")
        case "merge":
            made = merge(session, _named(sent.key), _named(sent.into), name, "page")
        case "edit":
            made = accept(session, _named(sent.key), name, "page", sent.edits())
        case _:
            made = accept(session, _named(sent.key), name, "page")
    return made.id or 0


def _named(value: str) -> str:
    if not value:
        raise UsageError("The form names no draft or no takeaway. Load the page anew and send its form.")
    return value


def _queue_page(session: Session, asked: DraftsQuery, known: dict[str, Any]) -> DraftsPage:
    scope = Scope(**asked.where())
    found = [draft_item(session, asked.draft)] if asked.draft else open_drafts(session, scope, 1, asked.skip)
    item = found[0] if found else None
    return DraftsPage(
        title="Review takeaways",
        crumbs=(Crumb("Review", "/review"), Crumb("Takeaways")),
        asked=asked,
        where=asked.where(),
        item=item,
        passed=[*asked.skip, item.key][-MOST_SKIPPED:] if item else [],
        progress=progress(session, scope),
        order=ORDER,
        origins=ORIGINS,
        kinds=TakeawayFilter.KINDS,
        stances=TakeawayFilter.STANCES,
        steps=newest_steps(session, STEPS),
        offered=choices(session, (asked.edition,) if asked.edition else ()),
        **known,
    )


def _edit_page(session: Session, slug: str, known: dict[str, Any]) -> TakeawayEditPage:
    cards = takeaway_cards(session, [slug])
    if not cards:
        raise NotFound("takeaway", slug)
    seen = session.scalar(select(col(Takeaway.content_hash)).where(col(Takeaway.slug) == slug))
    return TakeawayEditPage(
        title="Review a takeaway",
        crumbs=(Crumb("Review", "/review"), Crumb("Takeaways", PATH), Crumb("One")),
        card=cards[0],
        seen=seen or "",
        kinds=TakeawayFilter.KINDS,
        stances=TakeawayFilter.STANCES,
        statuses=STATUSES,
        **known,
    )
