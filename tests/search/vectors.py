"""Kinds of vector index for the contract suites, each made of rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlmodel import Session

from app.db.extensions import require_vector
from app.embeddings.protocol import Vectors
from app.search.backends import VECTOR
from app.search.vector.pgvector import PgvectorIndex
from app.search.vector.protocol import VectorIndex
from app.search.vector.table import Table, create, index

Ids = NDArray[np.int64]
KINDS = (*(kind.name for kind in VECTOR), PgvectorIndex.name)


class Kind(Protocol):
    """Makes an index."""

    def build(self, talk_ids: Ids, passage_ids: Ids, vectors: Vectors) -> VectorIndex: ...


class InPostgres:
    """Makes tables in the transaction of one session."""

    def __init__(self, session: Session) -> None:
        require_vector(session.connection())
        self._session = session
        self._made = 0

    def build(self, talk_ids: Ids, passage_ids: Ids, vectors: Vectors) -> VectorIndex:
        self._made += 1
        table = Table(f"made_{self._made}", vectors.shape[1])
        create(self._session, table, [(talk_ids, passage_ids, vectors)] if len(passage_ids) else [])
        index(self._session, table)
        talks = len(np.unique(talk_ids[talk_ids > 0]))
        return PgvectorIndex(table, len(passage_ids), talks, session=self._session)


@contextmanager
def in_postgres(engine: Engine) -> Iterator[InPostgres]:
    """Makes tables that are gone when the block ends."""
    with Session(engine) as session:
        yield InPostgres(session)
        session.rollback()


def in_memory(name: str) -> Kind:
    """The backend of this name."""
    return next(kind for kind in VECTOR if kind.name == name)
