"""A question for practices: search finds talks, the statements of these and of no talk are scored and grouped."""

from __future__ import annotations

import time

from sqlmodel import Session

from app.embeddings.protocol import Embedder
from app.search.engine import SearchEngine
from app.search.shapes import Nearest, SearchRequest
from app.takeaways.practices.answer import practices
from app.takeaways.practices.shapes import Asked, PracticeAnswer
from app.takeaways.practices.vectors import Held, NearDrafts

MOST_TALKS = 200
"""Talks, the best, whose statements are looked at."""
MOST_BESIDE = 50
"""Talks beside these, of the nearest drafts."""


class PracticeSearch:
    """Answers questions with practices, over one search engine. Threads may share one; each brings its own session."""

    def __init__(self, search: SearchEngine, embedder: Embedder) -> None:
        self._search = search
        self._embedder = embedder
        self._held = Held()
        self._near = NearDrafts()

    @property
    def held(self) -> Held:
        """Vectors made while somebody waited."""
        return self._held

    def ask(self, session: Session, request: SearchRequest) -> PracticeAnswer:
        """The practices that answer, at most `request.limit`. Without a model by words alone, and `notice` says so."""
        started = time.perf_counter()
        found = self._search.nearest(session, request, MOST_TALKS)
        if not found.terms:
            return PracticeAnswer(
                query=found.text, took_ms=0.0, total=0, groups=0, practices=[], talks=[], notice=found.notice
            )
        recipe = self._embedder.recipe if found.vector is not None else None
        asked = Asked(found.text, found.terms, found.vector, recipe)
        answer = practices(
            session,
            self._embedder,
            asked,
            self.ranked(session, found, recipe),
            request.filter,
            request.limit,
            self._held,
        )
        answer.notice = found.notice
        answer.took_ms = round((time.perf_counter() - started) * 1000, 2)
        return answer

    def ranked(self, session: Session, found: Nearest, recipe: str | None) -> list[tuple[int, float]]:
        """The talks whose statements are looked at: those found, then those of the nearest drafts that search did not
        find, with a score of 0, as far as the question lets them through.
        """
        if recipe is None or found.vector is None:
            return list(found.talks)
        known = {talk for talk, _ in found.talks}
        near = self._near.talks(session, recipe, found.vector, MOST_BESIDE)
        return [*found.talks, *((talk, 0.0) for talk in near if talk not in known and found.allows(talk))]
