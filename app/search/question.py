"""A request as it is going to be answered: understood, in a mode that can be had, with its vector."""

from __future__ import annotations

from typing import NamedTuple

from app.catalog.filters import TalkFilter
from app.embeddings.protocol import Vectors
from app.search.memory import Memory
from app.search.query import Query
from app.search.scopes import NOTHING, QueryFilter
from app.search.shapes import Mode

NO_WORD = "There is no word to search for in this query."
TOO_COMMON = "The words of this query are too common to search for; add one that says more."


class Question(NamedTuple):
    """A request as it is going to be answered."""

    query: Query
    mode: Mode
    vector: Vectors | None
    notice: str | None
    also: QueryFilter = NOTHING
    narrows: bool = False
    """Whether it asks for anything besides its words, be it in the query or by a filter."""


def narrowed(question: Question, filter: TalkFilter, also: QueryFilter, memory: Memory) -> Question:
    """The question with what it asks besides its words; a notice says where it asks nothing but words too common."""
    query, narrows = question.query, bool(also) or not filter.is_empty
    is_common = not query.terms and not narrows and query.folded not in memory.facts.titles
    said = (TOO_COMMON, question.notice) if is_common else (question.notice,)
    return question._replace(also=also, narrows=narrows, notice=" ".join(one for one in said if one) or None)


def without_vectors(question: Question, memory: Memory) -> Question:
    """The question with a notice where passages are not embedded; without any vectors hybrid goes by words alone."""
    missing = memory.passage_count - len(memory.vectors)
    if question.vector is None:
        return question
    if memory.is_reading:
        how = "by an older state of the base" if len(memory.vectors) else "by words alone"
        notice = f"The index of meaning is being made anew: found {how} until it is there."
        if len(memory.vectors) or question.mode == "semantic":
            return question._replace(notice=notice)
        return question._replace(mode="lexical", vector=None, notice=notice)
    if missing <= 0:
        return question
    if len(memory.vectors) or question.mode == "semantic":
        notice = f"{missing} of {memory.passage_count} passages are not embedded yet; run `hallway rebuild embeddings`."
        return question._replace(notice=notice)
    return question._replace(mode="lexical", vector=None, notice="Nothing is embedded yet: found by words alone.")
