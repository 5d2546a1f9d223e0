"""Evidence of words that the site does without: words and pairs of words in titles and passages, and likeness in words.

For `bench_fusion.py`, which shows what each would add. Scores are by document, 0..1; words are stems.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

from sqlmodel import Session

from app.embeddings.store import NO_TALK
from app.search.documents import documents
from app.search.query import split_words
from app.text.stemming import stem

T = TypeVar("T")
Words = tuple[str, ...]
LIKE_WORDS = 20
"""So many words say what the first found are about."""
TITLE_COUNTS = 2


class Wording(NamedTuple):
    """The words of a talk in order: of its title, and of each of its passages."""

    title: Words
    passages: list[Words]

    @property
    def texts(self) -> Iterator[Words]:
        """Title and passages."""
        yield self.title
        yield from self.passages


class Wordings:
    """The words of all talks of a base."""

    def __init__(self, session: Session) -> None:
        self._talks: dict[int, Wording] = {}
        for one in documents(session):
            if one.talk_id != NO_TALK:
                known = self._talks.setdefault(one.talk_id, Wording(_stems(one.title), []))
                known.passages.append(_stems(one.text))
        held = Counter(word for talk in self._talks.values() for word in {word for text in talk.texts for word in text})
        self._worth = {word: math.log(1 + len(self._talks) / count) for word, count in held.items()}

    def of(self, found: Sequence[int]) -> dict[int, Wording]:
        """Those of these documents that are talks."""
        return {document: self._talks[document] for document in found if document in self._talks}

    def like(self, first: Mapping[int, float], found: Mapping[int, Wording]) -> dict[int, float]:
        """How like talks are to the first ones in the words that tell most of these, by the cosine of tf-idf.

        After Lavrenko and Croft 2001, Relevance-based language models, SIGIR: with vectors in place of their models.
        """
        vectors = {document: self._vector(wording) for document, wording in found.items()}
        total: dict[str, float] = defaultdict(float)
        for document, weight in first.items():
            for word, value in vectors.get(document, {}).items():
                total[word] += weight * value
        told = dict(sorted(total.items(), key=lambda pair: -pair[1])[:LIKE_WORDS])
        length = math.sqrt(sum(value * value for value in told.values())) or 1.0
        return {
            document: sum(value * vector.get(word, 0.0) for word, value in told.items()) / length
            for document, vector in vectors.items()
        }

    def _vector(self, wording: Wording) -> dict[str, float]:
        often = Counter(word for text in (*wording.passages, *[wording.title] * TITLE_COUNTS) for word in text)
        values = {word: (1 + math.log(count)) * self._worth[word] for word, count in often.items()}
        length = math.sqrt(sum(value * value for value in values.values())) or 1.0
        return {word: value / length for word, value in values.items()}


def in_titles(terms: Mapping[str, float], found: Mapping[int, Wording]) -> dict[int, float]:
    """Which share of the query, by the weights of its words, stands in the title."""
    return {document: _share(terms, set(wording.title)) for document, wording in found.items()}


def held(terms: Mapping[str, float], found: Mapping[int, Wording]) -> dict[int, float]:
    """Which share of the query stands anywhere in the talk."""
    return {
        document: _share(terms, {word for text in wording.texts for word in text})
        for document, wording in found.items()
    }


def in_pairs(asked: Sequence[str], terms: Mapping[str, float], found: Mapping[int, Wording]) -> dict[int, float]:
    """Which share of the pairs of words that stand side by side in the query do so in the talk.

    A pair weighs as its lesser word does. After Metzler and Croft 2005, A Markov random field model for term
    dependencies, SIGIR: their ordered pairs.
    """
    pairs = {
        (left, right): min(terms[left], terms[right])
        for left, right in pairwise(asked)
        if left in terms and right in terms
    }
    return {
        document: _share(pairs, {pair for text in wording.texts for pair in pairwise(text)})
        for document, wording in found.items()
    }


def _share(weights: Mapping[T, float], there: set[T]) -> float:
    total = sum(weights.values())
    return sum(weight for one, weight in weights.items() if one in there) / total if total > 0 else 0.0


def _stems(text: str) -> Words:
    return tuple(stem(word) for word in split_words(text))
