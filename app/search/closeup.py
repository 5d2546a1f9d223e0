"""The documents that were found, looked at more closely: how near each is by all its passages, and where they point.

A talk is as near as its best passage, and as near as its best text: titles alone promise more than talks hold.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors
from app.embeddings.store import NO_TALK
from app.search.entries import NOTHING_KNOWN, Known
from app.search.kernels import Kernels, kernels
from app.search.parts import distinct
from app.search.ranking import Side
from app.search.vector.exact import VectorPart, as_bytes, lengths
from app.search.vector.protocol import VectorIndex

TEXT = 0.5
"""How much the best passage but its title counts beside the best of all."""
MOST_OF_TALK = 8
"""So many passages of a talk are compared beside those found: its title and what it says of itself come first."""


class Closeup(ABC):
    """The vectors of the documents that were found."""

    def __init__(self, part: VectorPart, documents: NDArray[np.int64]) -> None:
        self._part = part
        self._documents = documents

    @abstractmethod
    def nearness(self, query: Vectors) -> Known:
        """How near each document is to `query` (d,), 0..1: the cosine of its best passage, and of its best text."""

    @abstractmethod
    def _rows(self, place: int) -> NDArray[np.int64]:
        """The rows of the document at this place that count."""

    def mean(self, weights: Mapping[int, float]) -> NDArray[np.float32]:
        """The mean of the vectors of documents (d,), by these weights; each is the mean direction of its passages."""
        total = np.zeros(self._part.numbers.shape[1], dtype=np.float32)
        for document, weight in weights.items():
            for place in np.flatnonzero(self._documents == document).tolist():
                numbers, long = self._part.arrays_at(self._rows(place))
                own = (numbers / long[:, np.newaxis]).sum(axis=0)
                total += weight * own / max(float(np.linalg.norm(own)), 1e-9)
        return total


def close_to(index: VectorIndex, *sides: Side) -> Closeup:
    """All documents of `sides`."""
    documents = distinct(np.concatenate([side.documents for side in sides]))
    passages = distinct(np.concatenate([side.passages for side in sides]))
    part, made = index.at_rest(), kernels()
    if part is not None and made is not None and len(part):
        return InPlace(part, made, documents, passages)
    return Gathered(index.rows_of(documents[documents > 0], passages, MOST_OF_TALK))


class InPlace(Closeup):
    """See `Closeup`: of vectors where they lie in memory, by machine code."""

    def __init__(
        self, part: VectorPart, made: Kernels, documents: NDArray[np.int64], passages: NDArray[np.int64]
    ) -> None:
        """Of documents and of passages that were found of them, both ascending; those without a vector are left out."""
        self._made = made
        self._order, starts = part.by_talk
        lessons = documents[: np.searchsorted(documents, 0)]
        talks = documents[len(lessons) :]
        talks = talks[talks < len(starts) - 1]
        # Lessons are of no talk and so come before all talks, by passage.
        places = np.searchsorted(part.passages[self._order[: starts[0]]], -lessons)
        self._firsts = np.concatenate([places, starts[talks]])
        self._ends = np.concatenate([places + 1, starts[talks + 1]])
        documents = np.concatenate([lessons, talks])
        there = self._firsts < self._ends
        there[: len(lessons)] = places < starts[0]
        there[: len(lessons)] &= part.passages[self._order[np.minimum(places, len(part.passages) - 1)]] == -lessons
        if not there.all():
            self._firsts, self._ends, documents = self._firsts[there], self._ends[there], documents[there]
        super().__init__(part, documents)
        self._wanted = passages[:0]
        if (self._ends - self._firsts).max(initial=0) > MOST_OF_TALK:
            rows = np.searchsorted(part.passages, passages)
            rows = rows[rows < len(part.passages)]
            self._wanted = rows[part.passages[rows] == passages[: len(rows)]]

    def nearness(self, query: Vectors) -> Known:
        """See `Closeup`."""
        part = self._part
        if not len(self._documents) or query.shape != part.numbers.shape[1:]:
            return NOTHING_KNOWN
        asked = as_bytes(query[np.newaxis])
        near = np.empty(len(self._documents))
        self._made.nearness(
            asked[0], lengths(asked)[0], part.numbers, part.lengths, self._order, self._firsts, self._ends,
            MOST_OF_TALK, self._wanted, np.float32(TEXT), near,
        )  # fmt: skip
        return Known(self._documents, near)

    def _rows(self, place: int) -> NDArray[np.int64]:
        """See `Closeup`."""
        rows = self._order[self._firsts[place] : self._ends[place]]
        kept: NDArray[np.int64] = rows[(np.arange(len(rows)) < MOST_OF_TALK) | np.isin(rows, self._wanted)]
        return kept


class Gathered(Closeup):
    """See `Closeup`: of a copy of its rows."""

    def __init__(self, part: VectorPart) -> None:
        """Of rows by talk and then by passage."""
        rows = np.where(part.talks == NO_TALK, -part.passages, part.talks)
        is_first = np.ones(len(rows), dtype=np.bool_)
        is_first[1:] = rows[1:] != rows[:-1]
        self._starts = np.flatnonzero(is_first)
        self._ends = np.append(self._starts[1:], len(rows))
        super().__init__(part, rows[self._starts])
        self._ascending = np.argsort(self._documents)
        # Passages are made title first, and a talk without any text has its title alone.
        self._is_title = is_first & np.append(~is_first[1:], False)

    def nearness(self, query: Vectors) -> Known:
        """See `Closeup`."""
        if not len(self._documents) or query.shape != self._part.numbers.shape[1:]:
            return NOTHING_KNOWN
        cosines = self._part.cosines(as_bytes(query[np.newaxis]), None)
        of_all = np.maximum.reduceat(cosines, self._starts)
        of_text = np.maximum.reduceat(np.where(self._is_title, np.float32(-1), cosines), self._starts)
        near = np.clip((1 - TEXT) * of_all + TEXT * of_text, 0.0, 1.0)
        return Known(self._documents[self._ascending], near[self._ascending].astype(np.float64))

    def _rows(self, place: int) -> NDArray[np.int64]:
        """See `Closeup`."""
        return np.arange(self._starts[place], self._ends[place])
