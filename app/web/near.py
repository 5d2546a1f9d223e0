"""What is near to a talk, a speaker or a theme, as far as the index stands: pages do without it rather than fail."""

from __future__ import annotations

from sqlmodel import Session

from app.catalog.cards import TalkCard
from app.errors import IndexNotReady, ModelError, NotFound
from app.search.engine import SearchEngine
from app.search.neighbours import NearSpeaker, NearToTheme


def similar_talks(session: Session, search: SearchEngine, slug: str, limit: int) -> list[TalkCard]:
    """Up to `limit` talks, nearest first; none for a talk that is not indexed, such as a withdrawn one."""
    try:
        return [hit.talk for hit in search.similar(session, slug, limit)]
    except (IndexNotReady, ModelError, NotFound):
        return []


def near_speakers(session: Session, search: SearchEngine, slug: str, limit: int) -> list[NearSpeaker]:
    """Up to `limit` speakers who speak about similar things, nearest first."""
    try:
        return search.near_speakers(session, slug, limit)
    except (IndexNotReady, ModelError, NotFound):
        return []


def near_theme(session: Session, search: SearchEngine, slug: str, limit: int) -> NearToTheme:
    """Up to `limit` talks and themes nearest to a theme."""
    try:
        return search.near_theme(session, slug, limit)
    except (IndexNotReady, ModelError):
        return NearToTheme(talks=[], themes=[])
