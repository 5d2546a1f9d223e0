"""The words of all passages in memory, so that BM25 of every passage that holds a word is a few sums over arrays.

Finds and scores as `fts5` does, word by word, and takes a hundredth of its time for common words: SQLite reads a
record of each passage that holds one. It knows no phrases and no order of words. The formula is that of SQLite's
bm25(): Robertson and Zaragoza 2009, The probabilistic relevance framework: BM25 and beyond, with k1 = 1.2, b = .75.
Scoring a word at a time over arrays: Lù 2024, BM25S, arXiv:2407.03618.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from app.embeddings.store import NO_TALK
from app.search.candidates import Found, Scope
from app.search.documents import Document
from app.search.index_files import Arrays
from app.search.kernels import kernels
from app.search.lexical.bm25 import K1, Posting, add_up, mark, penalties, rarity
from app.search.lexical.fts5 import WEIGHTS
from app.search.lexical.protocol import Whole
from app.search.lexical.words_part import COLUMNS, WordsPart, merged, number_of, numbers_of, part_of
from app.search.packed import Packed
from app.search.parts import Parted, among, best, least_of_best
from app.search.query import split_words
from app.search.reach import Reach
from app.text.stemming import stem

Passages = list[NDArray[np.int32]]


class WordsIndex(Parted[WordsPart]):
    """An index of words made from documents. It never changes: `changed` gives another that shares what stayed."""

    name = "words"
    recipe = f"words/porter/{'-'.join(map(str, WEIGHTS))}/2/{','.join(COLUMNS)}"

    @classmethod
    def build(cls, documents: Iterable[Document]) -> Self:
        """An index of documents, which come by ascending passage id."""
        return cls(part_of(documents))

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The index that `arrays` were taken of."""
        return cls(WordsPart.of(arrays))

    def arrays(self) -> Arrays:
        """All that it holds, in one part, as a file keeps it."""
        if len(self._parts) > 1 or self._parts[0].gone is not None:
            return merged(self._parts)
        return {name: getattr(self._parts[0], name) for name in COLUMNS}

    def changed(self, removed: NDArray[np.int64], added: Iterable[Document]) -> Self:
        """The index without the passages `removed` and then with these added. Equals a build of it all."""
        base, *small = (part.without(removed) for part in self._parts)
        small = [part for part in (*small, part_of(added)) if len(part)]
        if len(small) > 1:
            small = [WordsPart.of(merged(small))]
        return type(self)(base, *small)

    def search(self, terms: Sequence[str], scope: Scope, limit: int) -> Found:
        """Passages in `scope` that hold any of `terms`, best first, at most `limit`; ties by passage id.

        Scores are above 0. A term that is cut into several words stands for each of them.
        """
        words = numbers_of(terms)
        postings = [[part.posting(word) for word in words] for part in self._parts]
        held = [sum(len(rows) for rows, _ in column) for column in zip(*postings, strict=True)]
        weights = [self._weight(count) for count in held]
        lists = [
            _best_of(part, found, weights, penalty, scope, limit)
            for part, penalty, found in zip(self._parts, self._penalties, postings, strict=True)
        ]
        return lists[0] if len(lists) == 1 else best(lists, limit)

    def talks(self, terms: Sequence[str], scope: Scope) -> NDArray[np.int64]:
        """See `Words`."""
        numbers = numbers_of(terms)
        table = np.zeros(len(self._talk_sizes) + 1, dtype=np.bool_)
        for part in self._parts:
            mark(map(part.posting, numbers), part.talks, table)
        return scope.of(np.flatnonzero(table[:-1]))

    def passages_of(self, word: str) -> Passages:
        """The passages that hold one word or another of its stem, as rows of each part."""
        number = number_of(stem(word))
        return [part.posting(number)[0] for part in self._parts]

    def held(self, words: Sequence[str]) -> list[int]:
        """See `Words`."""
        return [sum(map(len, self.passages_of(word))) for word in words]

    def is_known(self, term: str) -> bool:
        """See `Words`."""
        return any(len(rows) for word in split_words(term) for rows in self.passages_of(word))

    def most_evidence(self, words: Sequence[str], of: Sequence[str]) -> list[float]:
        """See `Words`."""
        found, near = [0.0] * len(of), [self.passages_of(word) for word in of]
        weighed = [(rows, self._weight(sum(map(len, rows)))) for rows in map(self.passages_of, words)]
        for place, part in enumerate(self._parts):
            sums = np.zeros(len(part.passages))
            for rows, weight in weighed:
                sums[rows[place]] += weight
            found = [max(best, float(sums[rows[place]].max(initial=0))) for best, rows in zip(found, near, strict=True)]
        return found

    @cached_property
    def written(self) -> Packed:
        """Every word as it is written, but for case and accents; maybe some that only changed passages held.

        One that several parts hold is there several times.
        """
        return Packed.of_lines(np.concatenate([part.written for part in self._parts]))

    @cached_property
    def often(self) -> NDArray[np.int32]:
        """About how often each of `written` was written."""
        return np.concatenate([part.often for part in self._parts])

    def written_near(self, typed: str, edits: int) -> dict[str, int]:
        """See `Words`."""
        often: Counter[str] = Counter()
        for place in self._reach.within(typed, edits):
            often[self._reach[place]] += int(self.often[place])
        return often

    @cached_property
    def _reach(self) -> Reach:
        """Made when first asked for: that takes some ten milliseconds."""
        return Reach(self.written)

    def whole(self, terms: Sequence[str], documents: NDArray[np.int64]) -> Whole:
        """See `Words`.

        Title and people count in every passage, as `search` has them, so that a long talk does not bury its title.
        Words weigh as much as in `search`.
        """
        scores, together = np.zeros(len(documents)), np.zeros(len(documents))
        talks, lessons = np.flatnonzero(documents > 0), np.flatnonzero(documents < 0)
        penalty = self._talk_penalties[np.maximum(documents, 0)]
        # By talk id; 0 is for what was not asked for, and for NO_TALK, -1, which is the last place.
        place = np.zeros(len(self._talk_penalties) + 1, dtype=np.int64)
        place[documents[talks]] = talks + 1
        made = kernels()
        for word in numbers_of(terms):
            counted, held = np.zeros(len(documents) + 1, dtype=np.float64), 0
            of_lessons = np.zeros(len(lessons), dtype=np.bool_)
            for part in self._parts:
                rows, counts = part.posting(word)
                held += len(rows)
                if made is not None:
                    made.add_counts(rows, counts, part.talks, place, counted)
                else:
                    counted += np.bincount(place[part.talks[rows]], weights=counts * 0.5, minlength=len(counted))
                if len(lessons):
                    of_lessons |= among(-documents[lessons], part.passages[rows])
            found, weight = counted[1:], self._weight(held)
            scores += weight * (K1 + 1) * found / (found + penalty)
            there = found > 0
            there[lessons] = of_lessons
            together += weight * there
        return Whole(scores, together)

    def worth(self, terms: Sequence[str]) -> float:
        """The weights of all words of `terms` together."""
        words = numbers_of(terms)
        return sum(self._weight(sum(len(part.posting(word)[0]) for part in self._parts)) for word in words)

    def _weight(self, held: int) -> float:
        return rarity(self._size, held)

    @cached_property
    def _size(self) -> int:
        return len(self)

    @cached_property
    def _talk_sizes(self) -> NDArray[np.float64]:
        """Words of all passages of each talk, by talk id."""
        top = max((int(part.talks.max(initial=0)) for part in self._parts), default=0) + 1
        sizes = np.zeros(top, dtype=np.float64)
        for part in self._parts:
            kept = part.kept()
            sizes += _by_talk(part.talks[kept], part.sizes[kept], top)
        return sizes

    @cached_property
    def _talk_penalties(self) -> NDArray[np.floating]:
        """By how much the length of each talk holds the worth of its words down, by talk id."""
        sizes = self._talk_sizes
        return penalties(sizes, max(1e-9, float(sizes.sum()) / max(1, int(np.count_nonzero(sizes)))))

    @cached_property
    def _penalties(self) -> list[NDArray[np.floating]]:
        """For each row of each part, by how much its length holds the worth of its words down."""
        mean = max(1e-9, sum(part.size() for part in self._parts) / max(1, self._size))
        return [penalties(part.sizes, mean) for part in self._parts]


def _by_talk(talks: NDArray[np.int64], values: NDArray[Any], top: int) -> NDArray[np.float64]:
    """Sums of `values` by talk id (top,); those of NO_TALK are dropped."""
    sums = np.bincount(talks - NO_TALK, weights=values, minlength=top - NO_TALK)
    return sums[-NO_TALK:].astype(np.float64)


def _best_of(
    part: WordsPart, postings: Sequence[Posting], weights: Sequence[float], penalty: NDArray[np.floating], scope: Scope,
    limit: int,
) -> Found:  # fmt: skip
    """The best passages of one part, by falling score, ties by passage."""
    scores = np.zeros(len(part.passages), dtype=np.float64)
    where = add_up(postings, weights, penalty, scores)
    allowed = part.allowed(scope)
    if allowed.few is not None:
        where = allowed.few[scores[allowed.few] > 0]
    elif allowed.mask is not None:
        where = where[allowed.mask[where]]
    made = kernels()
    if made is not None:
        rows, values = made.best_rows(where.astype(np.int32, copy=False), scores, limit)
        return Found(part.passages[rows], part.talks[rows], values)
    where = np.sort(where[least_of_best(scores[where], limit)])
    return best([Found(part.passages[where], part.talks[where], scores[where])], limit)
