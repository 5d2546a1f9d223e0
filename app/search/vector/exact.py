"""Exact vector search in memory: every allowed vector is compared, as 8-bit integers, by simsimd.

Storing 8-bit numbers changed about 1 % of the ten nearest of 3,000 passages of talks. A filter makes it faster and
loses nothing, which graph indexes cannot say.
"""

from __future__ import annotations

from typing import Self
from weakref import WeakKeyDictionary

import numpy as np
import simsimd
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors
from app.search.candidates import Candidate, Scope

# Numbers of a vector of length 1 with 384 dimensions rarely pass 1/3; those that do are clipped.
SCALE = 381.0


class ExactIndex:
    """See `VectorIndex`. Takes d bytes for each vector."""

    name = "exact"

    def __init__(self, talk_ids: NDArray[np.int64], passage_ids: NDArray[np.int64], rows: NDArray[np.int8]) -> None:
        self._talks = talk_ids
        self._passages = passage_ids
        self._rows = rows
        self._scopes: WeakKeyDictionary[Scope, NDArray[np.int64]] = WeakKeyDictionary()

    @classmethod
    def build(cls, talk_ids: NDArray[np.int64], passage_ids: NDArray[np.int64], vectors: Vectors) -> Self:
        """See `VectorIndex`."""
        return cls(talk_ids, passage_ids, _as_bytes(vectors))

    def __len__(self) -> int:
        """See `VectorIndex`."""
        return len(self._rows)

    def search(self, query: Vectors, scope: Scope, limit: int) -> list[Candidate]:
        """See `VectorIndex`."""
        if not len(self._rows) or query.shape != self._rows.shape[1:]:
            return []
        where = self._allowed(scope)
        if not len(where):
            return []
        rows = self._rows if len(where) == len(self._rows) else self._rows[where]
        distances = np.asarray(simsimd.cdist(_as_bytes(query[np.newaxis]), rows, metric="cosine"))[0]
        cosines = 1.0 - distances
        if len(cosines) > limit:
            # Everything as good as the last place, so that ties are settled below and not by chance.
            least = np.partition(cosines, len(cosines) - limit)[len(cosines) - limit]
            kept = np.flatnonzero(cosines >= least)
            where, cosines = where[kept], cosines[kept]
        order = np.lexsort((self._passages[where], -cosines))[:limit]
        return [
            Candidate(passage, talk, cosine)
            for passage, talk, cosine in zip(
                self._passages[where[order]].tolist(),
                self._talks[where[order]].tolist(),
                cosines[order].tolist(),
                strict=True,
            )
        ]

    def _allowed(self, scope: Scope) -> NDArray[np.int64]:
        """Positions of the rows in `scope`."""
        where = self._scopes.get(scope)
        if where is None:
            allowed = np.isin(self._talks, scope.talks) | np.isin(self._passages, scope.lessons)
            where = self._scopes[scope] = np.flatnonzero(allowed)
        return where


def _as_bytes(vectors: Vectors) -> NDArray[np.int8]:
    rows: NDArray[np.int8] = np.clip(np.rint(vectors * SCALE), -127, 127).astype(np.int8)
    return rows
