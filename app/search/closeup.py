"""The documents that were found, looked at more closely: how near each is by all its passages, and where they point.

A talk is as near as its best passage, the first of its texts and the three best of them together: a title alone
promises more than a talk holds, and one passage of a talk may be about anything.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors
from app.embeddings.store import NO_TALK
from app.search.kernels import Kernels, kernels, small_loops
from app.search.parts import distinct
from app.search.vector.exact import AskedBytes, VectorPart
from app.search.vector.protocol import VectorIndex


class TextWeights(NamedTuple):
    """How much the passages but the title count; the best of all counts for the rest."""

    first: float
    """The first, in which a talk says what it is about."""
    best: float
    """The mean of the best SEVERAL."""


TEXTS = TextWeights(first=0.2, best=0.4)
"""From the flat part of the table of `scripts/bench_fusion.py`, the same for every collection."""
SEVERAL = 3
"""`kernels.nearness` keeps just so many."""
MOST_OF_TALK = 8
"""So many passages of a talk are compared beside those found: its title and what it says of itself come first."""


class Closeup(ABC):
    """The vectors of the documents that were found."""

    def __init__(self, part: VectorPart, documents: NDArray[np.int64]) -> None:
        self._part = part
        self.documents = documents
        """Ascending; those without a vector are among them."""

    @abstractmethod
    def nearness(self, query: Vectors, texts: TextWeights = TEXTS) -> NDArray[np.float64]:
        """How near each document (n,) is to `query` (d,), 0..1: cosines of its best passage, first text and best texts.

        The last two weigh `texts`. 0 for a document without a vector, and for all where `query` is of another length.
        """

    @abstractmethod
    def _rows(self, place: int) -> NDArray[np.int64]:
        """The rows of the document at this place that count."""

    def mean(self, weights: Mapping[int, float]) -> NDArray[np.float32]:
        """The mean of the vectors of documents (d,), by these weights; each is the mean direction of its passages."""
        total = np.zeros(self._part.numbers.shape[1], dtype=np.float32)
        add = small_loops().add_direction
        for document, weight in weights.items():
            for place in np.flatnonzero(self.documents == document).tolist():
                add(np.float32(weight), self._part.numbers, self._part.lengths, self._rows(place), total)
        return total


def close_to(index: VectorIndex, documents: NDArray[np.int64], *found: NDArray[np.int64]) -> Closeup:
    """These documents, ascending, of which the passages `found` count in any case."""
    part, made = index.at_rest(), kernels()
    if part is not None and made is not None and len(part):
        return InPlace(part, made, documents, found)
    return Gathered(index.rows_of(documents[documents > 0], distinct(np.concatenate(found)), MOST_OF_TALK), documents)


class InPlace(Closeup):
    """See `Closeup`: of vectors where they lie in memory, by machine code."""

    def __init__(
        self, part: VectorPart, made: Kernels, documents: NDArray[np.int64], found: Sequence[NDArray[np.int64]]
    ) -> None:
        """Of documents, ascending, and the passages that were found of them."""
        super().__init__(part, documents)
        self._made = made
        self._order, starts = part.by_talk
        self._firsts, self._ends = made.loops.rows_of(documents, self._order, starts, part.passages)
        self._wanted = np.zeros(0, dtype=np.int64)
        """Rows that count wherever they are in a talk."""
        if (self._ends - self._firsts).max(initial=0) > MOST_OF_TALK:
            passages = distinct(np.concatenate(found))
            rows = np.searchsorted(part.passages, passages)
            rows = rows[rows < len(part.passages)]
            self._wanted = rows[part.passages[rows] == passages[: len(rows)]]

    def nearness(self, query: Vectors, texts: TextWeights = TEXTS) -> NDArray[np.float64]:
        """See `Closeup`."""
        part, near = self._part, np.zeros(len(self.documents))
        if query.shape != part.numbers.shape[1:]:
            return near
        asked = AskedBytes.of(query)
        self._made.nearness(
            asked.numbers[0], asked.length, part.numbers, part.lengths, self._order, self._firsts, self._ends,
            MOST_OF_TALK, self._wanted, np.float32(texts.first), np.float32(texts.best), near,
        )  # fmt: skip
        return near

    def _rows(self, place: int) -> NDArray[np.int64]:
        """See `Closeup`."""
        rows = self._order[self._firsts[place] : self._ends[place]]
        if len(rows) <= MOST_OF_TALK:
            return rows
        kept: NDArray[np.int64] = rows[(np.arange(len(rows)) < MOST_OF_TALK) | np.isin(rows, self._wanted)]
        return kept


class Gathered(Closeup):
    """See `Closeup`: of a copy of its rows."""

    def __init__(self, part: VectorPart, documents: NDArray[np.int64]) -> None:
        """Of rows by talk and then by passage, of these documents, ascending, or some of them."""
        super().__init__(part, documents)
        rows = np.where(part.talks == NO_TALK, -part.passages, part.talks)
        is_first = np.ones(len(rows), dtype=np.bool_)
        is_first[1:] = rows[1:] != rows[:-1]
        self._starts = np.flatnonzero(is_first)
        self._ends = np.append(self._starts[1:], len(rows))
        found = rows[self._starts]
        # The place behind the last is for a document that was not asked for.
        self._places = np.where(np.isin(found, documents), np.searchsorted(documents, found), len(documents))
        # Passages are made title first, and a talk without any text has its title alone.
        self._is_title = is_first & np.append(~is_first[1:], False)

    def nearness(self, query: Vectors, texts: TextWeights = TEXTS) -> NDArray[np.float64]:
        """See `Closeup`."""
        found = np.zeros(len(self.documents) + 1)
        if not len(self._starts) or query.shape != self._part.numbers.shape[1:]:
            return found[:-1]
        cosines = self._part.cosines(AskedBytes.of(query), None)
        best = np.maximum.reduceat(cosines, self._starts)
        is_text = ~self._is_title
        counts = np.add.reduceat(is_text, self._starts, dtype=np.int64)
        starts, first = np.cumsum(counts) - counts, self._starts + self._is_title[self._starts]
        falling = cosines[is_text]
        falling = falling[np.lexsort((-falling, np.repeat(np.arange(len(counts)), counts)))]
        several = falling[starts]
        for place in range(1, SEVERAL):
            has = counts > place
            several[has] += falling[starts[has] + place]
        several /= np.minimum(counts, SEVERAL).astype(np.float32)
        of_first, of_several = np.float32(texts.first), np.float32(texts.best)
        near = (np.float32(1) - of_first - of_several) * best + of_first * cosines[first] + of_several * several
        found[self._places] = np.clip(near, 0.0, 1.0)
        return found[:-1]

    def _rows(self, place: int) -> NDArray[np.int64]:
        """See `Closeup`."""
        of = np.flatnonzero(self._places == place)
        return np.arange(self._starts[of[0]], self._ends[of[0]]) if len(of) else of
