"""What every lexical index offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection, Engine, Select
from sqlmodel import Session

from app.search.candidates import Found, Scope


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
