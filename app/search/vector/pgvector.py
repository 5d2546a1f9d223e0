"""Vector search in Postgres by pgvector, so that no process holds the vectors: a graph, signs, or every allowed row.

All three end in the cosines that `exact` has (see `table`), by which candidates are put in order. Which of them it is
depends on how many rows a scope allows:

- few are all compared, so that narrow filters lose nothing;
- of some, the signs of their numbers are compared in an index, then the nearest in full, as `coded` does it;
- of many, the graph of each part is walked (HNSW: Malkov and Yashunin 2018, arXiv:1603.09320) and, where a filter
  leaves too few of what it found, walked on from there (`hnsw.iterative_scan`).

`scripts/bench_pgvector.py` measures them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session

from app.db.binary import binary_rows
from app.db.dialect import is_sqlite
from app.embeddings.protocol import Vectors
from app.embeddings.store import NO_TALK
from app.errors import IndexNotReady
from app.models import Talk
from app.search.candidates import Found, Scope
from app.search.vector import table as tables
from app.search.vector.exact import VectorPart, as_bytes, lengths
from app.search.vector.table import Table

FEW = 8_000
"""So many rows are all compared: 2 to 5 µs for each."""
A_CODE, A_STEP = 1.1, 20.0
"""Microseconds for the signs of a row, and for a row that the graph is walked over, whether it is allowed or not; of a
million rows, on a machine with much other work."""
LEAST_WALKED = 100
"""So many candidates are taken from the graphs even for fewer, as their own order is rounded and not complete."""
COMPARED = 1_500
"""How many rows the second stage compares."""
EF_SEARCH = 160
"""So many candidates each graph keeps at first; of a million with 100, .949 to .956 of the ten nearest were found, by
how the graph came out."""
MOST_WALKED = 40_000
"""Rows that are walked over in each graph at most; where they do not suffice, signs are compared after all."""

_SETTINGS = {
    "hnsw.ef_search": str(EF_SEARCH), "hnsw.iterative_scan": "relaxed_order",
    "hnsw.max_scan_tuples": str(MOST_WALKED), "hnsw.scan_mem_multiplier": "8", "jit": "off",
}  # fmt: skip
_SET = f"SELECT {', '.join(f'set_config({name!r}, {value!r}, true)' for name, value in _SETTINGS.items())}"
"""For the rest of a transaction; to compile a plan takes longer than what is asked here."""
_SCAN = "SELECT set_config('enable_seqscan', 'on', true)"
_WALK = f"{_SET}, set_config('enable_seqscan', 'off', true)"
"""Planners think little of graphs where a table is small."""
_ALLOWED = (
    "SELECT passage_id, talk_id, {far} AS far FROM {table} "
    "WHERE talk_id = ANY((SELECT %(talks)s)::int[]) AND {there} IS NOT NULL "
    "UNION ALL SELECT passage_id, talk_id, {far} AS far FROM {table} WHERE passage_id = ANY(%(lessons)s::int[]) "
    f"AND talk_id = {NO_TALK} AND {{there}} IS NOT NULL"
)
"""An array in a SELECT of its own is not weighed by the planner, which took longer than the search."""
_EXACT = (
    "WITH allowed AS MATERIALIZED ({allowed}) "
    "SELECT passage_id, talk_id, 1 - far FROM allowed ORDER BY far, passage_id LIMIT %(limit)s"
)
_CODED = (
    "WITH near AS MATERIALIZED "
    "(SELECT passage_id FROM ({allowed}) AS allowed ORDER BY far, passage_id LIMIT %(compared)s) "
    "SELECT passage_id, talk_id, 1 - (half <=> %(asked)s::halfvec) FROM {table} "
    "WHERE passage_id = ANY(ARRAY(SELECT passage_id FROM near))"
)
_GRAPH = (
    "SELECT passage_id, talk_id, 1 - (half <=> %(asked)s::halfvec) FROM (SELECT passage_id, talk_id, half FROM {table} "
    "WHERE half IS NOT NULL AND CASE WHEN talk_id < 0 THEN passage_id = ANY(%(lessons)s::int[]) "
    "WHEN talk_id < %(bits)s THEN get_bit(%(mask)s::bytea, talk_id) = 1 ELSE false END "
    "ORDER BY half <=> %(asked)s::halfvec LIMIT %(limit)s) AS near"
)
_ROWS = (
    "WITH wanted AS MATERIALIZED (SELECT unnest(%(passages)s::int[]) AS id UNION SELECT passage_id FROM "
    "(SELECT passage_id, row_number() OVER (PARTITION BY talk_id ORDER BY passage_id) AS nth FROM {table} "
    "WHERE talk_id = ANY((SELECT %(talks)s)::int[]) AND code IS NOT NULL) AS own WHERE nth <= %(most)s) "
    "SELECT talk_id, passage_id, half FROM {table} WHERE passage_id = ANY(ARRAY(SELECT id FROM wanted)) "
    "AND half IS NOT NULL ORDER BY talk_id, passage_id"
)


class ComparedInDatabase:
    """See `Compared`: of a table, of which no more is looked at than was asked for."""

    def __init__(self, index: PgvectorIndex, query: Vectors, scope: Scope) -> None:
        self._index, self._query, self._scope = index, query, scope
        self._found = Found.of(())

    def best(self, limit: int) -> Found:
        """See `Compared`."""
        self._found = self._index.search(self._query, self._scope, limit)
        return self._found

    def talks(self, least: float, known: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `Compared`."""
        return self._found.talks[self._found.scores >= np.float32(least)]


