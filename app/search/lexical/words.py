"""The words of all passages in memory, so that BM25 of every passage that holds a word is a few sums over arrays.

Finds and scores as `fts5` does, word by word, and takes a hundredth of its time for common words: SQLite reads a
record of each passage that holds one. It knows no phrases and no order of words. The formula is that of SQLite's
bm25(): Robertson and Zaragoza 2009, The probabilistic relevance framework: BM25 and beyond, with k1 = 1.2, b = .75.
Scoring a word at a time over arrays: Lù 2024, BM25S, arXiv:2407.03618.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
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
from app.search.packed import Packed
from app.search.parts import Part, Parted, best, least_of_best, merged_order
from app.search.query import split_words
from app.search.reach import Reach
from app.text.stemming import fold, stem

MOST_MET = 1_024

Passages = list[NDArray[np.int32]]
_COLUMNS = ("talks", "passages", "sizes", "words", "starts", "rows", "counts", "written", "often")


@dataclass(frozen=True, eq=False, kw_only=True)
class WordsPart(Part):
    """Which passages hold which word, and how often."""

    sizes: NDArray[np.int32]
    """How many words each passage has in all."""
    words: NDArray[np.uint64]
    """A number for each stem, ascending."""
    starts: NDArray[np.int64]
    """Where in `rows` the passages of each word begin, and behind the last where they end."""
    rows: NDArray[np.int32]
    counts: NDArray[np.uint8]
    """Twice how often it is there, by the weight of where."""
    written: NDArray[np.uint8]
    """The words as they are written but for case and accents, ascending, each ended by a line feed, in UTF-8."""
    often: NDArray[np.int32]
    """How often each of these was written when the part was made."""

    def posting(self, word: np.uint64) -> Posting:
        """The rows that hold a word and how often, without those that are gone."""
        found = self._met.get(word)
        if found is None:
            found = self._posting(word)
            if len(self._met) >= MOST_MET:
                self._met.clear()
            self._met[word] = found
        return found

    def _posting(self, word: np.uint64) -> Posting:
        at = int(np.searchsorted(self.words, word))
        if at == len(self.words) or self.words[at] != word:
            return self.rows[:0], self.counts[:0]
        span = slice(self.starts[at], self.starts[at + 1])
        rows, counts = self.rows[span], self.counts[span]
        if self.gone is None:
            return rows, counts
        kept = ~self.gone[rows]
        return rows[kept], counts[kept]

    @cached_property
    def _met(self) -> dict[np.uint64, Posting]:
        """Some words that were asked for: a search asks for each of its words five times."""
        return {}

    def size(self) -> int:
        """Words in all passages that are not gone."""
        return int(self.sizes.sum() if self.gone is None else self.sizes[~self.gone].sum())


class WordsIndex(Parted[WordsPart]):
    """An index of words made from documents. It never changes: `changed` gives another that shares what stayed."""

    name = "words"
    recipe = f"words/porter/{'-'.join(map(str, WEIGHTS))}/2/{','.join(_COLUMNS)}"

    @classmethod
    def build(cls, documents: Iterable[Document]) -> Self:
        """An index of documents, which come by ascending passage id."""
        return cls(_part(documents))

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The index that `arrays` were taken of."""
        return cls(WordsPart.of(arrays))

    def arrays(self) -> Arrays:
        """All that it holds, in one part, as a file keeps it."""
        if len(self._parts) > 1 or self._parts[0].gone is not None:
            return _merged(self._parts)
        return {name: getattr(self._parts[0], name) for name in _COLUMNS}

    def changed(self, removed: NDArray[np.int64], added: Iterable[Document]) -> Self:
        """The index without the passages `removed` and then with these added. Equals a build of it all."""
        base, *small = (part.without(removed) for part in self._parts)
        small = [part for part in (*small, _part(added)) if len(part)]
        if len(small) > 1:
            small = [WordsPart.of(_merged(small))]
        return type(self)(base, *small)

    def search(self, terms: Sequence[str], scope: Scope, limit: int) -> Found:
        """Passages in `scope` that hold any of `terms`, best first, at most `limit`; ties by passage id.

        Scores are above 0. A term that is cut into several words stands for each of them.
        """
        words = [_number(stem(word)) for term in terms for word in split_words(term)]
        postings = [[part.posting(word) for word in words] for part in self._parts]
        held = [sum(len(rows) for rows, _ in column) for column in zip(*postings, strict=True)]
        weights = [self._weight(count) for count in held]
        return best(
            (
                _best_of(part, found, weights, penalty, scope, limit)
                for part, penalty, found in zip(self._parts, self._penalties, postings, strict=True)
            ),
            limit,
        )

    def talks(self, terms: Sequence[str], scope: Scope) -> NDArray[np.int64]:
        """See `Words`."""
        numbers = [_number(stem(word)) for term in terms for word in split_words(term)]
        table = np.zeros(len(self._talk_sizes) + 1, dtype=np.bool_)
        for part in self._parts:
            mark(map(part.posting, numbers), part.talks, table)
        return scope.of(np.flatnonzero(table[:-1]))

    def passages_of(self, word: str) -> Passages:
        """The passages that hold one word or another of its stem, as rows of each part."""
        number = _number(stem(word))
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

    def whole(self, terms: Sequence[str], talks: NDArray[np.int64]) -> NDArray[np.float64]:
        """BM25 of each of these talks (n,) as one text: all its passages together, 0 for one without a word.

        Title and people count in every passage, as `search` has them, so that a long talk does not bury its title.
        Words weigh as much as in `search`.
        """
        scores = np.zeros(len(talks), dtype=np.float64)
        sizes = self._talk_sizes
        mean = max(1e-9, float(sizes.sum()) / max(1, int(np.count_nonzero(sizes))))
        penalty = penalties(sizes[talks], mean)
        # By talk id; 0 is for what was not asked for, and for NO_TALK, -1, which is the last place.
        place = np.zeros(len(sizes) + 1, dtype=np.int64)
        place[talks] = np.arange(1, len(talks) + 1)
        made = kernels()
        for word in (_number(stem(word)) for term in terms for word in split_words(term)):
            counted, held = np.zeros(len(talks) + 1, dtype=np.float64), 0
            for part in self._parts:
                rows, counts = part.posting(word)
                held += len(rows)
                if made is not None:
                    made.add_counts(rows, counts, part.talks, place, counted)
                else:
                    counted += np.bincount(place[part.talks[rows]], weights=counts * 0.5, minlength=len(counted))
            found = counted[1:]
            scores += self._weight(held) * (K1 + 1) * found / (found + penalty)
        return scores

    def worth(self, terms: Sequence[str]) -> float:
        """The weights of all words of `terms` together."""
        words = [_number(stem(word)) for term in terms for word in split_words(term)]
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
    """Passages, talks and scores of the best of one part."""
    scores = np.zeros(len(part.passages), dtype=np.float64)
    where = add_up(postings, weights, penalty, scores)
    allowed = part.allowed(scope)
    if allowed.few is not None:
        where = allowed.few[scores[allowed.few] > 0]
    elif allowed.mask is not None:
        where = where[allowed.mask[where]]
    where = np.sort(where[least_of_best(scores[where], limit)])
    return Found(part.passages[where], part.talks[where], scores[where])


