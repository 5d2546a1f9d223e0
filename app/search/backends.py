"""Which search backends there are, in the order in which they are tried."""

from __future__ import annotations

from sqlmodel import Session

from app.errors import IndexNotReady
from app.search.lexical.fts5 import Fts5Index
from app.search.lexical.protocol import LexicalIndex
from app.search.lexical.tsvector import TsvectorIndex
from app.search.vector.coded import CodedIndex
from app.search.vector.exact import ExactIndex
from app.search.vector.protocol import VectorsInMemory
from app.settings import get_settings

LEXICAL: tuple[LexicalIndex, ...] = (Fts5Index(), TsvectorIndex())
VECTOR: tuple[type[VectorsInMemory], ...] = (ExactIndex, CodedIndex)


def lexical_for(session: Session) -> LexicalIndex:
    """The first lexical backend that works with this database. Raises IndexNotReady when there is none."""
    for backend in LEXICAL:
        if backend.serves(session):
            return backend
    raise IndexNotReady("No lexical index works with this kind of database; use SQLite or Postgres.")


def vector_for(rows: int) -> type[VectorsInMemory]:
    """The vector backend for so many vectors: the last that is worth it."""
    return [backend for backend in VECTOR if backend.least_rows <= rows][-1]


def most_in_memory(given: int | None) -> int:
    """A base of more passages than this is searched by Postgres itself: `given`, else what the settings say.

    With 78,583 passages hybrid search took 2.0 times what it takes on SQLite from memory, and 3.9 times by the
    database, on two cores shared with much other work, and found the same talks. Both kinds of index take some 700
    bytes a passage: 70 MB at the 100,000 that the settings have; what is larger is not for each machine to hold.
    """
    return get_settings().memory_passages if given is None else given