@dataclass(frozen=True, eq=False)
class PgvectorIndex:
    """See `VectorIndex`. Takes no memory for vectors."""

    table: Table
    rows: int
    """How many vectors there are."""
    talks: int
    """How many talks there are."""
    masks: WeakKeyDictionary[Scope, bytes] = field(default_factory=WeakKeyDictionary)
    lost: Event = field(default_factory=Event)
    """Set once the table was found to be gone."""
    session: Session | None = None
    name = "pgvector"

    @staticmethod
    def serves(bind: Engine | Connection | Session) -> bool:
        """Whether it works with this database: Postgres only."""
        return not is_sqlite(bind)

    @classmethod
    def opened(cls, session: Session, table: Table) -> Self:
        """The index of a table as it is."""
        vectors = tables.count(session, table.name) - tables.count(session, table.name, "half IS NULL")
        talks = session.execute(select(func.count()).select_from(Talk)).scalar_one()
        return cls(table, vectors if table.dimensions else 0, talks)

    @property
    def is_lost(self) -> bool:
        """See `VectorIndex`."""
        return self.lost.is_set()

    def of(self, session: Session) -> Self:
        """See `VectorIndex`."""
        return replace(self, session=session)

    def __len__(self) -> int:
        """See `VectorIndex`."""
        return self.rows

    def compare(self, query: Vectors, scope: Scope) -> ComparedInDatabase:
        """See `VectorIndex`."""
        return ComparedInDatabase(self, query, scope)

    def search(self, query: Vectors, scope: Scope, limit: int) -> Found:
        """See `VectorIndex`."""
        if query.shape != (self.table.dimensions,) or not self.rows:
            return Found.of(())
        allowed = self._allowed(scope)
        if allowed <= FEW:
            return self._exact(query, scope, limit)
        if self._walks(allowed, limit):
            found = self._walked(query, scope, limit)
            if len(found) == limit:
                return found
        return self._coded(query, scope, limit)

    def at_rest(self) -> VectorPart | None:
        """See `VectorIndex`: they never are."""
        return None

    def rows_of(self, talks: NDArray[np.int64], passages: NDArray[np.int64], most: int) -> VectorPart:
        """See `VectorIndex`."""
        values = {"talks": _listed(talks), "passages": _listed(passages), "most": most}
        rows = self._asked("", _ROWS, values) if self.rows else []
        # A halfvec is its length, two bytes unused, and its numbers, each of two bytes.
        halves = np.frombuffer(b"".join(row[2][4:] for row in rows), dtype=">f2")
        numbers = halves.astype(np.int8).reshape(len(rows), self.table.dimensions)
        return VectorPart(
            talks=np.array([row[0] for row in rows], dtype=np.int64),
            passages=np.array([row[1] for row in rows], dtype=np.int64),
            numbers=numbers,
            lengths=lengths(numbers),
        )

    def _allowed(self, scope: Scope) -> float:
        """About how many rows are in a scope: talks are taken to have as many each."""
        return self.rows * min(1.0, len(scope.talks) / max(1, self.talks)) + len(scope.lessons)

    def _walks(self, allowed: float, limit: int) -> bool:
        """Whether to walk until `limit` rows were met that are allowed is quicker than to compare signs."""
        return max(limit, LEAST_WALKED) * self.rows / allowed * A_STEP < allowed * A_CODE

    def _exact(self, query: Vectors, scope: Scope, limit: int) -> Found:
        far = "half <=> %(asked)s::halfvec"
        return _found(self._asked(_SET, _EXACT, _values(query, scope, limit), "half", far), limit)

    def _coded(self, query: Vectors, scope: Scope, limit: int) -> Found:
        far = f"code <~> binary_quantize(%(asked)s::halfvec)::bit({self.table.dimensions})"
        values = {**_values(query, scope, limit), "compared": max(COMPARED, 2 * limit)}
        return _found(self._asked(_SET, _CODED, values, "code", far), limit)

    def _walked(self, query: Vectors, scope: Scope, limit: int) -> Found:
        mask = self.masks.get(scope)
        if mask is None:
            is_allowed = np.zeros(int(scope.talks.max(initial=0)) + 1, dtype=np.bool_)
            is_allowed[scope.talks] = True
            mask = self.masks[scope] = np.packbits(is_allowed, bitorder="little").tobytes()
        values = {
            "asked": _text(query), "lessons": _listed(scope.lessons), "mask": mask, "bits": 8 * len(mask),
            "limit": max(limit, LEAST_WALKED),
        }  # fmt: skip
        return _found(self._asked(_WALK, _GRAPH, values, then=_SCAN), limit)

    def _asked(
        self, first: str, statement: str, values: dict[str, Any], there: str = "", far: str = "", then: str = ""
    ) -> list[Any]:
        """Rows of a statement, asked between two others."""
        assert self.session is not None
        name = self.table.name
        whole = statement.format(table=name, allowed=_ALLOWED.format(table=name, there=there, far=far))
        try:
            if first:
                binary_rows(self.session, first, {})
            rows = binary_rows(self.session, whole, values)
            if then:
                binary_rows(self.session, then, {})
            return rows
        except ProgrammingError as error:
            # Another process made the table anew in this moment, or somebody dropped it.
            self.lost.set()
            raise IndexNotReady("The table of vectors is not there any more; ask again.") from error


def _values(query: Vectors, scope: Scope, limit: int) -> dict[str, Any]:
    return {
        "asked": _text(query), "talks": _listed(scope.talks), "lessons": _listed(scope.lessons), "limit": limit,
    }  # fmt: skip


def _listed(ids: NDArray[np.int64]) -> str:
    """Ids as an array of Postgres is written: a tenth of the time that the driver takes for them one by one."""
    return f"{{{','.join(map(str, ids.tolist()))}}}"


def _text(query: Vectors) -> str:
    """A vector as halfvec reads it, with the numbers that `exact` has."""
    return f"[{','.join(map(str, as_bytes(query[np.newaxis])[0].tolist()))}]"


def _found(rows: list[Any], limit: int) -> Found:
    """Of (passage, talk, cosine), the best first; ties by passage id."""
    passages, talks, scores = zip(*rows, strict=True) if rows else ((), (), ())
    found = Found(np.array(passages, dtype=np.int64), np.array(talks, dtype=np.int64), np.array(scores, dtype=float))
    order = np.lexsort((found.passages, -found.scores))[:limit]
    return Found(found.passages[order], found.talks[order], found.scores[order])
