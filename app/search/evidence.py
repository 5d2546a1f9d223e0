"""What of a whole talk speaks for it, beside its best passage: all its words, its text, likeness to the first.

Only what was found is looked at, so it costs little. `scripts/bench_fusion.py` shows what each part is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors
from app.embeddings.store import NO_TALK
from app.search.candidates import Scope
from app.search.entries import NOTHING_KNOWN, Known
from app.search.fusion import of_best, weighted
from app.search.lexical.protocol import Words
from app.search.parts import distinct
from app.search.ranking import Side, best_of_each
from app.search.shapes import Mode
from app.search.vector.exact import VectorPart, as_bytes
from app.search.vector.protocol import VectorIndex

WHOLE = 0.5
"""How much the words of the whole talk count beside those of its best passage."""
TEXT = 0.5
"""How much the best passage but its title counts beside the best of all: titles alone promise more than talks hold."""
FIRST = 2
"""So many of the first found say what the others should be like."""
MOST_OF_TALK = 8
"""So many passages of a talk are compared beside those found: its title and what it says of itself come first."""


class Closer(NamedTuple):
    """What a closer look at the documents found tells of them."""

    semantic: Side
    """What was found by meaning, by falling `meaning`; scores are still those of the best passage."""
    meaning: Known
    """How near each document is, 0..1."""
    alike: Known
    """How like each document is to the first ones, 0..1."""


def by_words(index: Words, terms: Sequence[str], scope: Scope, limit: int) -> Side:
    """Documents that hold a word, by BM25 of their best passage and of the whole talk in equal parts.

    Passages of a talk share their words out among them; a lesson is one passage and so its own whole.
    """
    side = best_of_each(index.search(terms, scope, limit))
    is_talk = side.documents > 0
    scores = side.values.astype(np.float64)
    scores[is_talk] += WHOLE * (index.whole(terms, side.documents[is_talk]) - scores[is_talk])
    return side.ordered(scores, scores)


def look_closer(index: VectorIndex, asked: Vectors, lexical: Side, semantic: Side, mode: Mode) -> Closer:
    """How near the documents of both sides are to the query, and how like those that come first by words and meaning.

    The first say in their own words what the query meant: the mean of their vectors, each by its score, is compared as
    the query was (Rocchio 1971, Relevance feedback in information retrieval, with the first taken for relevant; for
    dense vectors Li et al. 2022, arXiv:2108.11044). Semantic search goes without.
    """
    close = Closeup.of(index, lexical, semantic)
    meaning = close.nearness(asked)
    alike = NOTHING_KNOWN
    if mode == "hybrid":
        documents = distinct(np.concatenate([lexical.documents, meaning.documents]))
        words = lexical.at(lexical.places(documents), of_best(lexical.values), 0.0)
        fused = Known(documents, weighted(words, meaning.at(documents)))
        alike = close.nearness(close.mean(first_of(fused)))
    return Closer(semantic.ordered(meaning.at(semantic.documents)), meaning, alike)


def first_of(scores: Known, most: int = FIRST) -> dict[int, float]:
    """The best so many talks with their scores; ties by id. Lessons are short and say nothing of talks."""
    values = np.where(scores.documents < 0, -np.inf, scores.values)
    best = np.lexsort((scores.documents, -values))[:most]
    found = zip(scores.documents[best].tolist(), scores.values[best].tolist(), strict=True)
    return {document: score for document, score in found if document > 0}


class Closeup:
    """The vectors of the documents that were found."""

    def __init__(self, part: VectorPart) -> None:
        """Of rows by talk and then by passage."""
        self._part = part
        rows = np.where(part.talks == NO_TALK, -part.passages, part.talks)
        is_first = np.ones(len(rows), dtype=np.bool_)
        is_first[1:] = rows[1:] != rows[:-1]
        self._starts = np.flatnonzero(is_first)
        self._ends = np.append(self._starts[1:], len(rows))
        self._documents = rows[self._starts]
        self._ascending = np.argsort(self._documents)
        # Passages are made title first, and a talk without any text has its title alone.
        self._is_title = is_first & np.append(~is_first[1:], False)

    @classmethod
    def of(cls, index: VectorIndex, *sides: Side) -> Closeup:
        """Of all documents of `sides`."""
        documents = distinct(np.concatenate([side.documents for side in sides]))
        passages = distinct(np.concatenate([side.passages for side in sides]))
        return cls(index.rows_of(documents[documents > 0], passages, MOST_OF_TALK))

    def nearness(self, query: Vectors) -> Known:
        """How near each document is to `query` (d,), 0..1: the cosine of its best passage, and of its best text."""
        if not len(self._documents) or query.shape != self._part.numbers.shape[1:]:
            return NOTHING_KNOWN
        cosines = self._part.cosines(as_bytes(query[np.newaxis]), None)
        of_all = np.maximum.reduceat(cosines, self._starts)
        of_text = np.maximum.reduceat(np.where(self._is_title, np.float32(-1), cosines), self._starts)
        near = np.clip((1 - TEXT) * of_all + TEXT * of_text, 0.0, 1.0)
        return Known(self._documents[self._ascending], near[self._ascending].astype(np.float64))

    def mean(self, weights: Mapping[int, float]) -> NDArray[np.float32]:
        """The mean of the vectors of documents (d,), by these weights; each is the mean direction of its passages."""
        total = np.zeros(self._part.numbers.shape[1], dtype=np.float32)
        for document, weight in weights.items():
            for place in np.flatnonzero(self._documents == document):
                rows = slice(self._starts[place], self._ends[place])
                own = (self._part.numbers[rows] / self._part.lengths[rows, np.newaxis]).sum(axis=0)
                total += weight * own / max(float(np.linalg.norm(own)), 1e-9)
        return total
