"""What every vector index offers."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors
from app.search.candidates import Candidate, Scope


class VectorIndex(Protocol):
    """An index of the vectors of passages, made from the stored ones and never changed afterwards."""

    name: str

    @classmethod
    def build(cls, talk_ids: NDArray[np.int64], passage_ids: NDArray[np.int64], vectors: Vectors) -> Self:
        """An index of `vectors` (n, d), each of length 1, with the talk and passage of each row (n,)."""
        ...

    def __len__(self) -> int:
        """How many vectors it holds."""
        ...

    def search(self, query: Vectors, scope: Scope, limit: int) -> list[Candidate]:
        """Passages in `scope` nearest to `query` (d,), best first, at most `limit`; ties by passage id.

        Scores are cosines, -1..1. A query of another length than the vectors finds nothing.
        """
        ...
