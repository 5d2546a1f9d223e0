"""What tells a cluster of talks from the others in words: terms of one or two words. Pure.

A term is weighed as by c-TF-IDF (Grootendorst 2022, BERTopic: Neural topic modeling with a class-based TF-IDF
procedure, arXiv:2203.05794), but counts once a talk, so that one long abstract does not name a theme. Of terms that say
the same the best alone is taken, by maximal marginal relevance (Carbonell and Goldstein 1998, SIGIR).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from math import log
from typing import NamedTuple

from app.text.stemming import STOP_WORDS, stem
from app.themes.wording import words_of

TERMS = 8
FORMS = 3
LEAST_TALKS = 3
LEAST_SHARE = 0.08
"""A term is in at least this share of the talks of its cluster."""
REDUNDANT = 0.5
"""How much being like a term already taken counts beside weight."""
TWO_WORDS = 1.5
"""A phrase of two words says more than a word that is as frequent."""
MOST_CANDIDATES = 40
FREQUENT = 0.06
"""In languages without a list of stop words, a word in this share of the talks is one."""
# What is said of talks, whatever they are about.
_OF_TALKS = """
    talk talks session sessions presentation presentations presenter speaker speakers audience attendees
    conference workshop keynote tutorial slides video abstract discuss discussion introduce introduction
    introducing overview learn learning learned explain explore show shows showing share present cover covers
    look looking use used using user users new one two first many more most some other others any all also just
    like well way ways make making made get getting take go going need needs want help work works working time
    year years day today people lot thing things good better best great much different various while through
    between after before over under without within during because both each even only own same since still very
    see come know give given let lets us able part create creating created based including include provide
    provides example examples project projects really back about against around here now out up down off every
    few don doesn isn didn re ll ve won been which whose lightning think track
"""
_LEFT_OUT = STOP_WORDS | frozenset(_OF_TALKS.split())
_ADDRESS = re.compile(r"\S*(?://|www\.|@)\S*|\b[\w.-]+\.(?:com|org|net|io|html|pdf|eu|tv)\b\S*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?!d$)\w*")
"""What begins as a number says little, but for 2d and 3d."""


class Term(NamedTuple):
    """What stands for a cluster: the form met most often first among `forms`, in so many of its talks."""

    forms: tuple[str, ...]
    talks: int

    @property
    def text(self) -> str:
        """As a reader sees it."""
        return self.forms[0]


class Wording(NamedTuple):
    """One talk to read for terms: its text, its language, and words of its event that say nothing of the talk."""

    text: str
    language: str | None = None
    event: frozenset[str] = frozenset()


def label_terms(talks: Sequence[Wording], clusters: Sequence[Collection[int]], most: int = TERMS) -> list[list[Term]]:
    """The terms of each cluster, best first; `clusters` hold places of `talks`, and talks outside count as a class."""
    foreign = _frequent(talks)
    read = [_terms(talk, foreign.get(talk.language, frozenset())) for talk in talks]
    everywhere = Counter(key for terms in read for key in terms)
    each = [sum(map(len, (read[place] for place in members))) for members in clusters]
    inside = {place for members in clusters for place in members}
    outside = sum(len(terms) for place, terms in enumerate(read) if place not in inside)
    average = (sum(each) + outside) / (len(clusters) + 1)
    return [_of_cluster(read, sorted(members), everywhere, average, most) for members in clusters]


def _of_cluster(
    read: Sequence[dict[tuple[str, ...], str]], members: Sequence[int], everywhere: Counter[tuple[str, ...]],
    average: float, most: int,
) -> list[Term]:  # fmt: skip
    holding: dict[tuple[str, ...], set[int]] = defaultdict(set)
    forms: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for place in members:
        for key, form in read[place].items():
            holding[key].add(place)
            forms[key][form] += 1
    least = max(LEAST_TALKS, LEAST_SHARE * len(members))
    weights = {
        key: len(own) * log(1 + average / everywhere[key]) * (TWO_WORDS if len(key) > 1 else 1)
        for key, own in holding.items()
        if len(own) >= least and len(own) * len(read) > 2 * everywhere[key] * len(members)
    }
    best = sorted(weights, key=lambda key: (-weights[key], key))[:MOST_CANDIDATES]
    taken: list[tuple[str, ...]] = []
    while best and len(taken) < most:
        top = max(weights.values())
        likeness = {key: max((_alike(key, one, holding) for one in taken), default=0.0) for key in best}
        chosen = max(best, key=lambda key: (weights[key] / top - REDUNDANT * likeness[key], key))
        best = [key for key in best if key != chosen and not (set(key) <= set(chosen) or set(chosen) <= set(key))]
        taken.append(chosen)
    return [Term(_written(forms[key]), len(holding[key])) for key in taken]


def _alike(one: tuple[str, ...], other: tuple[str, ...], holding: dict[tuple[str, ...], set[int]]) -> float:
    """Jaccard index of the talks that have them."""
    return len(holding[one] & holding[other]) / len(holding[one] | holding[other])


def _written(forms: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(forms, key=lambda form: (-forms[form], form))[:FORMS])


def _terms(talk: Wording, foreign: frozenset[str]) -> dict[tuple[str, ...], str]:
    """By stems, the first written form of each word and of each two words that stand together."""
    found: dict[tuple[str, ...], str] = {}
    for words in _runs(talk, foreign):
        for word in words:
            found.setdefault((stem(word),), word)
        for first, second in pairwise(words):
            if first != second:
                found.setdefault((stem(first), stem(second)), f"{first} {second}")
    return found


def _runs(talk: Wording, foreign: frozenset[str]) -> Iterator[list[str]]:
    """Words that stand together with nothing left out between them."""
    run: list[str] = []
    for word in words_of(_ADDRESS.sub(" . ", talk.text)):
        if word in _LEFT_OUT or word in foreign or word in talk.event or len(word) < 2 or _NUMBER.fullmatch(word):
            if run:
                yield run
            run = []
        else:
            run.append(word)
    if run:
        yield run


def _frequent(talks: Sequence[Wording]) -> dict[str | None, frozenset[str]]:
    """For each language but English, the words that so many of its talks have that they say nothing."""
    counts: dict[str | None, Counter[str]] = defaultdict(Counter)
    sizes: Counter[str | None] = Counter()
    for talk in talks:
        if talk.language != "en":
            sizes[talk.language] += 1
            counts[talk.language].update(set(words_of(talk.text)))
    return {
        language: frozenset(
            word for word, count in own.items() if count >= max(LEAST_TALKS, FREQUENT * sizes[language])
        )
        for language, own in counts.items()
        if sizes[language] >= 20
    }
