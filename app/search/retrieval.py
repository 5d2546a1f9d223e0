"""From a question to a ranking: what both sides find within a scope, looked at more closely and put in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlmodel import Session

from app.embeddings.protocol import Vectors
from app.search.backends import lexical_for
from app.search.candidates import Scope
from app.search.entries import NO_RANK, NOTHING_KNOWN, Entries
from app.search.evidence import by_words, look_closer
from app.search.fusion import DEPTH
from app.search.memory import Memory
from app.search.mending import with_words
from app.search.missing import scope_of_talks
from app.search.outright import obvious
from app.search.query import Query
from app.search.question import Question
from app.search.ranking import Ranking, Side, best_of_each, newest_first, rank
from app.search.vector.protocol import VectorIndex

MOST_PASSAGES = 2_000
"""How many passages either side hands over: the bound on the work of one search, and so on `total`."""
LEAST_LESSON_SCORE = 0.3
LEAST_LESSON_COSINE = 0.4
"""Lessons stand beside the talks, unasked for, so those without a word of the query must be nearer than a talk."""


class Worded(NamedTuple):
    """What a query finds by its words alone."""

    side: Side
    raised: Mapping[int, float]
    """Talks within the scope that it names outright, and by how much their score is raised."""


def worded(engine: Engine, session: Session, memory: Memory, scope: Scope, query: Query) -> Worded:
    """All that needs no vector, and so can be done while the query is embedded."""
    named = obvious(
        query,
        memory.facts,
        lambda rest, talks: found_by_words(engine, session, memory, scope_of_talks(*talks), rest).scores,
    )
    raised = {talk: by for talk, by in named.items() if scope.allows(talk)}
    return Worded(found_by_words(engine, session, memory, scope, query), raised)


def retrieve(
    engine: Engine, session: Session, memory: Memory, scope: Scope, question: Question, words: Worded | None = None
) -> Ranking:
    """The ranking of what was found within `scope`; `words` is what was found by words, where that is known.

    Without a word to look up all that the question lets through follows, the newest first.
    """
    semantic = Side()
    if question.vector is not None:
        semantic = _nearest(memory.vectors, question.vector, scope)
    if question.mode == "semantic":
        words = Worded(Side(), {})
    lexical, raised = words or worded(engine, session, memory, scope, question.query)
    named = np.array(list(raised), dtype=np.int64)
    first, others = lexical.split(DEPTH, np.concatenate([semantic.documents, named]))
    meaning = alike = NOTHING_KNOWN
    if question.vector is not None:
        semantic, meaning, alike = look_closer(memory.vectors, question.vector, first, semantic, question.mode)
    ranked = rank(first, semantic, question.mode, meaning, alike)
    ranked = ranked.at((ranked.documents > 0) | _are_worth_a_lesson(ranked, semantic))
    ranked = ranked.raised(raised) if raised else ranked
    if question.narrows and not question.query.terms:
        others = newest_first(np.setdiff1d(scope.talks, ranked.documents), memory.facts).others
    return Ranking(ranked, lexical, semantic, others)


def found_by_words(engine: Engine, session: Session, memory: Memory, scope: Scope, query: Query) -> Side:
    """Documents that hold a word of the query: from memory, or from the database.

    From a database that only finds them, while they are being read into memory, by their best passage alone.
    """
    index = lexical_for(session)
    words = index.words(session) if memory.words is None else memory.words
    if words is not None:
        return with_words(engine, session, lambda: by_words(words, query.terms, scope, MOST_PASSAGES))
    found = with_words(engine, session, lambda: index.search(session, query.terms, scope, MOST_PASSAGES))
    return best_of_each(found)


def _nearest(vectors: VectorIndex, asked: Vectors, scope: Scope) -> Side:
    """The DEPTH nearest documents; few passages tell unless many of them are of the same documents."""
    for most in (3 * DEPTH, MOST_PASSAGES):
        found = vectors.search(asked, scope, most)
        side = best_of_each(found, DEPTH)
        if len(side) == DEPTH or len(found) < most:
            break
    return side


def _are_worth_a_lesson(ranked: Entries, semantic: Side) -> NDArray[np.bool_]:
    cosines = semantic.at(semantic.places(ranked.documents), semantic.values, -1.0)
    near = (ranked.word_ranks < NO_RANK) | (cosines >= LEAST_LESSON_COSINE)
    return near & (ranked.scores >= LEAST_LESSON_SCORE)
