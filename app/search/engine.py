"""The search engine: one question in, one answer out. Ranking, fusion, snippets and indexes live elsewhere."""

from __future__ import annotations

import logging
import time
from typing import NamedTuple

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter
from app.db.engine import is_writing, reading, writing
from app.embeddings.protocol import Embedder, Vectors
from app.embeddings.store import NO_TALK, vectors_of_talk
from app.errors import DatabaseError, IndexNotReady, ModelError, NotFound
from app.models import Passage, Talk
from app.search.answers import answer
from app.search.backends import lexical_for
from app.search.candidates import Candidate, Scope
from app.search.fusion import DEPTH
from app.search.memory import Memory, Recollection
from app.search.query import MOST_CHARACTERS, MOST_TERMS, Query, read_query
from app.search.ranking import Ranked, Side, best_of_each, obvious, promote, rank
from app.search.shapes import Hit, Mode, SearchRequest, SearchResult
from app.search.upkeep import lexical_is_whole, rebuild_lexical

log = logging.getLogger(__name__)

MOST_PASSAGES = 2_000
"""How many passages either side hands over: the bound on the work of one search, and so on `total`."""
MOST_LESSONS = 5
LEAST_LESSON_SCORE = 0.3
LEAST_LESSON_COSINE = 0.4
"""Lessons stand beside the talks, unasked for, so those without a word of the query must be nearer than a talk."""


class _Question(NamedTuple):
    """A request as it is going to be answered."""

    query: Query
    mode: Mode
    vector: Vectors | None
    notice: str | None


class SearchEngine:
    """Searches the talks of one base. Threads may share one engine; each brings its own session.

    Indexes are derived: one that is missing, stale or damaged is noticed and rebuilt before the answer.
    """

    def __init__(self, engine: Engine, embedder: Embedder) -> None:
        self._engine = engine
        self._embedder = embedder
        self._recollection = Recollection()

    def search(self, session: Session, request: SearchRequest) -> SearchResult:
        """Answer a request.

        `total` counts the talks that hold a word of the query, together with those of the 200 nearest in meaning that
        are near enough (`ranking.related`), within the filter. Without a usable model, hybrid becomes lexical and says
        so; semantic raises ModelError. Raises IndexNotReady when an index is stale and cannot be rebuilt now.
        """
        started = time.perf_counter()
        query = read_query(request.query)
        if not query.words:
            return _empty(query, request.mode, started)
        question = self._understand(query, request.mode)
        memory = self._recall(session)
        question = _without_vectors(question, memory)
        scope = memory.scope(session, request.filter)
        ranked = self._rank(session, memory, scope, question)
        talks = [entry for entry in ranked if entry.document > 0]
        lessons = [entry for entry in ranked if entry.document < 0][:MOST_LESSONS]
        page = talks[request.offset : request.offset + request.limit]
        hits, found = answer(session, memory, query.terms, page, lessons)
        return SearchResult(
            query=query.text,
            mode=question.mode,
            total=len(talks),
            took_ms=_since(started),
            facets=memory.facts.count([entry.document for entry in talks]),
            hits=hits,
            lessons=found,
            notice=question.notice,
        )

    def similar(self, session: Session, talk_slug: str, limit: int = 6) -> list[Hit]:
        """The talks whose passages are nearest to the mean of this talk's, best first, without itself.

        Scores are cosines. [] for a talk that is not embedded yet or while there is no model. Raises NotFound.
        """
        talk_id = session.scalar(select(col(Talk.id)).where(col(Talk.slug) == talk_slug))
        if talk_id is None:
            raise NotFound("talk", talk_slug)
        recipe = self._recipe()
        memory = self._recall(session)
        own = vectors_of_talk(session, recipe, talk_id) if recipe else np.zeros((0, 0), dtype=np.float32)
        if not len(own):
            return []
        mean = own.mean(axis=0)
        mean /= max(float(np.linalg.norm(mean)), 1e-9)
        near = memory.vectors.search(mean, memory.scope(session, TalkFilter()), MOST_PASSAGES)
        others = best_of_each(candidate for candidate in near if candidate.talk_id not in (NO_TALK, talk_id))
        ranked = [
            Ranked(candidate.talk_id, candidate.score, candidate.passage_id, None, place)
            for place, candidate in enumerate(list(others.best.values())[:limit], start=1)
        ]
        hits, _ = answer(session, memory, (), ranked, ())
        return hits

    def rebuild(self, session: Session) -> None:
        """Throw the indexes away and make them from the stored passages and vectors. Never commits."""
        rebuild_lexical(session)
        self._recollection.forget()

    def warm(self) -> None:
        """Load model and indexes now, so that the first search is as quick as any. What is missing is logged."""
        try:
            self._embedder.encode_query("warm")
        except ModelError as error:
            log.warning("Search goes by words alone: %s", error)
        with reading(self._engine) as session:
            self._recall(session).fill(session)
            # Statements are compiled on their first use.
            self.search(session, SearchRequest(query="how do others run it"))

    def _recipe(self) -> str | None:
        try:
            return self._embedder.recipe
        except ModelError:
            return None

    def _recall(self, session: Session) -> Memory:
        return self._recollection.current(session, self._recipe(), self._mend_lexical)

    def _understand(self, query: Query, mode: Mode) -> _Question:
        notice = None
        if query.was_cut:
            notice = f"Only the first {MOST_CHARACTERS:,} characters and {MOST_TERMS} words were searched for."
        if mode == "lexical":
            return _Question(query, mode, None, notice)
        try:
            return _Question(query, mode, self._embedder.encode_query(query.text), notice)
        except ModelError as error:
            if mode == "semantic":
                raise
            log.warning("Hybrid search fell back to words alone: %s", error)
            return _Question(query, "lexical", None, "The embedding model is not available: found by words alone.")

    def _rank(self, session: Session, memory: Memory, scope: Scope, question: _Question) -> list[Ranked]:
        lexical, semantic = Side(), Side()
        if question.mode != "semantic":
            lexical = best_of_each(self._by_words(session, scope, question.query))
        if question.vector is not None:
            semantic = best_of_each(memory.vectors.search(question.vector, scope, MOST_PASSAGES), DEPTH)
        ranked = [
            entry
            for entry in rank(lexical, semantic, question.mode)
            if entry.document > 0 or _is_worth_a_lesson(entry, semantic)
        ]
        if question.mode == "semantic":
            return ranked
        allowed = set(scope.talks.tolist())
        raised = {talk: by for talk, by in obvious(question.query, memory.facts).items() if talk in allowed}
        return promote(ranked + _absent(session, raised, ranked), raised) if raised else ranked

    def _by_words(self, session: Session, scope: Scope, query: Query) -> list[Candidate]:
        index = lexical_for(session)
        try:
            return index.search(session, query.terms, scope, MOST_PASSAGES)
        except DBAPIError:
            self._rebuild_now(session)
        try:
            return index.search(session, query.terms, scope, MOST_PASSAGES)
        except DBAPIError as error:
            raise IndexNotReady("The index of words is damaged; run `hallway rebuild index`.") from error

    def _mend_lexical(self, session: Session) -> None:
        if not lexical_is_whole(session):
            self._rebuild_now(session)

    def _rebuild_now(self, session: Session) -> None:
        """Rebuild the index of words: in a transaction of its own beside a reader, else in that of the writer."""
        log.info("The index of words is missing, damaged or out of date; rebuilding it.")
        if is_writing(session):
            rebuild_lexical(session)
            return
        try:
            with writing(self._engine) as own:
                rebuild_lexical(own)
        except (DatabaseError, DBAPIError) as error:
            raise IndexNotReady(f"The index of words is out of date and cannot be rebuilt now: {error}") from error
        session.rollback()  # a reader sees one state of the base; end it, to see the new index


