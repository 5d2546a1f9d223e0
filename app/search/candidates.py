"""What a backend finds and within what it may look. Both kinds of backend share these shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.embeddings.store import NO_TALK
from app.models import Edition, Passage, Series, Takeaway


class Candidate(NamedTuple):
    """A passage that a backend found; `talk_id` is NO_TALK for a lesson. Higher scores are better."""

    passage_id: int
    talk_id: int
    score: float

    @property
    def document(self) -> int:
        """What is ranked: the talk, or for a lesson its passage, as a number below 0."""
        return self.talk_id if self.talk_id != NO_TALK else -self.passage_id


@dataclass(frozen=True, eq=False)
class Scope:
    """The passages a search may show, from the one statement of allowed talks, in the two ways backends need it.

    The same scope object serves many searches, so a backend may remember what it made of one.
    """

    condition: ColumnElement[bool]
    """On Passage, for backends that ask the database."""
    talks: NDArray[np.int64]
    """Ids of the allowed talks, ascending, for backends in memory."""
    lessons: NDArray[np.int64]
    """Ids of the allowed passages that belong to no talk, ascending."""


def scope_of(session: Session, filter: TalkFilter) -> Scope:
    """The scope of `filter`. Lessons of an edition are in it when nothing but edition, series and years is narrowed."""
    talks = allowed_talks(filter)
    lessons = _allowed_lessons(filter)
    condition: ColumnElement[bool] = col(Passage.talk_id).in_(talks)
    found: list[int] = []
    if lessons is not None:
        is_lesson = and_(col(Passage.talk_id).is_(None), col(Passage.takeaway_id).in_(lessons))
        condition = or_(condition, is_lesson)
        found = [i for i in session.scalars(select(col(Passage.id)).where(is_lesson)) if i is not None]
    return Scope(
        condition=condition,
        talks=np.sort(np.fromiter(session.scalars(talks), dtype=np.int64)),
        lessons=np.sort(np.array(found, dtype=np.int64)),
    )


def _allowed_lessons(filter: TalkFilter) -> Select[int | None] | None:
    """Ids of the takeaways that belong to an edition alone and pass the filter; None when it asks for talks only."""
    only_editions = filter.but(editions=(), series=None, year_from=None, year_to=None)
    if not only_editions.is_empty:
        return None
    statement = select(col(Takeaway.id)).where(col(Takeaway.talk_id).is_(None), col(Takeaway.withdrawn_at).is_(None))
    if filter.is_empty:
        return statement
    editions = select(col(Edition.id))
    if filter.editions:
        editions = editions.where(col(Edition.slug).in_(filter.editions))
    if filter.series:
        editions = editions.join(Series).where(col(Series.slug) == filter.series)
    if filter.year_from is not None:
        editions = editions.where(col(Edition.year) >= filter.year_from)
    if filter.year_to is not None:
        editions = editions.where(col(Edition.year) <= filter.year_to)
    return statement.where(col(Takeaway.edition_id).in_(editions))
