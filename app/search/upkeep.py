"""Keeping the lexical index in step with the passages: a change of some, a rebuild of all, and noticing damage."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.db.failures import is_broken
from app.models import Passage
from app.search.backends import lexical_for
from app.search.freshness import LEXICAL, PASSAGES, note_changes, read_marks, set_mark
from app.search.lexical.protocol import LexicalIndex


def index_passages(session: Session, recipe: str, removed: Sequence[int], added: Sequence[int]) -> None:
    """Say that passages changed (cut by `recipe`), and take exactly these ids out of and into the lexical index.

    An index that was not in step, or is damaged, is rebuilt instead. Never commits.
    """
    lexical = lexical_for(session)
    before = read_marks(session)
    in_step = before.lexical_is_fresh(lexical.recipe) and _size(session, lexical) is not None
    fingerprint = set_mark(session, PASSAGES, recipe)
    note_changes(session, before.passages.fingerprint, fingerprint, removed, added)
    if in_step:
        lexical.update(session, removed, added)
    else:
        lexical.rebuild(session)
    set_mark(session, LEXICAL, lexical.recipe, fingerprint)


def rebuild_lexical(session: Session) -> None:
    """Make the lexical index anew from all passages. Never commits."""
    lexical = lexical_for(session)
    passages = read_marks(session).passages
    fingerprint = passages.fingerprint or set_mark(session, PASSAGES, passages.recipe)
    # First a row, then the table: so that SQLite begins its transaction before the table changes.
    set_mark(session, LEXICAL, lexical.recipe, "rebuilding")
    lexical.rebuild(session)
    set_mark(session, LEXICAL, lexical.recipe, fingerprint)


def lexical_is_whole(session: Session) -> bool:
    """Whether the lexical index is fresh, can be read and holds as many passages as there are."""
    lexical = lexical_for(session)
    if not read_marks(session).lexical_is_fresh(lexical.recipe):
        return False
    passages: int = session.execute(select(func.count()).select_from(Passage)).scalar_one()
    return _size(session, lexical) == passages


def _size(session: Session, lexical: LexicalIndex) -> int | None:
    """How much the index holds, None when it cannot be read."""
    try:
        with session.begin_nested():  # Postgres goes on after an error only from a savepoint
            return lexical.size(session)
    except DBAPIError as error:
        if is_broken(error):
            raise
        return None
