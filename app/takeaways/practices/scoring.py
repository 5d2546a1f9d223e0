"""How well statements answer a question, and where the answer ends. Arithmetic only: no database, no model.

Weights and cut-offs were read off the 53 questions of data/judgements/practices, on all-MiniLM-L6-v2. With weights
chosen on one half of them, the other half lost .02 to .05 of nDCG@10; so expect that of questions of your own.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import simsimd
from numpy.typing import NDArray

from app.text.stemming import STOP_WORDS, fold, stem

Numbers = NDArray[np.float64]
Matrix = NDArray[np.float32]

TITLE = 0.2
"""Weight of the cosine of the talk's title: a statement such as “read it all again” does not say of what."""
WORDS = 0.4
TITLE_WORDS = 0.1
TALK = 0.1
DRAFT = 0.05
"""A draft stands behind what a person wrote down, where both answer as well."""
LEAST = 0.54
"""Of questions that nobody answers nine in ten stay below this, of those with an answer seven in a hundred."""
LEAST_BY_WORDS = 0.5
"""Without a model: half of what is asked, by rarity, must be there in so many words."""
LEAST_OF_BEST = 0.65
SHARED = 0.5
"""Weight of the words two statements share, beside the cosine, in how alike they are."""
ALIKE = 0.6
"""So alike are two statements about the same thing; the two on probes from one talk are at .61."""
_ASKING = """
    others other people anyone anybody somebody someone everybody everyone best way ways practice practices need want
    companies teams team use using used go getting get
"""
ASKING = frozenset(map(stem, _ASKING.split()))
"""Words that make a question for practices and say nothing of what about."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, eq=False)
class Material:
    """Statements as they are scored: of each its stems, those of its title, and what is known of its place."""

    stems: Sequence[frozenset[str]]
    titles: Sequence[frozenset[str]]
    talks: Numbers
    """Score of its talk, 0..1; 0 without."""
    drafts: NDArray[np.bool_]
    places: NDArray[np.int64]
    """Equal for statements of one talk or article."""


@dataclass(frozen=True, eq=False)
class Scores:
    """The score of every statement, and its parts."""

    meaning: Numbers
    words: Numbers
    talk: Numbers
    draft: Numbers

    @property
    def total(self) -> Numbers:
        """The sum."""
        return self.meaning + self.words + self.talk + self.draft


@dataclass(frozen=True, eq=False)
class Kept:
    """Places of the statements that answer, best first; the score each stands by; those that another brought along."""

    places: NDArray[np.intp]
    scores: Numbers
    joined: frozenset[int]


def stems_of(text: str) -> frozenset[str]:
    """Stems of the words of `text` that are no stop words."""
    return frozenset(stem(word) for word in _WORD.findall(text) if fold(word) not in STOP_WORDS)


def rarity(material: Material) -> dict[str, float]:
    """How much each stem tells statements apart: ln(1 + n / (held + .5)), over statements with their titles."""
    held = Counter(word for own, title in zip(material.stems, material.titles, strict=True) for word in own | title)
    return {word: math.log(1 + len(material.stems) / (count + 0.5)) for word, count in held.items()}


def asked_stems(terms: Sequence[str]) -> frozenset[str]:
    """What a question is about: its stems without those that only ask; all of them where nothing else is left."""
    stems = frozenset(stem(term) for term in terms)
    return stems - ASKING or stems


def unnamed(text: str, material: Material) -> list[str]:
    """Names in a question that no statement and no title holds: words with a capital where most have none."""
    words = _WORD.findall(text)
    names = [word for word in words[1:] if word[:1].isupper() and fold(word) not in STOP_WORDS]
    if 2 * len(names) > len(words):
        return []  # every word has one, as in a title
    held: set[str] = set().union(*material.stems, *material.titles)
    return [name for name in dict.fromkeys(names) if stem(name) not in held]


def score(material: Material, terms: Sequence[str], own: Numbers | None, titles: Numbers | None) -> Scores:
    """Scores of all statements; `own` and `titles` are cosines with the question, None without a model.

    Words alone count double the weight then, so that a statement that holds all of the question scores .8 or more.
    """
    asked = asked_stems(terms)
    rare = rarity(material)
    most = math.log(1 + len(material.stems) / 0.5) if material.stems else 1.0
    whole = sum(rare.get(word, most) for word in asked) or 1.0

    def share(held: Collection[str]) -> float:
        return sum(rare[word] for word in asked.intersection(held)) / whole

    by_own = np.array([share(held) for held in material.stems])
    by_title = np.array(
        [share(title - held) for held, title in zip(material.stems, material.titles, strict=True)]
    )  # fmt: skip
    words = WORDS * by_own + TITLE_WORDS * by_title
    meaning = np.zeros(len(by_own)) if own is None or titles is None else own + TITLE * titles
    return Scores(
        meaning=meaning,
        words=words if own is not None else 2 * words,
        talk=TALK * material.talks,
        draft=np.where(material.drafts, -DRAFT, 0.0),
    )


def likeness(vectors: Matrix, stems: Sequence[frozenset[str]], rare: dict[str, float]) -> Numbers:
    """How alike statements are, pair by pair (n, n): their cosine, and SHARED times the words they share by rarity.

    The second is a weighted Jaccard index: rarity of the words both hold over that of the words either holds.
    """
    # Only a word that two hold makes any two alike; the others count for the size of their statement.
    held = Counter(word for own in stems for word in own)
    vocabulary = {word: place for place, word in enumerate(sorted(word for word in held if held[word] > 1))}
    holds = np.zeros((len(stems), len(vocabulary)), dtype=np.float32)
    for row, own in enumerate(stems):
        holds[row, [vocabulary[word] for word in own if word in vocabulary]] = 1.0
    weights = np.array([rare.get(word, 0.0) for word in vocabulary], dtype=np.float32)
    both = _products(holds * weights, holds)
    sizes = np.array([sum(rare.get(word, 0.0) for word in own) for own in stems])
    either = np.maximum(sizes[:, None] + sizes[None, :] - both, 1e-9)
    cosines = _products(vectors, vectors)
    alike: Numbers = cosines + SHARED * both / either
    np.fill_diagonal(alike, 1 + SHARED)
    return alike


def _products(one: Matrix, other: Matrix) -> Numbers:
    """Products of the rows of one (n, d) with those of the other (n, d), on one core.

    The threads that numpy calls for such small matrices wait for one another on a busy machine: 100 ms instead of 4.
    """
    if not one.size:
        return np.zeros((len(one), len(other)))
    found: Any = simsimd.cdist(one, other, metric="dot", out_dtype="float32")
    return np.asarray(found, dtype=np.float64)


def keep(scores: Numbers, alike: Numbers, places: NDArray[np.int64], least: float) -> Kept:
    """The statements that answer: those near enough to the best, and what the same talk says about the same thing.

    One that another brings along stands by the score of that, times how alike they are, and never before it.
    """
    if not len(scores) or float(scores.max()) < least:
        return Kept(np.zeros(0, dtype=np.intp), np.zeros(0), frozenset())
    matched = scores >= max(least, LEAST_OF_BEST * float(scores.max()))
    bringing = np.where(matched[None, :] & (places[:, None] == places[None, :]), alike, -1.0)
    by = bringing.argmax(axis=1)
    near = bringing.max(axis=1)
    joined = (near >= ALIKE) & ~matched
    standing = np.where(joined, np.maximum(scores, scores[by] * np.minimum(near, 0.999)), scores)
    order = np.argsort(-standing, kind="stable")
    order = order[(matched | joined)[order]]
    return Kept(order, standing[order], frozenset(np.flatnonzero(joined).tolist()))


def at(material: Material, rows: NDArray[np.intp]) -> Material:
    """Some of the statements."""
    return replace(
        material,
        stems=[material.stems[row] for row in rows],
        titles=[material.titles[row] for row in rows],
        talks=material.talks[rows],
        drafts=material.drafts[rows],
        places=material.places[rows],
    )