@lru_cache(maxsize=65_536)
def _number(word: str) -> np.uint64:
    """A number that stands for a word; among a million words two share one with a chance of one in 10 millions."""
    return np.uint64(int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"))


class _Vocabulary(dict[str, int]):
    """Places of stems, by the word as it is written; looked up, a new word gets its place."""

    def __init__(self) -> None:
        super().__init__()
        self.stems: dict[str, int] = {}
        self.written: Counter[str] = Counter()

    def __missing__(self, word: str) -> int:
        place = self.stems.setdefault(stem(word), len(self.stems))
        self[word] = place
        return place


def _part(documents: Iterable[Document]) -> WordsPart:
    vocabulary = _Vocabulary()
    talks: list[int] = []
    passages: list[int] = []
    sizes: list[int] = []
    read = list(_batches(documents, vocabulary, talks, passages, sizes))
    words = np.array([_number(word) for word in vocabulary.stems], dtype=np.uint64)
    keys = np.concatenate([keys for keys, _ in read] or [np.zeros(0, dtype=np.int64)])
    counts = np.concatenate([counts for _, counts in read] or [np.zeros(0, dtype=np.uint8)])
    columns: Arrays = {
        "talks": np.array(talks, dtype=np.int64),
        "passages": np.array(passages, dtype=np.int64),
        "sizes": np.array(sizes, dtype=np.int32),
        **_sorted(words, keys >> 32, (keys & 0xFFFFFFFF).astype(np.int32), counts),
        **_as_written((fold(word), often) for word, often in vocabulary.written.items()),
    }
    return WordsPart.of(columns)


def _as_written(words: Iterable[tuple[str, int]]) -> Arrays:
    """The columns of words as they are written, from these and how often each is."""
    added: Counter[str] = Counter()
    for word, often in words:
        added[word] += often
    every = sorted(added)
    lines = "".join(f"{word}\n" for word in every).encode("utf-8", "surrogatepass")
    return {
        "written": np.frombuffer(lines, dtype=np.uint8),
        "often": np.fromiter((added[word] for word in every), dtype=np.int32, count=len(every)),
    }


def _batches(
    documents: Iterable[Document], vocabulary: _Vocabulary, talks: list[int], passages: list[int], sizes: list[int]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
    """(word << 32 | row, count) of every word of every document, some documents at a time."""
    weights = [round(2 * weight) for weight in WEIGHTS]
    keys: list[NDArray[np.int64]] = []
    twice: list[NDArray[np.int64]] = []
    waiting = 0
    for document in documents:
        columns = [split_words(column) for column in (document.title, document.text, document.people)]
        lengths = [len(column) for column in columns]
        flat = [word for column in columns for word in column]
        vocabulary.written.update(flat)
        row = len(passages)
        talks.append(document.talk_id)
        passages.append(document.passage_id)
        sizes.append(len(flat))
        keys.append(np.fromiter(map(vocabulary.__getitem__, flat), dtype=np.int64, count=len(flat)) << 32 | row)
        twice.append(np.repeat(weights, lengths))
        waiting += len(flat)
        if waiting > 1_000_000:
            yield _added_up(keys, twice)
            keys, twice, waiting = [], [], 0
    if keys:
        yield _added_up(keys, twice)


def _added_up(keys: list[NDArray[np.int64]], twice: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], Any]:
    distinct, place = np.unique(np.concatenate(keys), return_inverse=True)
    counts = np.bincount(place, weights=np.concatenate(twice), minlength=len(distinct))
    return distinct, np.minimum(counts, 255).astype(np.uint8)


def _sorted(
    words: NDArray[np.uint64], places: NDArray[np.int64], rows: NDArray[np.int32], counts: NDArray[np.uint8]
) -> Arrays:
    """The columns of a part from one entry for each word (its place in `words`) and row, in any order."""
    order = np.argsort(words)
    rank = np.empty(len(words), dtype=np.int64)
    rank[order] = np.arange(len(words))
    places = rank[places]
    by_word = np.lexsort((rows, places))
    starts = np.zeros(len(words) + 1, dtype=np.int64)
    np.cumsum(np.bincount(places, minlength=len(words)), out=starts[1:])
    return {"words": words[order], "starts": starts, "rows": rows[by_word], "counts": counts[by_word]}


def _merged(parts: Sequence[WordsPart]) -> Arrays:
    """The columns of one part that holds what is left of these."""
    new_place, order = merged_order(parts)
    words, place = np.unique(
        np.concatenate([np.repeat(part.words, np.diff(part.starts)) for part in parts]), return_inverse=True
    )
    rows: list[NDArray[np.int64]] = []
    first = 0
    for part in parts:
        kept = part.kept()
        numbered = np.where(kept, first + np.cumsum(kept) - 1, -1)
        rows.append(numbered[part.rows])
        first += len(part)
    row = np.concatenate(rows)
    left = row >= 0
    counts = np.concatenate([part.counts for part in parts])[left]
    columns = {
        name: np.concatenate([getattr(part, name)[part.kept()] for part in parts])[order]
        for name in ("talks", "passages", "sizes")
    }
    sorted_columns = _sorted(words, place[left], new_place[row[left]].astype(np.int32), counts)
    return {**columns, **sorted_columns, **_as_written(_still_held(parts, words[np.unique(place[left])]))}


def _still_held(parts: Sequence[WordsPart], held: NDArray[np.uint64]) -> Iterator[tuple[str, int]]:
    """Words as they are written of which the stem is among `held`, and how often each was."""
    numbers = set(held.tolist())
    for part in parts:
        for word, often in zip(Packed.of_lines(part.written), part.often.tolist(), strict=True):
            if int(_number(stem(word))) in numbers:
                yield word, often
