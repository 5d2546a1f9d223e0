"""What of a whole talk speaks for it, beside its best passage: all its words, its text, likeness to the first.

Only what was found is looked at, so it costs little. `scripts/bench_fusion.py` shows what each part is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors
from app.search.candidates import Scope
from app.search.closeup import close_to
from app.search.fusion import weighted
from app.search.kernels import small_loops
from app.search.lexical.protocol import Words
from app.search.ranking import Both, Side, best_of_each
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
    both: Both
    """The documents, with their places in it."""
    meaning: NDArray[np.float64]
    """How near each document is (n,), 0..1."""
    alike: NDArray[np.float64]
    """How like each document is to the first ones (n,), 0..1."""


def by_words(index: Words, terms: Sequence[str], scope: Scope, limit: int) -> Side:
    """Documents that hold a word, by BM25 of their best passage and of the whole talk in equal parts.

    Passages of a talk share their words out among them; a lesson is one passage and so its own whole. With the weights
    of all words that each holds, which count beside meaning.
    """
    side = best_of_each(index.search(terms, scope, limit))
    whole = index.whole(terms, side.documents)
    scores = side.values.astype(np.float64)
    scores += np.where(side.documents > 0, WHOLE, 0.0) * (whole.scores - scores)
    return side.ordered(scores, whole.held)


def look_closer(index: VectorIndex, asked: Vectors, both: Both, lexical: Side, semantic: Side, mode: Mode) -> Closer:
    """How near the documents of both sides are to the query, and how like those that come first by words and meaning.

    The first say in their own words what the query meant: the mean of their vectors, each by its score, is compared as
    the query was (Rocchio 1971, Relevance feedback in information retrieval, with the first taken for relevant; for
    dense vectors Li et al. 2022, arXiv:2108.11044). Semantic search goes without.
    """
    close = close_to(index, both.documents, lexical.passages[both.by_words[both.by_words >= 0]], semantic.passages)
    meaning = close.nearness(asked)
    alike = np.zeros(len(meaning))
    if mode == "hybrid":
        words = lexical.at(both.by_words, lexical.shares(), 0.0)
        alike = close.nearness(close.mean(first_of(both.documents, weighted(words, meaning))))
    order, by_meaning = small_loops().nearer_first(both.by_meaning, meaning, len(semantic))
    return Closer(semantic.taken(order), both._replace(by_meaning=by_meaning), meaning, alike)


def first_of(documents: NDArray[np.int64], scores: NDArray[np.float64], most: int = FIRST) -> dict[int, float]:
    """The best so many talks with their scores; ties by id. Lessons are short and say nothing of talks.

    `documents` (n,) ascend, and so lessons, below 0, come first.
    """
    lessons = int(np.searchsorted(documents, 0))
    best = lessons + np.argsort(-scores[lessons:], kind="stable")[:most]
    return dict(zip(documents[best].tolist(), scores[best].tolist(), strict=True))
