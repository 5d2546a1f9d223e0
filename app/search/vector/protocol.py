"""What every vector index offers, and what those in memory offer besides."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from app.embeddings.protocol import Vectors
from app.search.candidates import Found, Scope
from app.search.index_files import Arrays
from app.search.vector.exact import VectorPart


class Compared(Protocol):
    """What is within a scope, compared with one query."""

    def best(self, limit: int) -> Found:
        """The nearest passages, best first, at most `limit`; ties by passage id. Scores are cosines, -1..1."""
        ...

    def talks(self, least: float, known: NDArray[np.int64]) -> NDArray[np.int64]:
        """The talks of passages of at least this cosine, in any order, maybe several times, maybe NO_TALK.

        All of them, where all vectors were compared; else of the nearest that were looked at. Those among `known`
        (ascending) are not asked for, and may be left out.
        """
        ...


class VectorIndex(Protocol):
    """An index of the vectors of passages, as it is asked."""

    name: str

    def of(self, session: Session) -> VectorIndex:
        """The same as this session sees the base: itself, where it rests in memory."""
        ...

    @property
    def is_lost(self) -> bool:
        """Whether it has gone and is to be read anew; False for what rests in memory."""
        ...

    def __len__(self) -> int:
        """How many vectors it holds."""
        ...

    def compare(self, query: Vectors, scope: Scope) -> Compared:
        """Compare `query` (d,) with what is in `scope`. One of another length than the vectors finds nothing."""
        ...

    def search(self, query: Vectors, scope: Scope, limit: int) -> Found:
        """The best `limit` of `compare`."""
        ...

    def at_rest(self) -> VectorPart | None:
        """All its rows, where they rest in memory and none came or went since they were built or read; else None."""
        ...

    def rows_of(self, talks: NDArray[np.int64], passages: NDArray[np.int64], most: int) -> VectorPart:
        """The rows of these talks, at most the first `most` of each, and of these passages: by talk, then passage."""
        ...


class VectorsInMemory(VectorIndex, Protocol):
    """An index in memory. It never changes: `changed` gives another that shares what stayed."""

    recipe: str
    """Names how vectors are written; another recipe means a file to be made anew."""
    least_rows: int
    """From how many vectors on it is worth choosing."""

    @classmethod
    def build(cls, talk_ids: NDArray[np.int64], passage_ids: NDArray[np.int64], vectors: Vectors) -> Self:
        """An index of `vectors` (n, d), each of length 1, with the talk and passage of each row (n,), by passage."""
        ...

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The index that `arrays` were taken of, or one of what `exact` keeps."""
        ...

    def arrays(self) -> Arrays:
        """All that it holds, in one part, as a file keeps it."""
        ...

    def changed(
        self,
        removed: NDArray[np.int64],
        talk_ids: NDArray[np.int64],
        passage_ids: NDArray[np.int64],
        vectors: Vectors,
    ) -> Self:
        """The index without the passages `removed` and then with these added, by passage. Equals a build of it all."""
        ...

    @property
    def changes(self) -> int:
        """How many rows came or went since it was built or read: they cost a little more than the others."""
        ...
