"""The search engine: one question in, one answer out. Ranking, fusion, snippets and indexes live elsewhere."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import garbage
from app.catalog.filters import TalkFilter
from app.db.engine import serving
from app.embeddings.protocol import Embedder
from app.embeddings.store import NO_TALK, vectors_of_talk
from app.errors import ModelError, NotFound
from app.locks import Turns
from app.models import Talk
from app.search.answers import Asked, AtHand, answer, with_titles
from app.search.candidates import Scope
from app.search.completion import Completion, complete
from app.search.display import Displays
from app.search.entries import Ranked
from app.search.facets import narrowed_facets
from app.search.facts import FactsFile
from app.search.fields import understand
from app.search.index_files import beginning
from app.search.kernels import prepare
from app.search.meant import Meanings, Mended
from app.search.memory import Memory, Recollection
from app.search.mending import mend, with_words
from app.search.missing import Missing, excluding, find_sought, scope_of_talks, unknown, why_missing
from app.search.named import Nameboard
from app.search.neighbours import NearSpeaker, NearToTheme, near_speakers, near_to_theme
from app.search.pasted import CANDIDATES, NearText, near_talks, read_pasted, vector_of
from app.search.pasted import MOST_CHARACTERS as LONGEST_TEXT
from app.search.query import MOST_CHARACTERS, MOST_TERMS, Query, fold_phrase, read_query
from app.search.question import NO_WORD, Question, narrowed, without_vectors
from app.search.ranking import Ranking, best_of_each, sorted_page
from app.search.retrieval import MOST_PASSAGES, Worded, found_by_words, retrieve, worded
from app.search.scopes import NOTHING, QueryFilter, times_held
from app.search.shapes import (
    FacetValue,
    Hit,
    Mode,
    Nearest,
    NearTheme,
    SearchRequest,
    SearchResult,
    Spelling,
    Understood,
)
from app.search.shelf import Shelf
from app.search.started import Begun, Started
from app.search.subjects import Subjects
from app.search.upkeep import rebuild_lexical

log = logging.getLogger(__name__)

MOST_LESSONS = 5

T = TypeVar("T")


class SearchEngine:
    """Searches the talks of one base. Threads may share one engine; each brings its own session.

    As many search at a time as there are cores, and the others wait in turn: 8 and 32 threads that all searched at once
    took from one another two and three times what a search needs.

    Indexes are derived: one that is missing, stale or damaged is noticed and rebuilt before the answer.
    """

    def __init__(
        self, engine: Engine, embedder: Embedder, folder: Path | None = None, most_in_memory: int | None = None
    ) -> None:
        """Processes that are given the same `folder` share the files of their indexes there.

        On Postgres, a base of more passages than `most_in_memory` is searched by the database itself.
        """
        self._engine = engine
        self._embedder = embedder
        self._folder = folder
        shelf = Shelf(engine, folder, most_in_memory)
        self._recollection = Recollection(engine, shelf, Displays(engine, folder), FactsFile(engine, folder))
        self._turns = Turns(range(os.cpu_count() or 1))
        self._subjects = Subjects(embedder)
        self._meanings = Meanings(embedder.knows)
        self._names = Nameboard(folder and folder / f"{beginning(engine)}-names.index")

    def search(self, session: Session, request: SearchRequest) -> SearchResult:
        """Answer a request.

        `total` counts the talks that hold a word of the query, together with those that are near enough in meaning
        (`ranking.least_related`), within the filter; facets count the same talks. Without a usable model, hybrid
        becomes lexical and says so; semantic raises ModelError. Raises IndexNotReady when an index is stale and cannot
        be rebuilt now.
        """
        with self._turns.one():
            return self._found(session, request)

    def _found(self, session: Session, request: SearchRequest) -> SearchResult:
        started = time.perf_counter()
        of = self._start(session, request)
        memory, query, also, scope = of.memory, of.query, of.also, of.scope
        if not query.words and not also:
            return _empty(query, request.mode, started, of.understood)
        words, at_hand = of.words, AtHand(session, memory, query.terms)
        counted = None if words is None else memory.facts.facets.tally(words.held)
        suggested = self._with_words(session, lambda: self._meanings.suggest(of.mended, memory))
        # There is time for it while the query is embedded, unless another search needs this core.
        if words and of.begun and self._turns.are_left and not request.offset and request.sort == "relevance":
            at_hand.read_likely(words.side, request.limit)
        question = without_vectors(self._understand(query, request.mode, of.begun), memory)
        question = narrowed(question, request.filter, also, memory)
        ranking = retrieve(self._engine, session, memory, scope, question, words)
        page = sorted_page(request.sort, ranking, memory.facts, request.offset, request.offset + request.limit)
        page = with_titles(session, page)
        themes = self._near_themes(memory, question)
        hits, lessons = answer(at_hand, Asked(ranking.semantic, themes), page, ranking.lessons[:MOST_LESSONS])
        missed = None
        if query.phrases and not ranking.total and not lessons:
            held = partial(times_held, session)
            missed = self._with_words(session, lambda: self._meanings.missed(query, memory, held))
        return SearchResult(
            query=of.typed,
            mode=question.mode,
            total=ranking.total,
            took_ms=_since(started),
            facets=_facets(memory, ranking, words, counted),
            hits=hits,
            lessons=lessons,
            sort=request.sort,
            beside=self._beside(session, memory, request.filter, question),
            themes=themes,
            corrections=list(of.mended.corrections),
            did_you_mean=missed.meant if missed else suggested,
            notice=" ".join(filter(None, (missed and missed.notice, question.notice))) or None,
            understood=of.understood,
        )

    def nearest(self, session: Session, request: SearchRequest, most: int) -> Nearest:
        """The best talks for a request, at most `most`, by id and score alone, and the question as it was understood.

        Ranks as `search` does, and makes no cards; what `sort`, `limit` and `offset` say makes no difference. Talks
        that a filter lets through, and nothing else speaks for, are not among them.
        """
        with self._turns.one():
            of = self._start(session, request)
            memory, query = of.memory, of.query
            question = without_vectors(self._understand(query, request.mode, of.begun), memory)._replace(also=of.also)
            notice = question.notice or ("" if query.words else NO_WORD)
            if not query.words:
                return Nearest(query.text, (), None, (), notice or None)
            ranking = retrieve(self._engine, session, memory, of.scope, question, of.words)
            talks = tuple((one.document, one.score) for one in ranking.page(0, most))
            return Nearest(
                query.text, query.terms or query.words, question.vector, talks, notice or None, of.scope.allows
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
        return answer(AtHand(session, memory, ()), Asked(), ranked)[0]

    def like_text(self, session: Session, text: str, limit: int = 10) -> NearText:
        """The talks nearest to a whole text, by its meaning, its wording and its title. Without a model, by wording."""
        pasted = read_pasted(text)
        query = read_query(pasted.whole, plain=True)
        words = len(pasted.whole.split())
        if not query.words:
            return NearText(title=None, words=0, passages=0, hits=[], notice="There is no word in this text.")
        notice = f"Only the first {LONGEST_TEXT:,} characters were compared." if pasted.was_cut else None
        memory = self._recall(session)
        scope = memory.scope(session, TalkFilter())
        vector, pieces = None, 0
        try:
            vector, pieces = vector_of(self._embedder, pasted)
        except ModelError as error:
            log.warning("A text was compared by its wording alone: %s", error)
            notice = "The embedding model is not available: compared by wording alone."
        near = memory.vectors.search(vector, scope, MOST_PASSAGES) if vector is not None else []
        by_meaning = best_of_each((one for one in near if one.talk_id != NO_TALK), CANDIDATES).best.values()
        by_words = found_by_words(self._engine, session, memory, scope, query).documents
        also = by_words[by_words > 0][:CANDIDATES].tolist()
        nearest = {one.talk_id: (one.passage_id, one.score) for one in by_meaning}
        hits = near_talks(session, memory, pasted, nearest, also, limit)
        return NearText(title=pasted.title or None, words=words, passages=pieces, hits=hits, notice=notice)

    def near_speakers(self, session: Session, slug: str, limit: int = 5) -> list[NearSpeaker]:
        """Speakers who speak about similar things, nearest first; [] without vectors. Raises NotFound."""
        return near_speakers(session, self._recall(session), slug, self._recipe(), limit)

    def near_theme(self, session: Session, slug: str, limit: int = 5) -> NearToTheme:
        """The talks and themes nearest to the words of a theme; none without a model."""
        memory = self._recall(session)
        themes = memory.facts.themes
        return near_to_theme(session, memory, slug, themes, self._subjects.vectors(themes), limit)

    def why_not(self, session: Session, request: SearchRequest, name: str) -> Missing:
        """Why the talk of this slug or title is not, or where it is, in the answer to a request."""
        of = self._start(session, request)
        memory, query = of.memory, of.query
        question = without_vectors(self._understand(query, request.mode, of.begun), memory)
        sought = find_sought(session, memory.facts, name)
        if sought is None:
            return unknown(session, name, of.typed, question.mode)
        missing = Missing(query=of.typed, mode=question.mode, asked=name, talk=sought.card.slug)
        missing.title = sought.card.title
        if not query.words and not of.also:
            missing.reasons = [NO_WORD]
            return missing
        if not sought.withdrawn and not sought.container:
            missing.excluded_by = excluding(session, request.filter, of.understood, sought.id)
        # Where a filter leaves it out, its ranks are those it would have without.
        if missing.excluded_by:
            whole = retrieve(self._engine, session, memory, memory.scope(session, TalkFilter()), question)
        else:
            question = narrowed(question, request.filter, of.also, memory)
            whole = retrieve(self._engine, session, memory, of.scope, question, of.words)
        alone = retrieve(self._engine, session, memory, scope_of_talks(sought.id), question)
        return why_missing(session, missing, sought, question, whole, alone)

    def complete(self, session: Session, typed: str, limit: int = 8) -> Completion:
        """Names of talks, speakers and all else that complete what was typed so far, best first."""
        return complete(self._names.current(session), typed, limit)

    def rebuild(self, session: Session) -> None:
        """Throw the indexes away and make them from the stored passages and vectors. Never commits."""
        rebuild_lexical(session)
        self._recollection.forget(session, self._recipe())

    def warm(self) -> None:
        """Load model and indexes now, so that the first search is as quick as any. What is missing is logged."""
        try:
            self._embedder.encode_query("warm")
        except ModelError as error:
            log.warning("Search goes by words alone: %s", error)
        with serving(self._engine) as session:
            memory = self._recall(session, wait=True)
            memory.fill(session)
            self._subjects.vectors(memory.facts.themes)
            self._names.current(session)
            self._meanings.warm(memory)
            garbage.keep()  # as `Recollection` does, with what was read since
            garbage.look_seldom()
            # Statements are compiled on their first use.
            self.search(session, SearchRequest(query="how do others run it"))
        prepare(self._folder and self._folder / "kernels")  # last, as search goes without until it is made

    def _recipe(self) -> str | None:
        try:
            return self._embedder.recipe
        except ModelError:
            return None

    def _recall(self, session: Session, wait: bool = False) -> Memory:
        return self._recollection.current(session, self._recipe(), partial(mend, self._engine), wait)

    def _start(self, session: Session, request: SearchRequest) -> Started:
        """Begin to embed the query, on another core, and look up all that needs no vector meanwhile."""
        query = read_query(request.query)
        begun = None if query.phrases or query.fields else self._begin(query, request.mode)
        memory = self._recall(session)
        query, also, understood = self._read(session, memory, query)
        if not query.words and not also:
            return Started(memory, query.typed, Mended(query), also, understood, scope_of_talks())
        typed, mended = query.typed, self._mended(session, query, memory, request.spelling)
        query = mended.query
        if begun is None or begun.text != query.text:
            begun = None  # its place is given back before another is asked for, or all might wait for one another
            begun = self._begin(query, request.mode)
        scope = self._scope(session, memory, request.filter, also)
        words = None if request.mode == "semantic" else worded(self._engine, session, memory, scope, query)
        return Started(memory, typed, mended, also, understood, scope, words, begun)

    def _read(self, session: Session, memory: Memory, query: Query) -> tuple[Query, QueryFilter, list[Understood]]:
        """A query with what it asks besides its words. Typed as the title of a talk, it is nothing but words."""
        if query.phrases or query.fields:
            if fold_phrase(query.typed) not in memory.facts.titles:
                return understand(session, query)
            query = read_query(query.typed, plain=True)
        return query, NOTHING, []

    def _with_words(self, session: Session, ask: Callable[[], T]) -> T:
        return with_words(self._engine, session, ask)

    def _mended(self, session: Session, query: Query, memory: Memory, spelling: Spelling) -> Mended:
        """The query with slips mended by the words there are, which may be those of the database."""
        return self._with_words(session, lambda: self._meanings.mend(query, memory, spelling))

    def _scope(self, session: Session, memory: Memory, filter: TalkFilter, also: QueryFilter) -> Scope:
        known = memory.scopes.get((filter, also))
        return known or with_words(self._engine, session, lambda: memory.scope(session, filter, also))

    def _begin(self, query: Query, mode: Mode) -> Begun | None:
        """Begin to embed a query; None where there is nothing to embed, or no model."""
        if mode == "lexical" or not query.words:
            return None
        try:
            return Begun(query.text, self._embedder.begin_query(query.text))
        except ModelError:
            return None  # asked again below, where it is said

    def _understand(self, query: Query, mode: Mode, begun: Begun | None = None) -> Question:
        notice = None
        if query.was_cut:
            notice = f"Only the first {MOST_CHARACTERS:,} characters and {MOST_TERMS} words were searched for."
        if mode == "lexical" or not query.words:
            return Question(query, mode, None, notice)
        try:
            vector = self._embedder.encode_query(query.text) if begun is None else begun.wait()
            return Question(query, mode, vector, notice)
        except ModelError as error:
            if mode == "semantic":
                raise
            log.warning("Hybrid search fell back to words alone: %s", error)
            return Question(query, "lexical", None, "The embedding model is not available: found by words alone.")

    def _near_themes(self, memory: Memory, question: Question) -> list[NearTheme]:
        if question.vector is None:
            return []
        return self._subjects.near(memory.facts.themes, question.vector)

    def _beside(
        self, session: Session, memory: Memory, filter: TalkFilter, question: Question
    ) -> dict[str, list[FacetValue]]:
        """For each facet that is narrowed: its values over what would be found were it not, without those chosen."""
        beside = {}
        for name, chosen, wider in narrowed_facets(filter):
            scope = self._scope(session, memory, wider, question.also)
            ranking = retrieve(self._engine, session, memory, scope, question)
            counted = memory.facts.facets.counts(ranking.talk_ids, name)[name]
            beside[name] = [value for value in counted if value.value not in chosen]
        return beside


def _facets(
    memory: Memory, ranking: Ranking, words: Worded | None, counted: NDArray[np.int64] | None
) -> dict[str, list[FacetValue]]:
    """The facets of all talks found, where those that hold a word may have been counted before."""
    facets = memory.facts.facets
    if counted is None or words is None or ranking.found.held is not words.held:
        return facets.counts(ranking.talk_ids)
    return facets.most(counted + facets.tally(ranking.wordless))


def _empty(query: Query, mode: Mode, started: float, understood: list[Understood]) -> SearchResult:
    return SearchResult(
        query=query.typed,
        mode=mode,
        total=0,
        took_ms=_since(started),
        facets={},
        hits=[],
        notice=NO_WORD,
        understood=understood,
    )


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
