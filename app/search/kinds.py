"""The two kinds of index kept in memory, vectors and words: how each is made, followed and written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from app.embeddings.store import vectors_in_batches, vectors_of
from app.models import Passage
from app.search.backends import VECTOR, vector_for
from app.search.documents import documents
from app.search.freshness import Changes, Marks
from app.search.index_files import Arrays
from app.search.lexical.words import WordsIndex
from app.search.vector.protocol import VectorsInMemory

MOST_BY_ID = 20_000
"""Passages whose vectors are looked for one by one; for more, all vectors are read."""

Ids = NDArray[np.int64]
I = TypeVar("I", VectorsInMemory, WordsIndex)  # noqa: E741  # an index


class State(NamedTuple):
    """Of the passages and vectors by which an index was made; "" for what it does not rest on."""

    passages: str
    vectors: str


@dataclass(frozen=True)
class Held(Generic[I]):
    """An index, the state it shows, and the passages it has nothing of, as they are not embedded."""

    index: I
    state: State
    without: Ids

    @property
    def passages(self) -> int:
        """How many passages it accounts for."""
        return len(self.index) + len(self.without)


class Kind(Protocol[I]):
    """What is to be known of a kind of index to keep it at hand."""

    name: str
    recipe: str
    """Two recipes never share an index."""

    def state(self, marks: Marks) -> State:
        """What it rests on, now."""
        ...

    def make(self, session: Session, state: State) -> Held[I]:
        """Read everything."""
        ...

    def follow(self, session: Session, held: Held[I], state: State, changes: Changes) -> Held[I] | None:
        """Read what changed; None where reading everything is better."""
        ...

    def form(self, index: I) -> str:
        """Names how an index is written."""
        ...

    def read(self, form: str, arrays: Arrays) -> I | None:
        """The index of arrays that were written so; None for a form that is not known."""
        ...


class VectorsKind:
    """See `Kind`. Vectors under one embedding recipe."""

    name = "vectors"

    def __init__(self, recipe: str) -> None:
        self.recipe = recipe

    def state(self, marks: Marks) -> State:
        """See `Kind`."""
        return State(marks.passages.fingerprint, marks.embeddings.fingerprint)

    def empty(self) -> VectorsInMemory:
        """The index of nothing, while there is no other."""
        return vector_for(0).build(ids(()), ids(()), np.zeros((0, 0), dtype=np.float32))

    def make(self, session: Session, state: State) -> Held[VectorsInMemory]:
        """See `Kind`. Read in batches: a million vectors at once would take 1.5 GB."""
        batches = [vector_for(0).build(*batch).arrays() for batch in vectors_in_batches(session, self.recipe)]
        every = ids(i for i in session.scalars(select(col(Passage.id)).order_by(col(Passage.id))) if i is not None)
        if not batches:
            return Held(self.empty(), state, every)
        arrays = {name: np.concatenate([batch.pop(name) for batch in batches]) for name in list(batches[0])}
        without = every[~np.isin(every, arrays["passages"])]
        return Held(vector_for(len(arrays["passages"])).from_arrays(arrays), state, without)

    def follow(
        self, session: Session, held: Held[VectorsInMemory], state: State, changes: Changes
    ) -> Held[VectorsInMemory] | None:
        """See `Kind`."""
        removed = ids(changes.removed)
        wanted = np.union1d(np.setdiff1d(held.without, removed), ids(changes.added))
        if state == held.state:
            return held
        if len(wanted) > MOST_BY_ID:
            return None
        talks, passages, vectors = vectors_of(session, self.recipe, wanted.tolist())
        index = held.index.changed(removed, talks, passages, vectors)
        return Held(index, state, np.setdiff1d(wanted, passages))

    def form(self, index: VectorsInMemory) -> str:
        """See `Kind`."""
        return f"{index.name}/{index.recipe}"

    def read(self, form: str, arrays: Arrays) -> VectorsInMemory | None:
        """See `Kind`."""
        backend = next((backend for backend in VECTOR if f"{backend.name}/{backend.recipe}" == form), None)
        return None if backend is None else backend.from_arrays(arrays)


class WordsKind:
    """See `Kind`. Words of all passages."""

    name = "words"
    recipe = WordsIndex.recipe

    def state(self, marks: Marks) -> State:
        """See `Kind`."""
        return State(marks.passages.fingerprint, "")

    def make(self, session: Session, state: State) -> Held[WordsIndex]:
        """See `Kind`."""
        return Held(WordsIndex.build(documents(session)), state, ids(()))

    def follow(
        self, session: Session, held: Held[WordsIndex], state: State, changes: Changes
    ) -> Held[WordsIndex] | None:
        """See `Kind`."""
        if state == held.state:
            return held
        added = documents(session, sorted(changes.added))
        return Held(held.index.changed(ids(changes.removed), added), state, held.without)

    def form(self, index: WordsIndex) -> str:
        """See `Kind`."""
        return index.recipe

    def read(self, form: str, arrays: Arrays) -> WordsIndex | None:
        """See `Kind`."""
        return WordsIndex.from_arrays(arrays) if form == WordsIndex.recipe else None


def ids(values: Iterable[int]) -> Ids:
    """Ids as an array, ascending."""
    return np.sort(np.fromiter(values, dtype=np.int64))
