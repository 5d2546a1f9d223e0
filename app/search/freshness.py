"""From which state of the facts each index was made: rows of IndexState, read in one query."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.snapshot import SNAPSHOT
from app.db.types import utc_now
from app.embeddings.store import STATE as EMBEDDINGS
from app.models import IndexState

PASSAGES = "passages"
LEXICAL = "lexical"


class Mark(NamedTuple):
    """The recipe and the state that something was made with; both empty when it was never made."""

    recipe: str = ""
    fingerprint: str = ""


class Marks(NamedTuple):
    """The marks of everything a search rests on. Equal marks mean that nothing changed."""

    snapshot: Mark
    passages: Mark
    embeddings: Mark
    lexical: Mark

    def lexical_is_fresh(self, recipe: str) -> bool:
        """Whether the lexical index was made by `recipe` from the passages as they are."""
        return self.lexical == Mark(recipe, self.passages.fingerprint) and bool(self.passages.fingerprint)


_NAMES = (SNAPSHOT, PASSAGES, EMBEDDINGS, LEXICAL)
_READ = select(col(IndexState.name), col(IndexState.recipe), col(IndexState.fingerprint)).where(
    col(IndexState.name).in_(_NAMES)
)


def read_marks(session: Session) -> Marks:
    """The marks now."""
    found = {name: Mark(recipe, fingerprint) for name, recipe, fingerprint in session.connection().execute(_READ)}
    return Marks(*(found.get(name, Mark()) for name in _NAMES))


def set_mark(session: Session, name: str, recipe: str, fingerprint: str | None = None) -> str:
    """Set one mark, to a new fingerprint unless given; returns the fingerprint. Never commits."""
    fingerprint = fingerprint or secrets.token_hex(8)
    session.merge(IndexState(name=name, recipe=recipe, fingerprint=fingerprint, built_at=utc_now()))
    session.flush()
    return fingerprint
