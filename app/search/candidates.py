"""What a backend finds and within what it may look. Both kinds of backend share these shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self, overload

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


class Found(Sequence[Candidate]):
    """Candidates, best first, as columns: a search finds thousands and looks at few of them one by one."""

    def __init__(self, passages: NDArray[np.int64], talks: NDArray[np.int64], scores: NDArray[Any]) -> None:
        self.passages = passages
        self.talks = talks
        self.scores = scores

    @classmethod
    def of(cls, candidates: Iterable[Candidate]) -> Self:
        """Of candidates one by one, best first."""
        passages, talks, scores = zip(*candidates, strict=True) if (candidates := list(candidates)) else ((), (), ())
        return cls(np.array(passages, dtype=np.int64), np.array(talks, dtype=np.int64), np.array(scores, dtype=float))

    @property
    def documents(self) -> NDArray[np.int64]:
        """What each is ranked as, see `Candidate`."""
        return np.where(self.talks == NO_TALK, -self.passages, self.talks)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.passages)

    @overload
    def __getitem__(self, at: int) -> Candidate: ...
    @overload
    def __getitem__(self, at: slice) -> list[Candidate]: ...
    def __getitem__(self, at: int | slice) -> Candidate | list[Candidate]:
        """One, or a list of some."""
        if isinstance(at, slice):
            return list(Found(self.passages[at], self.talks[at], self.scores[at]))
        return Candidate(int(self.passages[at]), int(self.talks[at]), float(self.scores[at]))

    def __iter__(self) -> Iterator[Candidate]:
        """One by one."""
        columns = self.passages.tolist(), self.talks.tolist(), self.scores.tolist()
        return map(Candidate._make, zip(*columns, strict=True))

    def __eq__(self, other: object) -> bool:
        """Whether it holds the same candidates."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list


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

    def allows(self, talk_id: int) -> bool:
        """Whether a talk is in it."""
        at = int(np.searchsorted(self.talks, talk_id))
        return at < len(self.talks) and int(self.talks[at]) == talk_id


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
    only_editions = filter.but(editions=(), series=None, year_from=None, year_to=None, years=())
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
    if filter.years:
        editions = editions.where(col(Edition.year).in_(filter.years))
    return statement.where(col(Takeaway.edition_id).in_(editions))
