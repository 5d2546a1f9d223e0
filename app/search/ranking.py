"""From passages that backends found to talks in order. Arithmetic only: asks neither database nor model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from app.search.candidates import Candidate
from app.search.facts import Facts
from app.search.fusion import SEMANTIC_WEIGHT, scaled, weighted
from app.search.query import Query
from app.search.shapes import Mode

# A passage less alike than this has nothing to do with the query. Read off all-MiniLM-L6-v2 on the shipped talks:
# queries about other subjects (cooking, football, weather) stay below .2, a speaker's name finds .31 at most in talks
# of others, and passages that answer a query lie from .33 up.
LEAST_COSINE = 0.3
# Nor does one count as found that is less than half as alike as the best one.
LEAST_OF_BEST = 0.5


@dataclass(slots=True)
class Ranked:
    """A talk (or lesson) in the ranking: its score, the passage that is its best evidence, and its ranks, from 1."""

    document: int
    score: float
    passage_id: int
    lexical_rank: int | None
    semantic_rank: int | None


@dataclass
class Side:
    """What one kind of search found: documents best first, each with its best passage and score."""

    best: dict[int, Candidate] = field(default_factory=dict)

    @property
    def scores(self) -> dict[int, float]:
        """Score of each document."""
        return {document: candidate.score for document, candidate in self.best.items()}

    def ranks(self) -> dict[int, int]:
        """Rank of each talk among talks, and of each lesson among lessons, from 1."""
        talks = [document for document in self.best if document > 0]
        lessons = [document for document in self.best if document < 0]
        return {document: rank for group in (talks, lessons) for rank, document in enumerate(group, start=1)}


def best_of_each(candidates: Iterable[Candidate], depth: int | None = None) -> Side:
    """The first, so best, passage of each document, of the first `depth` documents. `candidates` come best first."""
    best: dict[int, Candidate] = {}
    for candidate in candidates:
        document = candidate.document
        if document not in best:
            if len(best) == depth:
                break
            best[document] = candidate
    return Side(best)


def related(cosines: Mapping[int, float]) -> set[int]:
    """What of a semantic search counts as found, so that a total does not simply count everything.

    Documents whose cosine is at least LEAST_COSINE and at least LEAST_OF_BEST of the best one.
    """
    least = max(LEAST_COSINE, LEAST_OF_BEST * max(cosines.values(), default=0.0))
    return {document for document, cosine in cosines.items() if cosine >= least}


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
        ranked.append((key, Ranked(document, scores[document], evidence.passage_id, *places)))
    return [entry for _, entry in sorted(ranked, key=itemgetter(0))]


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
        entry.score += raised.get(entry.document, 0.0)
    return sorted(ranked, key=lambda entry: -entry.score)
