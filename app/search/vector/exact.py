"""Exact vector search in memory: every allowed vector is compared, as 8-bit integers.

Of many, machine code tells by 4 bits of each number which may be near enough (see `nibbles`), and only these are
compared in full, as the others are none that a search finds. Without machine code simsimd compares them all.

Each vector is scaled so that its largest number is 127. Against fp32 vectors the ten nearest of a million passages
were then the same to .996, with one scale for all to .990. A filter makes it faster and loses nothing, which graph
indexes cannot say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import simsimd
from numpy.typing import NDArray
from sqlmodel import Session

from app.embeddings.protocol import Vectors
from app.search.candidates import Found, Scope
from app.search.index_files import Arrays
from app.search.kernels import NO_COSINE, Kernels, kernels
from app.search.parts import Allowed, Part, Parted, Rows, among, best, distinct, least_of_best, merged_order, reached_by
from app.search.vector.nibbles import Nibbles

_AT_ONCE = 8_192
"""Rows compared at once when they must be gathered first, so that the copy stays in the processor's cache."""
MOST_COPIED = 64 * 1024 * 1024
"""Bytes of vectors that each process keeps for itself. Numpy asks for pages of 2 MiB then, which files do not have: of
30 MiB a search took 4.8 ms instead of 5.1, and one in a hundred 7.4 instead of 8.5."""
EVERYTHING = -1.5
"""Between NO_COSINE and any cosine."""
MORE_THAN_BEST, _LEAST_COMPARED = 4, 1_200
"""So many rows are compared in full for each of the best, or at least so many. For three queries of a hundred that is
too few, and then those are compared that may be nearer than the last of these."""


class AskedBytes(NamedTuple):
    """A query as bytes (1, d), and its length as such."""

    numbers: NDArray[np.int8]
    length: np.float32

    @classmethod
    def of(cls, query: Vectors) -> Self:
        """Of a vector (d,)."""
        numbers = as_bytes(query[np.newaxis])
        return cls(numbers, lengths(numbers)[0])


