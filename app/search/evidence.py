"""What of a whole talk speaks for it, beside its best passage: all its words, its text, likeness to the first.

Only what was found is looked at, so it costs little. `scripts/bench_fusion.py` shows what each part is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.embeddings.protocol import Vectors
from app.search.candidates import Scope
from app.search.closeup import close_to
from app.search.entries import NOTHING_KNOWN, Known
from app.search.fusion import of_best, weighted
from app.search.lexical.protocol import Words
from app.search.parts import distinct
from app.search.ranking import Side, best_of_each
from app.search.shapes import Mode
from app.search.vector.protocol import VectorIndex

WHOLE = 0.5
"""How much the words of the whole talk count beside those of its best passage."""
FIRST = 2
"""So many of the first found say what the others should be like."""


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
    close = close_to(index, lexical, semantic)
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