def _is_worth_a_lesson(entry: Ranked, semantic: Side) -> bool:
    near = entry.lexical_rank is not None or semantic.best[entry.document].score >= LEAST_LESSON_COSINE
    return near and entry.score >= LEAST_LESSON_SCORE


def _absent(session: Session, raised: dict[int, float], ranked: list[Ranked]) -> list[Ranked]:
    """Entries for talks that are named outright and yet were not found, such as a title of stop words."""
    missing = raised.keys() - {entry.document for entry in ranked}
    if not missing:
        return []
    rows = session.execute(
        select(col(Passage.talk_id), col(Passage.id))
        .where(col(Passage.talk_id).in_(missing), col(Passage.kind) == "title")
        .order_by(col(Passage.talk_id))
    )
    return [Ranked(talk_id, 0.0, passage_id, None, None) for talk_id, passage_id in rows]


def _without_vectors(question: _Question, memory: Memory) -> _Question:
    """The question with a notice where passages are not embedded; without any vectors hybrid goes by words alone."""
    missing = memory.passage_count - len(memory.vectors)
    if question.vector is None or missing <= 0:
        return question
    if len(memory.vectors) or question.mode == "semantic":
        notice = f"{missing} of {memory.passage_count} passages are not embedded yet; run `hallway rebuild embeddings`."
        return question._replace(notice=notice)
    return question._replace(mode="lexical", vector=None, notice="Nothing is embedded yet: found by words alone.")


def _empty(query: Query, mode: Mode, started: float) -> SearchResult:
    return SearchResult(
        query=query.text,
        mode=mode,
        total=0,
        took_ms=_since(started),
        facets={},
        hits=[],
        notice="There is no word to search for in this query.",
    )


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
