"""Errors of jobs in words, for people: one line, what happened and what to do, never a traceback."""

from __future__ import annotations

import logging

from sqlalchemy.exc import DBAPIError, OperationalError

from app.errors import HallwayError, InputError, NotFound, UsageError

log = logging.getLogger(__name__)
MOST = 500
"""Characters of an error that are kept."""
LOST = "The connection to the database was lost in the middle of the job; nothing of its last step was kept."


def in_words(error: BaseException) -> str:
    """What to keep and show of an error. One that nobody expected also goes to the log, whole."""
    if isinstance(error, HallwayError):
        words = str(error)
        if "closed the connection" in words or "terminating connection" in words or "server closed" in words:
            words = LOST
    elif isinstance(error, DBAPIError) and (error.connection_invalidated or isinstance(error, OperationalError)):
        words = LOST
    elif isinstance(error, OSError):
        words = f"A file or a folder could not be used: {error.strerror or error}."
    elif isinstance(error, MemoryError):
        words = "There was not enough memory."
    else:
        log.error("A job met an error that nobody expected.", exc_info=error)
        words = f"Something unexpected went wrong ({type(error).__name__}: {error}). The log of the worker has more."
    words = " ".join(words.split())
    return words if len(words) <= MOST else f"{words[: MOST - 1]}…"


def is_worth_another_try(error: BaseException) -> bool:
    """Whether the same job may go well later: not where what was asked for or sent is wrong."""
    return not isinstance(error, (UsageError, InputError, NotFound))
