"""Where the words of all passages are at hand for one question: in memory, or in a database that ranks as well."""

from __future__ import annotations

from sqlmodel import Session

from app.search.backends import lexical_for
from app.search.lexical.protocol import Words
from app.search.memory import Memory

_KEPT = "words"


def words_of(session: Session, memory: Memory) -> Words | None:
    """The words as `memory` shows the base; None while they are being read and the database only finds them.

    Those of a database keep what was read of them for as long as the session asks with the same memory.
    """
    if memory.words is not None:
        return memory.words
    of, words = session.info.get(_KEPT, (None, None))
    if of is not memory or not memory.may_keep:
        words = lexical_for(session).words(session)
        session.info[_KEPT] = memory, words
    found: Words | None = words
    return found
