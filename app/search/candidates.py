"""What a backend finds and within what it may look. Both kinds of backend share these shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self, overload

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement

from app.embeddings.store import NO_TALK


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

    @cached_property
    def _table(self) -> NDArray[np.bool_]:
        """Whether a talk is in it, by id; its last is for any that is higher than these."""
        table = np.zeros(int(self.talks.max(initial=0)) + 2, dtype=np.bool_)
        table[self.talks] = True
        return table

    def of(self, talk_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of these talks that are in it, in their order."""
        return talk_ids[self._table[np.minimum(talk_ids, len(self._table) - 1)]]

    def allows(self, talk_id: int) -> bool:
        """Whether a talk is in it."""
        at = int(np.searchsorted(self.talks, talk_id))
        return at < len(self.talks) and int(self.talks[at]) == talk_id
