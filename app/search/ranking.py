"""From passages that backends found to talks in order. Arithmetic only: asks neither database nor model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.search.candidates import Candidate, Found
from app.search.entries import NO_PASSAGE, NO_RANK, Entries, Ranked
from app.search.facts import Facts
from app.search.fusion import DEPTH, PARTS, PLUS, SEMANTIC_WEIGHT, of_best
from app.search.kernels import small_loops
from app.search.parts import among
from app.search.shapes import Mode, Sort

# A passage less alike than this has nothing to do with a text. Read off all-MiniLM-L6-v2 on the shipped talks:
# queries about other subjects (cooking, football, weather) stay below .2, a speaker's name finds .31 at most in talks
# of others, and most passages that answer a query lie from .33 up.
LEAST_COSINE = 0.3
# Some lie lower, where a talk is little more than its title: 7 of the 51 shipped questions gain by this, 2 lose
# (nDCG@10 +.026, from +.007 to +.051); collections of longer texts do not notice.
LEAST_FOUND = 0.25
# Nor does one count as found that is less than half as alike as the best one.
LEAST_OF_BEST = 0.5


class Side:
    """What one kind of search found: documents best first, each with its best passage and score."""

    def __init__(
        self,
        found: Found | None = None,
        ranks: NDArray[np.int64] | None = None,
        held: NDArray[np.float64] | None = None,
    ) -> None:
        """Of the best passages of documents, one of each; without `ranks` talks and lessons are numbered from 1."""
        self._found = Found.of(()) if found is None else found
        self.documents = self._found.documents
        self._ranks = ranks
        self.held = np.zeros(len(self.documents)) if held is None else held
        """The weight of all words of the question that each document holds (n,), as BM25 weighs words."""

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self.documents)

    @cached_property
    def ranks(self) -> NDArray[np.int64]:
        """Rank of each talk among talks, and of each lesson among lessons, from 1."""
        if self._ranks is not None:
            return self._ranks
        is_talk = self.documents > 0
        return np.where(is_talk, np.cumsum(is_talk), np.cumsum(~is_talk))

    @cached_property
    def best(self) -> dict[int, Candidate]:
        """The best passage of each document."""
        return dict(zip(self.documents.tolist(), self._found, strict=True))

    def best_of(self, documents: Sequence[int]) -> dict[int, Candidate]:
        """The best passages of those of these documents that are in it."""
        places = self.places(np.array(documents, dtype=np.int64))
        return {one.document: one for place in places.tolist() if place >= 0 for one in (self._found[place],)}

    @cached_property
    def scores(self) -> dict[int, float]:
        """Score of each document."""
        return dict(zip(self.documents.tolist(), self._found.scores.tolist(), strict=True))

    def places(self, documents: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where these documents are in it, -1 for one that is not."""
        if not len(self):
            return np.full(len(documents), -1)
        order, ascending = self._ascending
        at = order[np.minimum(np.searchsorted(ascending, documents), len(order) - 1)]
        return np.where(self.documents[at] == documents, at, -1)

    @cached_property
    def _ascending(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The order by document, and the documents in it."""
        order = np.argsort(self.documents)
        return order, self.documents[order]

    def rank_of(self, document: int) -> int | None:
        """Its rank, None where it is not in it."""
        place = int(self.places(np.array([document]))[0])
        return None if place < 0 else int(self.ranks[place])

    def at(self, places: NDArray[np.int64], column: NDArray[Any], absent: float) -> NDArray[Any]:
        """The values of a column of it at these places, `absent` for -1."""
        return np.where(places < 0, absent, column[places]) if len(self) else np.full(len(places), absent)

    def ordered(self, scores: NDArray[np.float64], held: NDArray[np.float64]) -> Side:
        """The same by falling `scores`, equals as they were, with these and `held` in place of its own."""
        found = self._found
        return Side(Found(found.passages, found.talks, scores), held=held).taken(np.argsort(-scores, kind="stable"))

    def taken(self, places: NDArray[Any], ranks: NDArray[np.int64] | None = None) -> Side:
        """Those at these places, or where this is true, numbered anew unless their `ranks` are given."""
        found = self._found
        return Side(Found(found.passages[places], found.talks[places], found.scores[places]), ranks, self.held[places])

    def shares(self, plus: float = PLUS) -> NDArray[np.float64]:
        """What the words of each document are worth (n,), as shares of the best: its score and what it holds (PLUS)."""
        return of_best(self.values + plus * self.held)

    @property
    def passages(self) -> NDArray[np.int64]:
        """The best passage of each document."""
        return self._found.passages

    @property
    def values(self) -> NDArray[Any]:
        """Score of each document, in order."""
        return self._found.scores

    def without(self, places: NDArray[np.int64]) -> Side:
        """Those that are not at these places; -1 is none. Their ranks stay."""
        others = np.ones(len(self) + 1, dtype=np.bool_)
        others[places] = False
        return self.taken(others[:-1], self.ranks[others[:-1]])

    def as_entries(self) -> Entries:
        """Its talks as entries that score nothing."""
        at = np.flatnonzero(self.documents > 0)
        ranks = np.where(self.ranks[at] == 0, NO_RANK, self.ranks[at])
        return replace(Entries.unranked(self.documents[at]), passages=self._found.passages[at], word_ranks=ranks)


class Both(NamedTuple):
    """Documents that the sides found, ascending, and the place of each on either side, -1 for none: three of (n,)."""

    documents: NDArray[np.int64]
    by_words: NDArray[np.int64]
    by_meaning: NDArray[np.int64]

    @classmethod
    def of(cls, lexical: Side, semantic: Side, named: Collection[int] = ()) -> Both:
        """All of `semantic`; of `lexical` the first DEPTH, and those that are also in `semantic` or are `named`."""
        also = np.array(list(named), dtype=np.int64)
        return cls(*small_loops().unite(lexical.documents, semantic.documents, also, DEPTH))


@dataclass
class Remainder:
    """All talks that were found, and in which order those come that were not ranked: read where a page reaches them."""

    held: NDArray[np.int64]
    """Ids of those that hold a word of the question, ascending."""
    near: NDArray[np.int64]
    """Ids of those that are near enough to it or named by it, in any order, among what is no talk and below 1."""
    all_by_words: Callable[[], Side] = Side
    all_by_meaning: Callable[[], Side] = Side

    @cached_property
    def talk_ids(self) -> NDArray[np.int64]:
        """All ids, ascending."""
        return np.sort(np.concatenate([self.held, self.wordless]))

    @cached_property
    def wordless(self) -> NDArray[np.int64]:
        """Ids of those that hold no word, ascending."""
        near = self.near[self.near > 0]
        # By a table of all ids, which takes a fourth of the time of putting thousands in order.
        table = np.zeros(int(max(near.max(initial=0), self.held[-1] if len(self.held) else 0)) + 1, dtype=np.bool_)
        table[near] = True
        table[self.held] = False
        return np.flatnonzero(table)

    def beyond(self, ranked: NDArray[np.int64]) -> Entries:
        """Those that are not among `ranked`: first what holds a word, by rank, then what is near."""
        ids = self.talk_ids[~among(self.talk_ids, np.sort(ranked))]
        if not len(ids):
            return Entries.unranked(ids)
        by_words = self.all_by_words() if len(self.held) else Side()
        by_meaning = self.all_by_meaning()
        words, meaning = by_words.places(ids), by_meaning.places(ids)
        passages = np.where(
            words >= 0,
            by_words.at(words, by_words.passages, NO_PASSAGE),
            by_meaning.at(meaning, by_meaning.passages, NO_PASSAGE),
        )
        entries = replace(
            Entries.unranked(ids), passages=passages,
            word_ranks=by_words.at(words, by_words.ranks, NO_RANK),
            meaning_ranks=by_meaning.at(meaning, by_meaning.ranks, NO_RANK),
        )  # fmt: skip
        return entries.at(np.lexsort((ids, entries.meaning_ranks, entries.word_ranks)))


@dataclass
class Ranking:
    """What a question found: talks and lessons in order, and what either side knew of them."""

    first: Entries
    """Those that score at all."""
    lexical: Side
    semantic: Side
    others: Callable[[], Side]
    """What comes after the first, by its rank, and is seldom looked at."""
    found: Remainder
    """Everything that was found: these, and what was not ranked among them."""
    least: float = 1.0
    """The cosine from which on a talk counts as found."""

    @property
    def total(self) -> int:
        """How many talks were found."""
        return len(self.found.held) + len(self.found.wordless)

    @property
    def talk_ids(self) -> NDArray[np.int64]:
        """Ids of all talks that were found, in any order."""
        return self.found.talk_ids

    @property
    def wordless(self) -> NDArray[np.int64]:
        """Ids of the talks that hold no word of the question."""
        return self.found.wordless

    @cached_property
    def _ranked(self) -> Entries:
        return self.first.at(self.first.documents > 0).followed_by(self.others().as_entries())

    @cached_property
    def ordered(self) -> Entries:
        """All talks in order."""
        return self._ranked.followed_by(self.found.beyond(self._ranked.documents))

    @property
    def talks(self) -> list[Ranked]:
        """All talks."""
        return self.ordered.listed()

    @property
    def lessons(self) -> list[Ranked]:
        """The lessons among the first."""
        return self.first.at(self.first.documents < 0).listed()

    def page(self, start: int, end: int) -> list[Ranked]:
        """The talks from `start` up to, not including, `end`."""
        first = np.flatnonzero(self.first.documents > 0)
        if end <= len(first):
            return self.first.at(first[start:end]).listed()
        listed = self._ranked if end <= len(self._ranked) else self.ordered
        return listed.at(np.arange(start, max(start, min(end, len(listed))))).listed()


def best_of_each(candidates: Iterable[Candidate], depth: int | None = None) -> Side:
    """The first, so best, passage of each document, of the first `depth` documents. `candidates` come best first."""
    found = candidates if isinstance(candidates, Found) else Found.of(candidates)
    first = small_loops().first_of_each(found.talks, len(found) if depth is None else depth)
    return Side(Found(found.passages[first], found.talks[first], found.scores[first]))


def newest_first(talk_ids: NDArray[np.int64], facts: Facts) -> Side:
    """All these talks by falling date, then by id: what follows in a query that narrows and holds no word."""
    order = np.argsort(-facts.lateness(talk_ids), kind="stable")
    nothing = np.zeros(len(order), dtype=np.int64)
    found = Found(nothing + NO_PASSAGE, talk_ids[order], nothing)
    return Side(found, ranks=nothing)


def least_related(nearest: float) -> float:
    """The cosine from which on a document counts as found, by that of the nearest of all.

    So that a total does not simply count everything.
    """
    return max(LEAST_FOUND, LEAST_OF_BEST * nearest)


def rank(
    both: Both, lexical: Side, semantic: Side, mode: Mode, meaning: NDArray[np.float64], alike: NDArray[np.float64],
    least: float,
) -> Entries:  # fmt: skip
    """What was found, best first: documents that hold a word of the query and those at least `least` near to it.

    `meaning` says how near each document of `both` is (see `evidence`), `alike` how like it is to the first ones.
    Hybrid scores are fused of all three (see `fusion`), lexical scores are shares of the best one and semantic scores
    are `meaning`. Ties go by ranks and then by document, so that pages never overlap.
    """
    weights = np.array({"hybrid": PARTS, "lexical": (1.0, 0.0, 0.0), "semantic": (0.0, 1.0, 0.0)}[mode])
    words, cosines = lexical.values.astype(np.float64), semantic.values.astype(np.float64)
    loops = small_loops()
    shown = loops.better_passages(
        both.by_words, both.by_meaning, words, cosines, lexical.passages, semantic.passages, SEMANTIC_WEIGHT, DEPTH
    )
    shares = lexical.shares(PLUS if mode == "hybrid" else 0.0)
    places, scores, parts, word_ranks, meaning_ranks = loops.ordered(
        *both, shares, cosines, lexical.ranks, semantic.ranks, meaning, alike, weights, float(np.float32(least)),
        NO_RANK,
    )  # fmt: skip
    return Entries(both.documents[places], scores, shown[places], word_ranks, meaning_ranks, parts)


def sorted_page(sort: Sort, ranking: Ranking, facts: Facts, start: int, end: int) -> list[Ranked]:
    """Talks from `start` up to `end` in this order: as ranked, or newest first and as ranked within a day."""
    if sort == "relevance":
        return ranking.page(start, end)
    order = np.argsort(-facts.lateness(ranking.ordered.documents), kind="stable")
    return ranking.ordered.at(order[start:end]).listed()
