"""Draws for review, kept before anybody sees the talks: what could be drawn, with what probability, and what was.

The frame of a draw are the talks whose theme nobody had decided when they were first drawn from; those decided before
are known for certain and need no sample. What people then decide about the talks offered, in whichever part of the
queue, are the labels that estimates of the whole frame go by.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks, check_names
from app.db.types import utc_now
from app.errors import NotFound, UsageError
from app.models import Edition, ReviewDraw, Talk, Theme, ThemeAssignment, ThemeDecision
from app.themes.assignment import KEPT_FROM
from app.themes.sampling import RULE, inclusion_probabilities, permanent_number, uncertainty

LARGEST = 1000
DECIDED = ("confirmed", "rejected")


@dataclass(frozen=True)
class Drawn:
    """A talk of the newest draw of a theme at an edition. `accepted` is the newest decision, None while nobody decided.

    Where it is not `offered` it was in the frame and not drawn; a decision on it has then no probability.
    """

    draw_id: int
    talk_id: int
    probability: float
    offered: bool
    accepted: bool | None


@dataclass(frozen=True)
class DrawState:
    """How far the sample of a theme at an edition is: drawn and decided, of a frame of so many talks."""

    edition: str
    edition_name: str
    theme: str
    theme_name: str
    frame: int
    drawn: int
    decided: int


def draw(session: Session, edition: str, theme: str, more: int, seed: str | None = None) -> DrawState:
    """Draw about `more` further talks of an edition to review for a theme, and keep the draw.

    The first draw fixes the seed; `seed` is for tests. NotFound for unknown slugs; UsageError where nothing is left.
    """
    if not 1 <= more <= LARGEST:
        raise UsageError(f"Ask for 1 to {LARGEST} talks.", "size")
    check_names(session, TalkFilter(editions=(edition,), theme=theme))
    edition_id, theme_id = _ids(session, edition, theme)
    former = {row.talk_id: row for row in _newest(session, edition_id, theme_id)}
    first = next(iter(former.values()), None)
    seed = first.seed if first else seed or secrets.token_hex(8)
    frame = _frame(session, edition, theme_id, former)
    if not any(talk not in former or not former[talk].offered for talk, _, _ in frame):
        raise UsageError("Every talk that nobody had decided is drawn already.", "size")
    size = more + (first.size if first else 0)
    chances = inclusion_probabilities([unsure for _, _, unsure in frame], size)
    now, name = utc_now(), secrets.token_hex(8)
    rows = []
    for (talk_id, slug, unsure), chance in zip(frame, chances, strict=True):
        before = former.get(talk_id)
        # Talks that came into the frame since lower the others' chance; what was drawn stays drawn.
        probability = max(chance, before.probability if before else 0.0)
        number = permanent_number(seed, slug, theme)
        rows.append(
            (number, ReviewDraw(
                draw=name, edition_id=edition_id, talk_id=talk_id, theme_id=theme_id, probability=probability,
                uncertainty=unsure, offered=number < probability, size=size, rule=RULE, seed=seed, drawn_at=now,
            ))
        )  # fmt: skip
    # In the order of their numbers, which is a random one: so are talks offered.
    for _, row in sorted(rows, key=lambda pair: pair[0]):
        session.add(row)
        session.flush()
    return next(state for state in draw_states(session) if (state.edition, state.theme) == (edition, theme))


def drawn_talks(session: Session, edition: str, theme: str) -> list[Drawn]:
    """The frame of the newest draw, in the order in which talks are offered; empty where nothing was drawn yet.

    To estimate a share: talks decided before and not in here are known; the others count with the machine's label, and
    where `offered` and decided the difference of the two counts with 1 / probability.
    """
    edition_id, theme_id = _ids(session, edition, theme)
    rows = _newest(session, edition_id, theme_id)
    decided = _decided(session, theme_id, [row.talk_id for row in rows])
    return [Drawn(row.id or 0, row.talk_id, row.probability, row.offered, decided.get(row.talk_id)) for row in rows]


def recorded_chances(session: Session) -> dict[tuple[int, int], float]:
    """By talk and theme, the recorded probability of every talk that the newest draws offer.

    Estimates that go by a sample weigh its labels with these. A pair that is not here was not drawn, whoever decided.
    """
    return {(talk, theme): chance for talk, theme, chance in session.execute(_offered())}


@cache
def _offered() -> Select[int, int, float]:
    """Talk, theme and probability of what the newest draws offer."""
    later = aliased(ReviewDraw)
    newer = (
        select(col(later.id))
        .where(
            col(later.edition_id) == col(ReviewDraw.edition_id),
            col(later.theme_id) == col(ReviewDraw.theme_id),
            col(later.draw) != col(ReviewDraw.draw),
            col(later.id) > col(ReviewDraw.id),
        )
        .exists()
    )
    drawn = col(ReviewDraw.talk_id), col(ReviewDraw.theme_id), col(ReviewDraw.probability)
    return select(*drawn).where(col(ReviewDraw.offered).is_(True), ~newer)


def draw_states(session: Session) -> list[DrawState]:
    """Every theme and edition with a draw, the newest first."""
    pairs = session.execute(
        select(col(Edition.slug), col(Edition.name), col(Theme.slug), col(Theme.name))
        .select_from(ReviewDraw)
        .join(Edition, col(Edition.id) == col(ReviewDraw.edition_id))
        .join(Theme, col(Theme.id) == col(ReviewDraw.theme_id))
        .group_by(col(Edition.slug), col(Edition.name), col(Theme.slug), col(Theme.name))
        .order_by(col(Edition.slug), col(Theme.slug))
    ).all()
    states = []
    for edition, edition_name, theme, theme_name in pairs:
        frame = drawn_talks(session, edition, theme)
        offered = [one for one in frame if one.offered]
        done = sum(one.accepted is not None for one in offered)
        states.append(DrawState(edition, edition_name, theme, theme_name, len(frame), len(offered), done))
    return states


def _ids(session: Session, edition: str, theme: str) -> tuple[int, int]:
    edition_id = session.scalar(select(col(Edition.id)).where(col(Edition.slug) == edition))
    theme_id = session.scalar(select(col(Theme.id)).where(col(Theme.slug) == theme, col(Theme.withdrawn_at).is_(None)))
    if edition_id is None or theme_id is None:
        raise NotFound("edition" if edition_id is None else "theme", edition if edition_id is None else theme)
    return edition_id, theme_id


def _newest(session: Session, edition_id: int, theme_id: int) -> list[ReviewDraw]:
    here = (col(ReviewDraw.edition_id) == edition_id, col(ReviewDraw.theme_id) == theme_id)
    newest = select(col(ReviewDraw.draw)).where(*here).order_by(col(ReviewDraw.id).desc()).limit(1).scalar_subquery()
    return list(session.scalars(select(ReviewDraw).where(col(ReviewDraw.draw) == newest).order_by(col(ReviewDraw.id))))


def _frame(
    session: Session, edition: str, theme_id: int, former: dict[int, ReviewDraw]
) -> list[tuple[int, str, float]]:
    """Talks that can be drawn: id, slug, uncertainty. A talk keeps the uncertainty it first had."""
    talks = session.execute(
        allowed_talks(TalkFilter(editions=(edition,))).with_only_columns(col(Talk.id), col(Talk.slug))
    ).all()
    rows = session.execute(
        select(col(ThemeAssignment.talk_id), col(ThemeAssignment.status), col(ThemeAssignment.probability)).where(
            col(ThemeAssignment.theme_id) == theme_id,
            col(ThemeAssignment.talk_id).in_(allowed_talks(TalkFilter(editions=(edition,)))),
        )
    )
    known = {talk: (status, chance) for talk, status, chance in rows}
    frame = []
    for talk_id, slug in sorted(talks):
        status, chance = known.get(talk_id, ("", KEPT_FROM))
        if talk_id in former:
            frame.append((talk_id, slug, former[talk_id].uncertainty))
        elif status not in DECIDED:
            frame.append((talk_id, slug, uncertainty(chance)))
    return frame


def _decided(session: Session, theme_id: int, talks: list[int]) -> dict[int, bool]:
    order = col(ThemeDecision.decided_on), col(ThemeDecision.id)
    rows = session.execute(
        select(col(ThemeDecision.talk_id), col(ThemeDecision.accepted))
        .where(col(ThemeDecision.theme_id) == theme_id, col(ThemeDecision.talk_id).in_(talks))
        .order_by(*order)
    )
    return {talk: accepted for talk, accepted in rows}  # noqa: C416  rows are no pairs to mypy
