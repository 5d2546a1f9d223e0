"""An index of words that is missing, stale or damaged is rebuilt before what needs it goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.db.engine import is_of_replica, is_writing, writing
from app.db.failures import is_broken
from app.errors import DatabaseError, IndexNotReady, Interrupted
from app.search.upkeep import lexical_is_whole, rebuild_lexical

log = logging.getLogger(__name__)
T = TypeVar("T")


def with_words(engine: Engine, session: Session, ask: Callable[[], T]) -> T:
    """What `ask` reads from the index of words; where that fails the index is rebuilt and asked again.

    Raises IndexNotReady when it cannot be rebuilt now, or is damaged all the same, and Interrupted where it was rebuilt
    and the session, of a replica, may not see that yet.
    """
    try:
        # Postgres goes on after an error only from a savepoint; a reader begins anew instead.
        with session.begin_nested() if is_writing(session) else nullcontext():
            return ask()
    except DBAPIError as error:
        if is_broken(error):
            raise  # nothing is known of the index
        rebuild_now(engine, session)
    try:
        return ask()
    except DBAPIError as error:
        raise IndexNotReady("The index of words is damaged; run `hallway rebuild index`.") from error


def mend(engine: Engine, session: Session) -> None:
    """Rebuild the index of words unless it is whole."""
    if not lexical_is_whole(session):
        rebuild_now(engine, session)


def rebuild_now(engine: Engine, session: Session) -> None:
    """Rebuild the index of words: in a transaction of its own beside a reader, else in that of the writer."""
    log.info("The index of words is missing, damaged or out of date; rebuilding it.")
    if is_writing(session):
        rebuild_lexical(session)
        return
    try:
        with writing(engine) as own:
            rebuild_lexical(own)
    except (DatabaseError, DBAPIError) as error:
        raise IndexNotReady(f"The index of words is out of date and cannot be rebuilt now: {error}") from error
    if is_of_replica(session):
        raise Interrupted("The index of words was made anew; ask again.")
    session.rollback()  # a reader sees one state of the base; end it, to see the new index
