"""Talks near to a talk in meaning, as far as the index stands: a talk's page does without them rather than fail."""

from __future__ import annotations

from sqlmodel import Session

from app.catalog.cards import TalkCard
from app.errors import IndexNotReady, ModelError, NotFound
from app.search.engine import SearchEngine


def similar_talks(session: Session, search: SearchEngine, slug: str, limit: int) -> list[TalkCard]:
    """Up to `limit` talks, nearest first; none for a talk that is not indexed, such as a withdrawn one."""
    try:
        return [hit.talk for hit in search.similar(session, slug, limit)]
    except (IndexNotReady, ModelError, NotFound):
        return []
