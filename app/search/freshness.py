"""From which state of the facts each index was made, and what changed since: rows of IndexState."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.snapshot import SNAPSHOT
from app.db.prepared import IDS, Prepared
from app.db.types import utc_now
from app.embeddings.store import STATE as EMBEDDINGS
from app.models import IndexState

PASSAGES = "passages"
LEXICAL = "lexical"
CHANGES = "passage-changes"
VECTORS = "vectors"
"""Changes with every table of vectors in Postgres."""
MOST_CHANGES = 64
MOST_CHANGED = 8_000
"""Passages named by the kept changes: whoever was away for longer reads everything."""


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
    vectors: Mark

    def lexical_is_fresh(self, recipe: str) -> bool:
        """Whether the lexical index was made by `recipe` from the passages as they are."""
        return self.lexical == Mark(recipe, self.passages.fingerprint) and bool(self.passages.fingerprint)


_NAMES = (SNAPSHOT, PASSAGES, EMBEDDINGS, LEXICAL, VECTORS)
_READ = Prepared(
    select(col(IndexState.name), col(IndexState.recipe), col(IndexState.fingerprint)).where(
        col(IndexState.name).in_(IDS)
    )
)


def read_marks(session: Session) -> Marks:
    """The marks now."""
    found = {name: Mark(recipe, fingerprint) for name, recipe, fingerprint in _READ.rows(session, _NAMES)}
    return Marks(*(found.get(name, Mark()) for name in _NAMES))


def set_mark(session: Session, name: str, recipe: str, fingerprint: str | None = None) -> str:
    """Set one mark, to a new fingerprint unless given; returns the fingerprint. Never commits."""
    fingerprint = fingerprint or secrets.token_hex(8)
    session.merge(IndexState(name=name, recipe=recipe, fingerprint=fingerprint, built_at=utc_now()))
    session.flush()
    return fingerprint


class Changes(NamedTuple):
    """Ids of the passages that went, and of those that came, since a state; a passage that changed is in both."""

    removed: frozenset[int]
    added: frozenset[int]


def note_changes(session: Session, before: str, after: str, removed: Collection[int], added: Collection[int]) -> None:
    """Keep which passages went and came between two states, so that indexes follow without reading all. No commit."""
    state = session.get(IndexState, CHANGES)
    kept = json.loads(state.recipe) if state is not None and state.fingerprint == before else []
    kept.append([before, sorted(removed), sorted(added)])
    while len(kept) > MOST_CHANGES or (kept and sum(len(gone) + len(new) for _, gone, new in kept) > MOST_CHANGED):
        del kept[0]
    set_mark(session, CHANGES, json.dumps(kept, separators=(",", ":")), after)


def changes_since(session: Session, before: str, now: str) -> Changes | None:
    """What changed between two states of the passages; None where that is not known."""
    if not before:
        return None
    if before == now:
        return Changes(frozenset(), frozenset())
    state = session.get(IndexState, CHANGES, populate_existing=True)
    kept = json.loads(state.recipe) if state is not None and state.fingerprint == now else []
    known = [place for place, (state_before, _, _) in enumerate(kept) if state_before == before]
    if not known:
        return None
    removed: set[int] = set()
    added: set[int] = set()
    for _, gone, new in kept[known[-1] :]:
        removed.update(gone)
        added.difference_update(gone)
        added.update(new)
    return Changes(frozenset(removed), frozenset(added))
