"""Keeping the questions that search found nothing or little for: which they are, and writing them down, in bounds.

Only where the setting record_unanswered asks for it. A search never waits for this and never fails by it.
"""

from __future__ import annotations

import logging
import threading

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter
from app.db.engine import writing
from app.db.types import utc_now
from app.errors import DatabaseError
from app.models import UnansweredQuestion
from app.search.query import read_query
from app.search.shapes import SearchRequest, SearchResult
from app.settings import Settings

log = logging.getLogger(__name__)

MOST_KEPT = 1_000
"""Questions kept; the one asked the longest ago makes room."""
MOST_CHARACTERS = 200
WEAK_COSINE = 0.35
"""Talks count as found from a cosine of .3 up, and passages that answer a question lie from .33 up (see `ranking`)."""

_busy = threading.Lock()


def is_to_keep(settings: Settings, request: SearchRequest, result: SearchResult) -> bool:
    """Whether the settings ask for such questions and this is one: what page, API and command go by."""
    return settings.record_unanswered and is_unanswered(request, result)


def is_unanswered(request: SearchRequest, result: SearchResult) -> bool:
    """Whether nothing was found, or the talks shown hold no word of it and are nowhere as near as WEAK_COSINE.

    Only of questions without filters, best first, at the first page, that were answered in the mode asked for: what a
    filter, a sign in the query or a missing index leaves out is no gap of the base. A question without a word in it is
    none.
    """
    is_plain = request.filter == TalkFilter() and not request.offset and request.sort == "relevance"
    is_plain = is_plain and not any(part.meaning for part in result.understood)
    if not is_plain or result.notice or result.lessons or not read_query(request.query).terms:
        return False
    return not result.total or all(
        not hit.why.matched_terms
        and hit.why.lexical_rank is None
        and not (hit.why.parts and hit.why.parts.named)
        and (hit.why.cosine or 0.0) < WEAK_COSINE
        for hit in result.hits
    )


def record_soon(engine: Engine, text: str, mode: str, patience: float = 0.0) -> None:
    """Count the question from a thread of its own, for a locked base may keep a writer waiting; so long is waited here.

    One at a time: while another is being written this one is let go. A process that ends takes the thread with it, so
    a command waits some `patience` seconds for it.
    """
    if _busy.acquire(blocking=False):
        thread = threading.Thread(target=_record, args=(engine, text, mode), name="record-question", daemon=True)
        thread.start()
        thread.join(patience)


def _record(engine: Engine, text: str, mode: str) -> None:
    try:
        record(engine, text, mode)
    finally:
        _busy.release()


def record(engine: Engine, text: str, mode: str) -> bool:
    """Count the question in a transaction of its own; False where the base does not let it. Never raises for that."""
    try:
        with writing(engine) as session:
            _count(session, read_query(text).text.lower()[:MOST_CHARACTERS].strip(), mode)
    except (DatabaseError, SQLAlchemyError) as error:
        log.warning("A question without an answer could not be kept: %s", error)
        return False
    return True


def _count(session: Session, text: str, mode: str) -> None:
    now = utc_now()
    known = session.scalar(
        select(UnansweredQuestion).where(col(UnansweredQuestion.text) == text, col(UnansweredQuestion.mode) == mode)
    )
    if known is not None:
        known.count += 1
        known.last_at = now
        return
    held = session.scalar(select(func.count()).select_from(UnansweredQuestion)) or 0
    if held >= MOST_KEPT:
        oldest = (
            select(col(UnansweredQuestion.id))
            .order_by(col(UnansweredQuestion.last_at), col(UnansweredQuestion.id))
            .limit(held - MOST_KEPT + 1)
        )
        session.execute(delete(UnansweredQuestion).where(col(UnansweredQuestion.id).in_(oldest)))
    session.add(UnansweredQuestion(text=text, mode=mode, first_at=now, last_at=now))
