"""From a question to a ranking: what both sides find within a scope, looked at more closely and put in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlmodel import Session

from app.catalog.filters import TalkFilter
from app.search.backends import lexical_for
from app.search.candidates import Scope
from app.search.entries import NO_RANK, Entries
from app.search.evidence import by_words, look_closer
from app.search.fusion import DEPTH
from app.search.memory import Memory
from app.search.mending import with_words
from app.search.missing import scope_of_talks
from app.search.outright import obvious
from app.search.query import Query
from app.search.question import Question
from app.search.ranking import Both, Ranking, Remainder, Side, best_of_each, least_related, newest_first, rank
from app.search.vector.protocol import Compared

MOST_PASSAGES = 2_000
"""How many passages either side hands over to be ranked: the bound on the work of one search. What else was found is
counted, and put in order where a page reaches so far."""
_ALL = 1 << 40
LEAST_LESSON_SCORE = 0.3
LEAST_LESSON_COSINE = 0.4
"""Lessons stand beside the talks, unasked for, so those without a word of the query must be nearer than a talk."""


class Worded(NamedTuple):
    """What a query finds by its words alone."""

    side: Side
    held: NDArray[np.int64]
    """Every talk within the scope that holds one of its words, ascending."""
    raised: Mapping[int, float]
    """Talks within the scope that it names outright, and by how much their score is raised."""


NO_WORDS = Worded(Side(), np.zeros(0, dtype=np.int64), {})


def worded(engine: Engine, session: Session, memory: Memory, scope: Scope, query: Query) -> Worded:
    """All that needs no vector, and so can be done while the query is embedded."""

    def holding(rest: Query, talks: Sequence[int] | None) -> Mapping[int, float]:
        there = memory.scope(session, TalkFilter()) if talks is None else scope_of_talks(*talks)
        return found_by_words(engine, session, memory, there, rest).scores

    named = obvious(query, memory.facts, holding)
    raised = {talk: by for talk, by in named.items() if scope.allows(talk)}
    side = found_by_words(engine, session, memory, scope, query)
    return Worded(side, _held(engine, session, memory, scope, query, side), raised)


def retrieve(
    engine: Engine, session: Session, memory: Memory, scope: Scope, question: Question, words: Worded | None = None
) -> Ranking:
    """The ranking of what was found within `scope`; `words` is what was found by words, where that is known.

    Without a word to look up all that the question lets through follows, the newest first.
    """
    semantic, compared, least = Side(), None, 1.0
    if question.vector is not None:
        compared = memory.vectors.compare(question.vector, scope)
        semantic = _nearest(compared)
        least = least_related(_nearest_of_all(session, memory, question, scope, semantic))
    if question.mode == "semantic":
        words = NO_WORDS
    lexical, held, raised = words or worded(engine, session, memory, scope, question.query)
    both = Both.of(lexical, semantic, raised)
    others: Callable[[], Side] = partial(lexical.without, both.by_words)
    meaning = alike = np.zeros(len(both.documents))
    if question.vector is not None:
        semantic, both, meaning, alike = look_closer(
            memory.vectors, question.vector, both, lexical, semantic, question.mode
        )
    ranked = rank(both, lexical, semantic, question.mode, meaning, alike, least)
    if ranked.documents.min(initial=0) < 0:
        ranked = ranked.at((ranked.documents > 0) | _are_worth_a_lesson(ranked, semantic))
    ranked = ranked.raised(raised) if raised else ranked
    if question.narrows and not question.query.terms:
        held = scope.talks
        others = partial(newest_first, np.setdiff1d(held, ranked.documents), memory.facts)
    near = ranked.documents if compared is None else np.concatenate([ranked.documents, compared.talks(least, held)])
    # What comes where a page goes beyond what was ranked:
    all_by_words = partial(found_by_words, engine, session, memory, scope, question.query, _ALL)
    all_by_meaning = Side if compared is None else lambda: best_of_each(compared.best(_ALL))
    return Ranking(ranked, lexical, semantic, others, Remainder(held, near, all_by_words, all_by_meaning), least)


def found_by_words(
    engine: Engine, session: Session, memory: Memory, scope: Scope, query: Query, most: int | None = None
) -> Side:
    """Documents that hold a word of the query, by the best `most` passages (None: MOST_PASSAGES).

    From memory, or from the database; from one that only finds them, while they are being read into memory, by their
    best passage alone.
    """
    most = most or MOST_PASSAGES
    words = memory.words
    if words is not None:
        return with_words(engine, session, lambda: by_words(words, query.terms, scope, most))
    found = with_words(engine, session, lambda: lexical_for(session).search(session, query.terms, scope, most))
    return best_of_each(found)


def _held(
    engine: Engine, session: Session, memory: Memory, scope: Scope, query: Query, side: Side
) -> NDArray[np.int64]:
    """Every talk that holds a word; while words are being read into memory, those that were found."""
    words = memory.words
    if words is None:
        return np.sort(side.documents[side.documents > 0])
    return with_words(engine, session, lambda: words.talks(query.terms, scope))


def _nearest_of_all(session: Session, memory: Memory, question: Question, scope: Scope, semantic: Side) -> float:
    """The cosine of the passage nearest to a question, whatever is asked besides: what counts as near hangs on it.

    So a filter narrows what is found, and finds nothing that there was not without it.
    """
    assert question.vector is not None
    everything = memory.scope(session, TalkFilter())
    if scope is everything:
        found = semantic.values
    elif question.query.text in memory.nearest:
        return memory.nearest[question.query.text]
    else:
        found = memory.vectors.search(question.vector, everything, 1).scores
    return memory.keep_nearest(question.query.text, float(found.max(initial=0.0)))


def _nearest(compared: Compared) -> Side:
    """The DEPTH nearest documents; few passages tell unless many of them are of the same documents."""
    for most in (3 * DEPTH, MOST_PASSAGES):
        found = compared.best(most)
        side = best_of_each(found, DEPTH)
        if len(side) == DEPTH or len(found) < most:
            break
    return side


def _are_worth_a_lesson(ranked: Entries, semantic: Side) -> NDArray[np.bool_]:
    cosines = semantic.at(semantic.places(ranked.documents), semantic.values, -1.0)
    near = (ranked.word_ranks < NO_RANK) | (cosines >= LEAST_LESSON_COSINE)
    return near & (ranked.scores >= LEAST_LESSON_SCORE)