@dataclass(frozen=True, eq=False, kw_only=True)
class VectorPart(Part):
    """Vectors as bytes (n, d), and the length of each as bytes."""

    columns: ClassVar[tuple[str, ...]] = ("talks", "passages", "numbers", "lengths")

    numbers: NDArray[np.int8]
    lengths: NDArray[np.float32]
    nibbles: Nibbles | None = None
    """The same in 4 bits, for a part that is searched."""

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """See `Part`."""
        return cls(**columns, nibbles=Nibbles(columns["numbers"], columns["lengths"]))

    def arrays(self, kept: NDArray[np.bool_] | None = None) -> Arrays:
        """Its columns, or these rows of them."""
        columns: Arrays = {name: getattr(self, name) for name in self.columns}
        return columns if kept is None else {name: values[kept] for name, values in columns.items()}

    @cached_property
    def by_talk(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions of all rows by talk, then by passage, and where in these each talk begins, by its id, and ends."""
        order = np.argsort(self.talks, kind="stable")
        return order, np.searchsorted(self.talks[order], np.arange(self.talks.max(initial=0) + 2))

    def arrays_at(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """Numbers and lengths of these rows."""
        return self.numbers[rows], self.lengths[rows]

    def cosines(self, asked: AskedBytes, rows: Rows | None) -> NDArray[np.float32]:
        """Cosine of what is asked with each of these rows, or with all."""
        query, length = asked
        made = kernels()
        if made is not None:
            found = np.empty(len(self.lengths if rows is None else rows), dtype=np.float32)
            if rows is None:
                made.cosines(query[0], self.numbers, self.lengths, length, found)
            else:
                made.cosines_of(query[0], self.numbers, self.lengths, length, rows, found)
            return found
        if rows is None:
            return _dots(query, self.numbers) / (self.lengths * length)
        dots = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            dots[start : start + _AT_ONCE] = _dots(query, self.numbers[some])
        return dots / (self.lengths[rows] * length)


class _Rows(NamedTuple):
    """Rows of a part, None for all, and the cosine of each; NO_COSINE for one that is not in the scope."""

    part: VectorPart
    rows: Rows | None
    cosines: NDArray[np.float32]

    def best(self, limit: int) -> Found:
        """The nearest `limit` that are in the scope, best first, ties by passage."""
        where = least_of_best(self.cosines, limit)
        where = where[self.cosines[where] > NO_COSINE]
        return self.at(where[np.argsort(-self.cosines[where], kind="stable")[:limit]])

    def at(self, where: NDArray[np.int64]) -> Found:
        """Those at these places."""
        rows = where if self.rows is None else self.rows[where]
        return Found(self.part.passages[rows], self.part.talks[rows], self.cosines[where])

    def talks_from(self, least: float, known: NDArray[np.int64]) -> NDArray[np.int64]:
        """The talk of each that has at least this cosine, more than NO_COSINE."""
        where = np.flatnonzero(self.cosines >= np.float32(least))
        return self.part.talks[where if self.rows is None else self.rows[where]]


class _Bounded:
    """See `_Rows`: of all rows of a part, where the cosine is computed of those only that are near enough."""

    def __init__(self, part: VectorPart, nibbles: Nibbles, made: Kernels, asked: AskedBytes, allowed: Allowed) -> None:
        self._part = part
        self._made = made
        self._asked = asked
        self._bounds = nibbles.bounds(made, asked.numbers[0], asked.length, allowed.mask)
        self._known = np.inf, _Rows(part, None, np.zeros(0, dtype=np.float32))
        """A cosine, and all rows that may have at least that."""

    def best(self, limit: int) -> Found:
        """See `_Rows`."""
        found = self._from(self._likely(limit))
        order = self._order(found, limit)
        # So many have at least this cosine, so all of the best do.
        last = float(found.cosines[order[-1]]) if len(order) == limit else EVERYTHING
        if last < self._known[0]:
            found = self._from(last)
            order = self._order(found, limit)
        return found.at(order)

    def talks_from(self, least: float, known: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `_Rows`. None of those `known` where that saves work."""
        if least >= self._known[0]:
            return self._known[1].talks_from(least, known)
        rows = self._made.rows_from(self._bounds.upper, np.float32(max(least, EVERYTHING)))
        rows = rows[~among(self._part.talks[rows], known)]
        sure = self._bounds.surely(rows, least)
        maybe = rows[~sure]
        near = maybe[self._part.cosines(self._asked, maybe) >= np.float32(least)]
        found: NDArray[np.int64] = self._part.talks[np.concatenate([rows[sure], near])]
        return found

    def _likely(self, limit: int) -> float:
        """A bound that some more rows reach than may be among the best `limit`, as far as a sample tells."""
        least = reached_by(self._bounds.upper, max(MORE_THAN_BEST * limit, _LEAST_COMPARED))
        return EVERYTHING if least is None else float(least)

    def _from(self, least: float) -> _Rows:
        """All rows in the scope of at least this cosine, and some more."""
        if least < self._known[0]:
            rows = self._made.rows_from(self._bounds.upper, np.float32(max(least, EVERYTHING)))
            self._known = least, _Rows(self._part, rows, self._part.cosines(self._asked, rows))
        return self._known[1]

    def _order(self, found: _Rows, limit: int) -> NDArray[np.int64]:
        places = np.arange(len(found.cosines), dtype=np.int32)
        order, _ = self._made.best_rows(places, np.add(found.cosines, 1, dtype=np.float64), limit)
        return order


class ComparedRows:
    """See `Compared`: of the parts of an index in memory."""

    def __init__(self, parts: Sequence[_Rows | _Bounded]) -> None:
        self._parts = parts

    def best(self, limit: int) -> Found:
        """See `Compared`."""
        if len(self._parts) == 1:
            return self._parts[0].best(limit)
        return best((one.best(limit) for one in self._parts), limit)

    def talks(self, least: float, known: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `Compared`."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *(one.talks_from(least, known) for one in self._parts)])


class ExactIndex(Parted[VectorPart]):
    """See `VectorIndex`. Takes d + 20 bytes for each vector."""

    name = "exact"
    recipe = "int8-own-scale/1"
    least_rows = 0
    is_lost = False
    _part: type[VectorPart] = VectorPart

    @classmethod
    def build(cls, talk_ids: NDArray[np.int64], passage_ids: NDArray[np.int64], vectors: Vectors) -> Self:
        """See `VectorIndex`."""
        return cls.from_arrays(cls._made(talk_ids, passage_ids, vectors))

    @classmethod
    def _made(cls, talk_ids: NDArray[np.int64], passage_ids: NDArray[np.int64], vectors: Vectors) -> Arrays:
        numbers = as_bytes(vectors)
        return {"talks": talk_ids, "passages": passage_ids, "numbers": numbers, "lengths": lengths(numbers)}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """See `VectorIndex`. Vectors that are not very many are copied out of a mapped file: see MOST_COPIED."""
        if arrays["numbers"].nbytes <= MOST_COPIED:
            arrays = {**arrays, "numbers": np.array(arrays["numbers"])}
        return cls(cls._part.of(arrays))

    def arrays(self) -> Arrays:
        """See `VectorIndex`."""
        if len(self._parts) == 1 and self._parts[0].gone is None:
            return self._parts[0].arrays()
        _, order = merged_order(self._parts)
        columns = [part.arrays(part.kept()) for part in self._parts]
        whole = {name: np.concatenate([column[name] for column in columns]) for name in columns[0]}
        return {name: values[order] for name, values in whole.items()}

    def changed(
        self,
        removed: NDArray[np.int64],
        talk_ids: NDArray[np.int64],
        passage_ids: NDArray[np.int64],
        vectors: Vectors,
    ) -> Self:
        """See `VectorIndex`."""
        base, *small = (part.without(removed) for part in self._parts)
        if len(passage_ids):
            small.append(self._part.of(self._made(talk_ids, passage_ids, vectors)))
        if base.numbers.shape[1:] != vectors.shape[1:] and len(passage_ids):
            return type(self)(*small)  # nothing was embedded before, so there is no length to keep to
        small = [part for part in small if len(part)]
        if len(small) > 1:
            small = [self._part.of(type(self)(*small).arrays())]
        return type(self)(base, *small)

    def of(self, session: Session) -> Self:
        """See `VectorIndex`."""
        return self

    def compare(self, query: Vectors, scope: Scope) -> ComparedRows:
        """See `VectorIndex`."""
        if query.shape != self._parts[0].numbers.shape[1:]:
            return ComparedRows([])
        asked = AskedBytes.of(query)
        return ComparedRows([self._compared(part, asked, scope) for part in self._parts])

    def search(self, query: Vectors, scope: Scope, limit: int) -> Found:
        """See `VectorIndex`."""
        return self.compare(query, scope).best(limit)

    def at_rest(self) -> VectorPart | None:
        """See `VectorIndex`."""
        part = self._parts[0]
        return part if len(self._parts) == 1 and part.gone is None else None

    def rows_of(self, talks: NDArray[np.int64], passages: NDArray[np.int64], most: int) -> VectorPart:
        """See `VectorIndex`."""
        wanted = [_rows_of(part, talks, passages) for part in self._parts]
        talk_ids = np.concatenate([part.talks[rows] for part, rows in zip(self._parts, wanted, strict=True)])
        passage_ids = np.concatenate([part.passages[rows] for part, rows in zip(self._parts, wanted, strict=True)])
        # Rows of a part come by passage.
        one = len(self._parts) == 1
        order = np.argsort(talk_ids, kind="stable") if one else np.lexsort((passage_ids, talk_ids))
        nth = _nth_of_each(talk_ids[order])
        if nth.max(initial=0) >= most:
            order = order[(nth < most) | np.isin(passage_ids[order], passages)]
        columns = [part.arrays_at(rows) for part, rows in zip(self._parts, wanted, strict=True) if len(rows)]
        if not columns:
            columns = [self._parts[0].arrays_at(np.zeros(0, dtype=np.int64))]
        numbers, lengths = (np.concatenate([column[at] for column in columns])[order] for at in (0, 1))
        return VectorPart(talks=talk_ids[order], passages=passage_ids[order], numbers=numbers, lengths=lengths)

    def _compared(self, part: VectorPart, asked: AskedBytes, scope: Scope) -> _Rows | _Bounded:
        allowed = part.allowed(scope)
        rows = self._worth_comparing(part, asked, allowed)
        made = kernels()
        if rows is None and made is not None and part.nibbles is not None and part.nibbles.are_worth_it:
            return _Bounded(part, part.nibbles, made, asked, allowed)
        cosines = part.cosines(asked, rows)
        if rows is None and allowed.mask is not None:
            cosines[~allowed.mask] = NO_COSINE
        return _Rows(part, rows, cosines)

    def _worth_comparing(self, part: VectorPart, asked: AskedBytes, allowed: Allowed) -> Rows | None:
        """The rows that may be nearest, None for all: here every allowed one."""
        return allowed.few


def _rows_of(part: VectorPart, talks: NDArray[np.int64], passages: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the rows of these talks and of these passages that are not gone, each once."""
    by_talk, starts = part.by_talk
    known = talks[talks < len(starts) - 1]
    first, end = starts[known], starts[known + 1]
    counts = end - first
    places = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    at = np.minimum(np.searchsorted(part.passages, passages), max(0, len(part.passages) - 1))
    at = at[part.passages[at] == passages] if len(part.passages) else at[:0]
    rows = distinct(np.concatenate([by_talk[places], at]))
    return rows if part.gone is None else rows[~part.gone[rows]]


def _nth_of_each(talks: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of `talks`, which lie together: how many of the same are before it."""
    place = np.arange(len(talks))
    first = np.ones(len(talks), dtype=np.bool_)
    first[1:] = talks[1:] != talks[:-1]
    return place - np.maximum.accumulate(np.where(first, place, 0))


def as_bytes(vectors: Vectors) -> NDArray[np.int8]:
    """Vectors (n, d) as whole numbers -127..127, the largest of each 127."""
    largest = np.maximum(np.abs(vectors).max(axis=1, initial=0.0, keepdims=True), 1e-9)
    rows: NDArray[np.int8] = np.rint(vectors * (127.0 / largest)).astype(np.int8)
    return rows


def lengths(numbers: NDArray[np.int8]) -> NDArray[np.float32]:
    """Length of each row (n, d), at least 1."""
    squares = np.einsum("nd,nd->n", numbers, numbers, dtype=np.int32)
    lengths: NDArray[np.float32] = np.sqrt(np.maximum(squares, 1)).astype(np.float32)
    return lengths


def _dots(query: NDArray[np.int8], numbers: NDArray[np.int8]) -> NDArray[np.float32]:
    """Products of `query` (1, d) with each row, which fp32 holds exactly up to d = 1,040."""
    if not len(numbers):
        return np.zeros(0, dtype=np.float32)
    found: Any = simsimd.cdist(query, numbers, metric="dot", out_dtype="float32")
    dots: NDArray[np.float32] = np.asarray(found, dtype=np.float32)[0]
    return dots
