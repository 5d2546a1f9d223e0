"""One part of an index of words: which passages hold which word and how often, and how it is made of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.search.documents import Document
from app.search.index_files import Arrays
from app.search.lexical.bm25 import Posting
from app.search.lexical.fts5 import WEIGHTS
from app.search.packed import Packed
from app.search.parts import Part, merged_order
from app.search.query import split_words
from app.text.stemming import fold, stem

MOST_MET = 1_024
COLUMNS = ("talks", "passages", "sizes", "words", "starts", "rows", "counts", "written", "often")


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


@lru_cache(maxsize=65_536)
def number_of(word: str) -> np.uint64:
    """A number that stands for a word; among a million words two share one with a chance of one in 10 millions."""
    return np.uint64(int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"))


def numbers_of(terms: Iterable[str]) -> list[np.uint64]:
    """The numbers of the stems of all words that terms are cut into."""
    return [number_of(stem(word)) for term in terms for word in split_words(term)]


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


def part_of(documents: Iterable[Document]) -> WordsPart:
    """The part of documents, which come by ascending passage id."""
    vocabulary = _Vocabulary()
    talks: list[int] = []
    passages: list[int] = []
    sizes: list[int] = []
    read = list(_batches(documents, vocabulary, talks, passages, sizes))
    words = np.array([number_of(word) for word in vocabulary.stems], dtype=np.uint64)
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


def merged(parts: Sequence[WordsPart]) -> Arrays:
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
            if int(number_of(stem(word))) in numbers:
                yield word, often
