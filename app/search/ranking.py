"""From passages that backends found to talks in order. Arithmetic only: asks neither database nor model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from app.search.candidates import Candidate, Found
from app.search.facts import Facts
from app.search.fusion import SEMANTIC_WEIGHT, scaled, weighted
from app.search.query import Query
from app.search.shapes import Mode, Sort

# A passage less alike than this has nothing to do with the query. Read off all-MiniLM-L6-v2 on the shipped talks:
# queries about other subjects (cooking, football, weather) stay below .2, a speaker's name finds .31 at most in talks
# of others, and passages that answer a query lie from .33 up.
LEAST_COSINE = 0.3
# Nor does one count as found that is less than half as alike as the best one.
LEAST_OF_BEST = 0.5


NO_PASSAGE = 0
"""In place of the passage of a talk that no passage was found of: its title is shown then."""


@dataclass(slots=True)
class Ranked:
    """A talk (or lesson) in the ranking: its score, the passage that is its best evidence, and its ranks, from 1."""

    document: int
    score: float
    passage_id: int
    lexical_rank: int | None
    semantic_rank: int | None
    words: float = 0.0
    """What of the score comes from words,"""
    meaning: float = 0.0
    """from meaning,"""
    named: float = 0.0
    """and from being named outright."""


class Side:
    """What one kind of search found: documents best first, each with its best passage and score."""

    def __init__(self, found: Found | None = None, ranks: NDArray[np.int64] | None = None) -> None:
        """Of the best passages of documents, one of each; without `ranks` talks and lessons are numbered from 1."""
        self._found = Found.of(()) if found is None else found
        self.documents = self._found.documents
        is_talk = self.documents > 0
        self._ranks = np.where(is_talk, np.cumsum(is_talk), np.cumsum(~is_talk)) if ranks is None else ranks

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self.documents)

    @cached_property
    def best(self) -> dict[int, Candidate]:
        """The best passage of each document."""
        return dict(zip(self.documents.tolist(), self._found, strict=True))

    @cached_property
    def scores(self) -> dict[int, float]:
        """Score of each document."""
        return dict(zip(self.documents.tolist(), self._found.scores.tolist(), strict=True))

    def ranks(self) -> dict[int, int]:
        """Rank of each talk among talks, and of each lesson among lessons, from 1."""
        return dict(zip(self.documents.tolist(), self._ranks.tolist(), strict=True))

    def split(self, depth: int, also: Collection[int]) -> tuple[Side, Side]:
        """The first `depth` documents with those of `also`, and the others."""
        if len(self) <= depth:
            return self, Side()
        first = np.isin(self.documents, list(also))
        first[:depth] = True
        return self._of(first), self._of(~first)

    def talks(self, start: int, end: int) -> list[Ranked]:
        """Its talks from `start` up to, not including, `end`, as entries that score nothing."""
        at = np.flatnonzero(self.documents > 0)[start:end]
        columns = self.documents[at].tolist(), self._found.passages[at].tolist(), self._ranks[at].tolist()
        return [
            Ranked(document, 0.0, passage, rank or None, None) for document, passage, rank in zip(*columns, strict=True)
        ]

    def _of(self, which: NDArray[np.bool_]) -> Side:
        found = self._found
        return Side(Found(found.passages[which], found.talks[which], found.scores[which]), self._ranks[which])


@dataclass
class Ranking:
    """What a question found: talks and lessons in order, and what either side knew of them."""

    first: list[Ranked]
    """Those that score at all."""
    lexical: Side
    semantic: Side
    others: Side
    """What holds a word and yet scores 0; it comes after the first, by its rank, and is seldom looked at."""

    @property
    def total(self) -> int:
        """How many talks were found."""
        return len(self.talk_ids)

    @cached_property
    def talk_ids(self) -> NDArray[np.int64]:
        """Ids of all talks in order."""
        first = [entry.document for entry in self.first if entry.document > 0]
        others = self.others.documents
        return np.concatenate([np.array(first, dtype=np.int64), others[others > 0]])

    @cached_property
    def talks(self) -> list[Ranked]:
        """All talks."""
        return self.page(0, self.total)

    @property
    def lessons(self) -> list[Ranked]:
        """The lessons among the first."""
        return [entry for entry in self.first if entry.document < 0]

    def page(self, start: int, end: int) -> list[Ranked]:
        """The talks from `start` up to, not including, `end`."""
        first = [entry for entry in self.first if entry.document > 0]
        if end <= len(first):
            return first[start:end]
        return first[start:end] + self.others.talks(max(0, start - len(first)), end - len(first))


def best_of_each(candidates: Iterable[Candidate], depth: int | None = None) -> Side:
    """The first, so best, passage of each document, of the first `depth` documents. `candidates` come best first."""
    found = candidates if isinstance(candidates, Found) else Found.of(candidates)
    _, first = np.unique(found.documents, return_index=True)
    first = np.sort(first)[:depth]
    return Side(Found(found.passages[first], found.talks[first], found.scores[first]))


def newest_first(talk_ids: NDArray[np.int64], facts: Facts) -> Ranking:
    """All these talks by falling date, then by id: the answer to a query that narrows and holds no word."""
    dates = [facts.dates.get(talk_id, "") for talk_id in talk_ids.tolist()]
    order = sorted(range(len(dates)), key=dates.__getitem__, reverse=True)
    nothing = np.zeros(len(order), dtype=np.int64)
    found = Found(nothing + NO_PASSAGE, talk_ids[np.array(order, dtype=np.int64)], nothing)
    return Ranking([], Side(), Side(), Side(found, ranks=nothing))


def related(cosines: Mapping[int, float]) -> set[int]:
    """What of a semantic search counts as found, so that a total does not simply count everything.

    Documents whose cosine is at least LEAST_COSINE and at least LEAST_OF_BEST of the best one.
    """
    least = least_related(cosines)
    return {document for document, cosine in cosines.items() if cosine >= least}


def least_related(cosines: Mapping[int, float]) -> float:
    """The cosine from which on a document counts as found."""
    return max(LEAST_COSINE, LEAST_OF_BEST * max(cosines.values(), default=0.0))


def rank(lexical: Side, semantic: Side, mode: Mode) -> list[Ranked]:
    """What was found, best first: documents that hold a word of the query and those related to it.

    Hybrid scores are fused (see `fusion`) before what is not found is left out, lexical scores are scaled to 0..1 and
    semantic scores are cosines. Ties go by ranks and then by document, so that pages never overlap.
    """
    cosines = semantic.scores
    by_words, by_meaning = scaled(lexical.scores, absent=0.0), scaled(cosines)
    scores = {"hybrid": weighted(by_words, by_meaning), "lexical": by_words, "semantic": cosines}[mode]
    word_ranks, meaning_ranks = lexical.ranks(), semantic.ranks()
    last = len(scores) + 1
    ranked = []
    for document in lexical.best.keys() | related(cosines):
        words = (1 - SEMANTIC_WEIGHT) * by_words.get(document, -1.0)
        meaning = SEMANTIC_WEIGHT * by_meaning.get(document, -1.0)
        evidence = lexical.best[document] if words > meaning else semantic.best[document]
        places = word_ranks.get(document), meaning_ranks.get(document)
        key = -scores[document], places[0] or last, places[1] or last, abs(document)
        parts = _parts(mode, by_words.get(document, 0.0), by_meaning.get(document, 0.0), cosines.get(document, 0.0))
        ranked.append((key, Ranked(document, scores[document], evidence.passage_id, *places, *parts)))
    return [entry for _, entry in sorted(ranked, key=itemgetter(0))]


def _parts(mode: Mode, words: float, meaning: float, cosine: float) -> tuple[float, float]:
    """What words and meaning add to the score of a document."""
    if mode == "hybrid":
        return (1 - SEMANTIC_WEIGHT) * words, SEMANTIC_WEIGHT * meaning
    return (words, 0.0) if mode == "lexical" else (0.0, cosine)


def obvious(query: Query, facts: Facts) -> dict[int, float]:
    """Talks that the query names outright, and by how much their score is raised: 2 by title, 1 by speaker.

    Fused scores end at 1, so a talk named by its exact title comes first, then those of a speaker so named.
    """
    raised: dict[int, float] = {}
    for talk_id in facts.names.get(query.folded, ()):
        raised[talk_id] = 1.0
    for talk_id in facts.titles.get(query.folded, ()):
        raised[talk_id] = 2.0
    return raised


def promote(ranked: Sequence[Ranked], raised: Mapping[int, float]) -> list[Ranked]:
    """The ranking with scores raised; the order among equals stays."""
    for entry in ranked:
        entry.named = raised.get(entry.document, 0.0)
        entry.score += entry.named
    return sorted(ranked, key=lambda entry: -entry.score)


def sorted_page(sort: Sort, ranking: Ranking, facts: Facts, start: int, end: int) -> list[Ranked]:
    """Talks from `start` up to `end` in this order: as ranked, or newest first and as ranked within a day."""
    if sort == "relevance":
        return ranking.page(start, end)
    return sorted(ranking.talks, key=lambda entry: facts.dates.get(entry.document, ""), reverse=True)[start:end]
