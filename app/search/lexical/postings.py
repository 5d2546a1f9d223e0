"""The passages that hold a word, packed: some bytes for each passage, those that hold it most first. Pure.

A block is a range of passage ids. Of each word there is one string of bytes for each block in which it is held, so a
change of passages touches a few blocks, and blocks may lie on different machines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from app.search.lexical.bm25 import penalties

BITS = 13
"""A block has 8,192 passage ids, so that what is written anew for a few passages is small and rows are not many."""
ENTRY = np.dtype([("at", "<u2"), ("talk", "<i4"), ("size", "<u2"), ("count", "u1")])
"""Where in the block the passage is, its talk, how many words it has, and twice how often the word is there: 9 B."""
MOST_WORDS = 65_535
Entries = NDArray[Any]


class Place(NamedTuple):
    """A passage with all its words: each with twice how often it is there, by the weight of where."""

    passage: int
    talk: int
    size: int
    words: dict[str, int]


class Listed(NamedTuple):
    """The passages that hold a word, as columns. `held` is how many there are, of which some may not have been read."""

    passages: NDArray[np.int64]
    talks: NDArray[np.int64]
    sizes: NDArray[np.int64]
    often: NDArray[np.float64]
    """How often the word is there, by the weight of where."""
    held: int
    blocks: NDArray[np.int64]
    """Of which some are, each once."""

    @classmethod
    def of(cls, blocks: Sequence[int], packed: Sequence[bytes], held: int) -> Self:
        """Of the bytes of these blocks, of which each may be cut after any entry."""
        entries = np.frombuffer(b"".join(packed), dtype=ENTRY)
        lengths = [len(one) // ENTRY.itemsize for one in packed]
        known = np.array(blocks, dtype=np.int64)
        first = np.repeat(known << BITS, lengths)
        return cls(
            first + entries["at"], entries["talk"].astype(np.int64), entries["size"].astype(np.int64),
            entries["count"] * 0.5, held, known,
        )  # fmt: skip

    @property
    def was_cut(self) -> bool:
        """Whether some were not read."""
        return len(self.passages) < self.held


def by_block(places: Iterable[Place]) -> Iterator[tuple[int, list[Place]]]:
    """Places that come by ascending passage, a block at a time."""
    block, held = -1, list[Place]()
    for place in places:
        if place.passage >> BITS != block and held:
            yield block, held
            held = []
        block = place.passage >> BITS
        held.append(place)
    if held:
        yield block, held


def changed(
    old: Sequence[tuple[str, bytes]], gone: Collection[int], added: Sequence[Place], mean: float
) -> dict[str, bytes]:
    """The bytes of the words of one block after a change; b"" for a word that is held no more.

    `old` are those of all words of the passages that went or came, `gone` the ids of those that went. `mean` is how
    many words a passage has: it says which passages a word is worth most in, and those are put first.
    """
    numbers = {word: number for number, (word, _) in enumerate(old)}
    kept = np.frombuffer(b"".join(packed for _, packed in old), dtype=ENTRY)
    rows = [
        (numbers.setdefault(word, len(numbers)), place.passage & (1 << BITS) - 1, place.talk, place.size, count)
        for place in added
        for word, count in place.words.items()
    ]
    words = np.repeat(np.arange(len(old)), [len(packed) // ENTRY.itemsize for _, packed in old])
    stays = ~np.isin(kept["at"], np.array([passage & (1 << BITS) - 1 for passage in gone], dtype=np.uint16))
    fresh = np.array(rows, dtype=np.int64).reshape(-1, 5)
    entries = np.empty(np.count_nonzero(stays) + len(fresh), dtype=ENTRY)
    entries[: len(entries) - len(fresh)] = kept[stays]
    for name, column in zip(("at", "talk", "size", "count"), fresh.T[1:], strict=True):
        entries[name][len(entries) - len(fresh) :] = column
    words = np.concatenate([words[stays], fresh[:, 0]])
    often = entries["count"] * 0.5
    worth = often / (often + penalties(entries["size"], mean))
    order = np.lexsort((entries["at"], -worth, words))
    ends = np.searchsorted(words[order], np.arange(len(numbers) + 1)) * ENTRY.itemsize
    packed = entries[order].tobytes()
    return {word: packed[ends[number] : ends[number + 1]] for word, number in numbers.items()}
