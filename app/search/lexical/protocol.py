"""What every lexical index offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Select
from sqlmodel import Session

from app.search.candidates import Found, Scope


class Whole(NamedTuple):
    """What documents hold of the words of a question, each as one text: a talk is all its passages together."""

    scores: NDArray[np.float64]
    """BM25 of each talk (n,), 0 for one without a word, and for lessons."""
    held: NDArray[np.float64]
    """The weights of the words that each document holds, together (n,)."""


class Words(Protocol):
    """The words of all passages, as a question asks for them: kept in memory, or in the database and read for it.

    Both give the same answers, see `tests/search/test_words.py`. Those of a database raise its errors.
    """

    def search(self, terms: Sequence[str], scope: Scope, limit: int) -> Found:
        """Passages in `scope` that hold any of `terms`, best first, at most `limit`; ties by passage id.

        Scores are above 0. A term that is cut into several words stands for each of them.
        """
        ...

    def talks(self, terms: Sequence[str], scope: Scope) -> NDArray[np.int64]:
        """All talks in `scope` (n,), ascending, that hold any of `terms`, as `search` takes them."""
        ...

    def whole(self, terms: Sequence[str], documents: NDArray[np.int64]) -> Whole:
        """What each of these documents (n,) holds of the words of `terms`."""
        ...

    def held(self, words: Sequence[str]) -> list[int]:
        """How many passages hold each of these words or another of its stem."""
        ...

    def is_known(self, term: str) -> bool:
        """Whether a passage holds the term, or any word that it is cut into."""
        ...

    def most_evidence(self, words: Sequence[str], of: Sequence[str]) -> list[float]:
        """For each word of `of`: the weight of `words` that one of the passages that hold it holds at most."""
        ...

    def written_near(self, typed: str, edits: int) -> Mapping[str, int]:
        """Every word as it is written, but for case and accents, that is at most so many edits from `typed`.

        With about how often it was written. Words that only passages held which are gone may be among them.
        """
        ...


class LexicalIndex(Protocol):
    """An index of words beside the facts. It never commits: it changes together with the passages or not at all."""

    name: str
    recipe: str
    """Names what is indexed and how; another recipe means an index to be rebuilt."""

    def serves(self, bind: Engine | Connection | Session) -> bool:
        """Whether it works with this database."""
        ...

    def rebuild(self, session: Session) -> None:
        """Throw the index away, if there is one in any state, and make it from all passages."""
        ...

    def update(self, session: Session, removed: Sequence[int], added: Sequence[int]) -> None:
        """Take these passage ids out and put these in. A passage that changed is in both."""
        ...

    def size(self, session: Session) -> int:
        """How many passages it holds. Raises a database error when it is missing or damaged."""
        ...

    def holding(self, words: Sequence[str]) -> Select[int]:
        """A statement of the ids of the passages that hold these words in a row, in title, text or people.

        Run, it raises a database error when the index is missing or damaged.
        """
        ...

    def search(self, session: Session, terms: Sequence[str], scope: Scope, limit: int) -> Found:
        """Passages in `scope` that hold any of `terms`, best first, at most `limit`; ties by passage id.

        Terms are words as people typed them; nothing in them is an operator. Raises a database error when the index
        is missing or damaged.
        """
        ...

    def words(self, session: Session) -> Words | None:
        """The words as the session sees them now, for one question; None where they are only at hand in memory."""
        ...
