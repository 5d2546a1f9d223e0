"""The review queue: talks whose review does most for published shares, talks drawn as a sample, and second readings.

Shares are those of each theme at each edition, all talks, any theme. Nothing here writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks, check_names
from app.catalog.snapshot import current_snapshot
from app.errors import NotFound
from app.models import Edition, ReviewDraw, Talk, Theme, ThemeAssignment, ThemeDecision
from app.trends.board import Effect, effects
from app.trends.counts import theme_figure
from app.trends.effect import Question
from app.trends.figure import Figure
from app.trends.scope import Scope
from app.trends.wording import counted, percent

Part = Literal["settle", "sample", "second"]
Way = Literal["settle", "sample", "second", "direct"]
"""A part of the queue, or `direct` for a pair that somebody asked for by name."""

PARTS: dict[Part, str] = {
    "settle": "Settle a number: the reviews that do most for what is published, ranked. They have no probability, so "
    "they settle single talks and are no sample of the others.",
    "sample": "Sample: talks drawn with a recorded probability, kept before anybody saw them. Estimates go by these; "
    "to leave out the hard ones would spoil them.",
    "second": "Second reading: what other people decided and you did not, in a fixed random order, their decisions "
    "hidden. Agreement is counted from these.",
}
MOST = 200


class QueueItem(BaseModel):
    """A talk and a theme to decide on, with what that does in words. `probability` of the draw, None if not drawn."""

    model_config = ConfigDict(frozen=True)

    part: Way
    talk: str
    title: str
    theme: str
    theme_name: str
    edition: str
    edition_name: str
    why: str
    figure: str | None = Field(description="id of the share it does something for")
    machine: float | None = Field(description="the machine\u2019s probability, 0..1; null where it kept none")
    probability: float | None = None

    @property
    def key(self) -> str:
        """Name of this pair of talk and theme within addresses."""
        return f"{self.talk}~{self.theme}"


class Queue(BaseModel):
    """`hallway review themes --json`: the parts of the queue, each in the order to take it in."""

    model_config = ConfigDict(frozen=True)

    edition: str | None
    theme: str | None
    reviewer: str | None
    snapshot: str
    settle: list[QueueItem]
    sample: list[QueueItem]
    second: list[QueueItem]


class Settling(BaseModel):
    """A question and the reviews that would settle it, in words, with the figure."""

    model_config = ConfigDict(frozen=True)

    sentence: str
    figure: str
    reviews: int | None
    edition: str
    theme: str


def review_queue(
    session: Session, edition: str | None = None, theme: str | None = None, reviewer: str | None = None, limit: int = 20
) -> Queue:
    """At most `limit` of each part, of an edition or theme if given; NotFound for an unknown one."""
    parts = {part: queue_part(session, part, edition, theme, reviewer, limit) for part in PARTS}
    snapshot = current_snapshot(session)
    return Queue(edition=edition, theme=theme, reviewer=reviewer, snapshot=snapshot, **parts)


def queue_part(
    session: Session,
    part: Part,
    edition: str | None,
    theme: str | None,
    reviewer: str | None,
    limit: int,
    skip: Iterable[str] = (),
) -> list[QueueItem]:
    """The first `limit` of one part, those whose `key` is in `skip` passed over."""
    check_names(session, TalkFilter(editions=(edition,) if edition else (), theme=theme))
    passed = set(skip)
    found: Iterable[QueueItem]
    if part == "settle":
        found = _ranked(session, effects(session, edition, theme), limit + len(passed))
    elif part == "sample":
        found = _sampled(session, edition, theme)
    else:
        found = _second(session, edition, theme, reviewer, limit + len(passed))
    items = []
    for item in found:
        if item.key not in passed:
            items.append(item)
        if len(items) == limit:
            break
    return items


def direct_item(session: Session, talk: str, theme: str) -> QueueItem:
    """The pair of this talk and theme (slugs), whoever decided it; NotFound unless both count."""
    check_names(session, TalkFilter(theme=theme))
    row = session.execute(
        allowed_talks(TalkFilter())
        .with_only_columns(col(Talk.title), col(Edition.slug), col(Edition.name))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .where(col(Talk.slug) == talk)
    ).first()
    name = session.scalar(select(col(Theme.name)).where(col(Theme.slug) == theme, col(Theme.withdrawn_at).is_(None)))
    if row is None or name is None:
        raise NotFound("talk" if row is None else "theme", talk if row is None else theme)
    why = f"Asked for by name. It counts for {name} at {row[2]}, and has no probability of being drawn."
    return QueueItem(
        part="direct", talk=talk, title=row[0], theme=theme, theme_name=name, edition=row[1], edition_name=row[2],
        why=why, figure=None, machine=None,
    )  # fmt: skip


def settlings(session: Session, edition: str | None, theme: str | None, limit: int) -> list[Settling]:
    """The questions that reviews can settle, in the order of the queue."""
    found = [one for one in effects(session, edition, theme) if one.question and one.question.reviews][:limit]
    figures = _figures(session, found)
    return [
        Settling(
            sentence=sentence(one, figure),
            figure=figure.id,
            reviews=one.question.reviews if one.question else None,
            edition=one.edition,
            theme=one.theme,
        )
        for one, figure in zip(found, figures, strict=True)
    ]


def sentence(effect: Effect, figure: Figure) -> str:
    """What reviews would do for a share, and what it is now: “3 reviews would settle whether it is above 25 %”."""
    now = f"Now {figure.sentence}."
    question = effect.question
    if question is None:
        return f"Each review narrows {effect.theme_name} at {effect.edition_name}; no round number hangs on it. {now}"
    printed = ", as has been claimed," if question.claimed else ""
    asked = f"whether {effect.theme_name} is above {percent(question.threshold)}{printed} at {effect.edition_name}"
    if question.reviews is None:
        return f"{_unsettled(question, asked, figure)} {now}"
    return f"{counted(question.reviews, 'review')} would settle, in expectation, {asked}. {now}"


def _unsettled(question: Question, asked: str, figure: Figure) -> str:
    """Why the talks that the machine has a probability for do not settle it."""
    if question.unlisted:
        others = counted(question.unlisted, "more talk")
        return (
            f"The talks offered here cannot settle {asked}, for {others}, which the machine gives next to no chance, "
            f"{'is' if question.unlisted == 1 else 'are'} undecided too; each review narrows it. A sample has "
            "those talks as well."
        )
    why = "sessions are missing"
    if figure.coverage.published is None:
        why = "how many sessions were published is not known"
    elif figure.coverage.surplus:
        why = "more talks are known than sessions were published"
    return f"Reviews alone cannot settle {asked}, for {why}; each narrows it."


def _ranked(session: Session, ranked: list[Effect], limit: int) -> Iterator[QueueItem]:
    pairs = list(islice(((effect, talk) for effect in ranked for talk in effect.talks), limit))
    names = _talk_names(session, {talk.talk_id for _, talk in pairs})
    distinct = list(dict.fromkeys(effect for effect, _ in pairs))
    figures = dict(zip(distinct, _figures(session, distinct), strict=True))
    for effect, talk in pairs:
        slug, title = names[talk.talk_id]
        figure = figures[effect]
        yield QueueItem(
            part="settle", talk=slug, title=title, theme=effect.theme, theme_name=effect.theme_name,
            edition=effect.edition, edition_name=effect.edition_name, why=sentence(effect, figure),
            figure=figure.id, machine=talk.probability,
        )  # fmt: skip


def _figures(session: Session, found: Iterable[Effect]) -> list[Figure]:
    """The figures as every page has them."""
    return [theme_figure(session, one.theme, Scope(editions=(one.edition,))) for one in found]


def _talk_names(session: Session, ids: set[int]) -> dict[int | None, tuple[str, str]]:
    rows = session.execute(select(col(Talk.id), col(Talk.slug), col(Talk.title)).where(col(Talk.id).in_(ids)))
    return {talk: (slug, title) for talk, slug, title in rows}


def _sampled(session: Session, edition: str | None, theme: str | None) -> Iterator[QueueItem]:
    """Talks of the newest draws that nobody decided yet, draw by draw, in the order of their random numbers."""
    later = ReviewDraw.__table__.alias()  # type: ignore[attr-defined]  # SQLModel does not type its table
    newer = (
        select(later.c.id)
        .where(
            later.c.edition_id == col(ReviewDraw.edition_id),
            later.c.theme_id == col(ReviewDraw.theme_id),
            later.c.id > col(ReviewDraw.id),
            later.c.draw != col(ReviewDraw.draw),
        )
        .exists()
    )
    decided = (
        select(col(ThemeDecision.id))
        .where(
            col(ThemeDecision.talk_id) == col(ReviewDraw.talk_id),
            col(ThemeDecision.theme_id) == col(ReviewDraw.theme_id),
        )
        .exists()
    )
    statement = (
        select(
            col(ReviewDraw.probability), col(Talk.slug), col(Talk.title), col(Theme.slug), col(Theme.name),
            col(Edition.slug), col(Edition.name), col(ThemeAssignment.probability),
        )
        .join(Talk, col(Talk.id) == col(ReviewDraw.talk_id))
        .join(Theme, col(Theme.id) == col(ReviewDraw.theme_id))
        .join(Edition, col(Edition.id) == col(ReviewDraw.edition_id))
        .outerjoin(
            ThemeAssignment,
            (col(ThemeAssignment.talk_id) == col(ReviewDraw.talk_id))
            & (col(ThemeAssignment.theme_id) == col(ReviewDraw.theme_id)),
        )
        .where(col(ReviewDraw.offered).is_(True), ~newer, ~decided)
        .where(col(Talk.withdrawn_at).is_(None), col(Theme.withdrawn_at).is_(None), *_named(edition, theme))
        .order_by(col(ReviewDraw.id))
        .limit(MOST)
    )  # fmt: skip
    for chance, slug, title, theme_slug, theme_name, held, held_name, machine in session.execute(statement):
        why = f"Drawn for {theme_name} at {held_name} with probability {chance:.2f}."
        yield QueueItem(
            part="sample", talk=slug, title=title, theme=theme_slug, theme_name=theme_name, edition=held,
            edition_name=held_name, why=why, figure=None, machine=machine, probability=chance,
        )  # fmt: skip


def _second(
    session: Session, edition: str | None, theme: str | None, reviewer: str | None, limit: int
) -> list[QueueItem]:
    """Pairs that somebody else decided and `reviewer` did not, in the order of a hash, so that they are no choice."""
    statement = (
        select(
            col(ThemeDecision.reviewer), col(Talk.slug), col(Talk.title), col(Theme.slug), col(Theme.name),
            col(Edition.slug), col(Edition.name),
        )
        .select_from(ThemeDecision)
        .join(Talk, col(Talk.id) == col(ThemeDecision.talk_id))
        .join(Theme, col(Theme.id) == col(ThemeDecision.theme_id))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .where(col(Talk.withdrawn_at).is_(None), col(Theme.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        .where(*_named(edition, theme))
    )  # fmt: skip
    by_pair: dict[tuple[str, str], tuple[set[str], QueueItem]] = {}
    for who, slug, title, theme_slug, theme_name, held, held_name in session.execute(statement):
        item = QueueItem(
            part="second", talk=slug, title=title, theme=theme_slug, theme_name=theme_name, edition=held,
            edition_name=held_name, why="Somebody else decided this; what is not shown.", figure=None, machine=None,
        )  # fmt: skip
        by_pair.setdefault((slug, theme_slug), (set(), item))[0].add(who)
    waiting = [item for people, item in by_pair.values() if reviewer not in people]
    return sorted(waiting, key=lambda item: hashlib.sha256(item.key.encode()).digest())[:limit]


def _named(edition: str | None, theme: str | None) -> list[ColumnElement[bool]]:
    clauses = [col(Edition.slug) == edition] if edition is not None else []
    return clauses + ([col(Theme.slug) == theme] if theme is not None else [])
