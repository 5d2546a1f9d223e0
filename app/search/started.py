"""A request whose answer was begun: what is known of it before its vector is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from app.embeddings.protocol import Vectors
from app.search.candidates import Scope
from app.search.meant import Mended
from app.search.memory import Memory
from app.search.query import Query
from app.search.retrieval import Worded
from app.search.scopes import QueryFilter
from app.search.shapes import Understood


class Begun(NamedTuple):
    """A text that is being embedded, and what waits for its vector."""

    text: str
    wait: Callable[[], Vectors]


class Started(NamedTuple):
    """A request and all that is known of it without its vector, which is being made meanwhile if `begun`."""

    memory: Memory
    typed: str
    mended: Mended
    also: QueryFilter
    understood: list[Understood]
    scope: Scope
    words: Worded | None = None
    begun: Begun | None = None

    @property
    def query(self) -> Query:
        """As it is searched for."""
        return self.mended.query
