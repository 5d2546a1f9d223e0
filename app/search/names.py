"""The names of the base by the words they begin with: talks, speakers, themes and all else that can be named.

Arrays in memory, made from one state of the base. Reading the base for them is `named.py`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.search.index_files import Arrays
from app.search.packed import Packed
from app.search.query import fold_phrase

NAMED = ("theme", "technology", "series", "edition", "organisation", "speaker", "talk")
"""Kinds that are completed anywhere; of two with as many talks and one name the earlier comes first."""
VALUES = ("kind", "language", "year", "has")
"""Kinds that are completed as the value of a field only."""
KINDS = (*NAMED, *VALUES)
_LAST = "\U0010ffff"
_PACKED = ("names", "slugs", "aliases", "keys", "words")

Places = NDArray[np.int32]


class Name(NamedTuple):
    """Something that has a name, and how many known talks stand behind it."""

    kind: str
    slug: str
    name: str
    talks: int
    key: str = ""
    """The folded name, where it is known already."""
    alias: str = ""
    """Another name of it, which it is looked up by here in place of the first."""


class Names:
    """All names, those with most talks first, and which holds which word."""

    def __init__(self, names: Iterable[Name]) -> None:
        """Of names in any order."""
        self._hold(_arrays_of(names))

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Names:
        """Those that `arrays` were taken of."""
        held = cls.__new__(cls)
        held._hold(arrays)
        return held

    def arrays(self) -> Arrays:
        """All that they are made of, as a file keeps it."""
        return self._arrays

    def _hold(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._kinds, self._talks, self._rank = arrays["kinds"], arrays["talks"], arrays["rank"]
        self._names, self._slugs, self._aliases, self._keys, self._words = (
            Packed(arrays[name], arrays[f"{name}-starts"]) for name in _PACKED
        )
        self._places, self._starts = arrays["places"], arrays["starts"]

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._kinds)

    def __getitem__(self, place: int) -> Name:
        """A name by its place."""
        return Name(
            KINDS[self._kinds[place]], self._slugs[place], self._names[place], int(self._talks[place]),
            alias=self._aliases[place],
        )  # fmt: skip

    def beginning(self, words: Sequence[str], kinds: Sequence[str], limit: int) -> list[Name]:
        """Names of these kinds that hold every one of these folded words, the last as the beginning of a word.

        First the one that is just that, then those that begin so, then all others; in each those with most talks
        first. Without a word all names of these kinds. What has several names is there once, by the first of these.
        """
        allowed = self._of(kinds)
        for word in words[:-1]:
            allowed &= self._holding(word, word)
        if words:
            allowed &= self._holding(words[-1], words[-1] + _LAST)
        found = np.flatnonzero(allowed)
        if words:
            typed = " ".join(words)
            equal, longer = (self._rank[found] < bisect_left(self._keys, end) for end in (typed + " ", typed + _LAST))
            begins = longer & (self._rank[found] >= bisect_left(self._keys, typed))
            found = np.concatenate([found[begins & equal], found[begins & ~equal], found[~begins]])
        return list(islice(self._once(found), limit))

    def _once(self, places: NDArray[np.int_]) -> Iterator[Name]:
        """The names at these places, without further names of what was there already."""
        seen: set[tuple[str, str]] = set()
        for place in places:
            one = self[place]
            if not one.slug or (one.kind, one.slug) not in seen:
                seen.add((one.kind, one.slug))
                yield one

    def folded(self, place: int) -> str:
        """A name by its place, folded."""
        return self._keys[int(self._rank[place])]

    def holding(self, word: str, kind: str) -> Places:
        """Places of the names of a kind that hold a folded word."""
        places = self._places[slice(*self._span(word, word))]
        of_kind: Places = places[self._kinds[places] == KINDS.index(kind)]
        return of_kind

    def has(self, folded: str) -> bool:
        """Whether something has just this folded name."""
        at = bisect_left(self._keys, folded)
        return at < len(self._keys) and self._keys[at] == folded

    def _of(self, kinds: Sequence[str]) -> NDArray[np.bool_]:
        """Which names are of these kinds."""
        table = np.zeros(len(KINDS), dtype=np.bool_)
        table[[KINDS.index(kind) for kind in kinds]] = True
        allowed: NDArray[np.bool_] = table[self._kinds]
        return allowed

    def _holding(self, first: str, last: str) -> NDArray[np.bool_]:
        """Which names hold a word from `first` to `last`."""
        held = np.zeros(len(self), dtype=np.bool_)
        held[self._places[slice(*self._span(first, last))]] = True
        return held

    def _span(self, first: str, last: str) -> tuple[int, int]:
        start = bisect_left(self._words, first)
        end = bisect_left(self._words, last, start)
        if first == last and start < len(self._words) and self._words[start] == first:
            end = start + 1
        return int(self._starts[start]), int(self._starts[end])


def _arrays_of(names: Iterable[Name]) -> Arrays:
    """The columns of names, those with most talks first, and of the words that they hold."""
    keyed = [(one.key or fold_phrase(one.alias or one.name), one) for one in names]
    keyed.sort(key=lambda pair: (-pair[1].talks, KINDS.index(pair[1].kind), bool(pair[1].alias), pair[0], pair[1].slug))
    keys = [key for key, _ in keyed]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    # The place of each name among the folded names, which ascend.
    rank = np.empty(len(keys), dtype=np.int32)
    rank[order] = np.arange(len(keys))
    words, places, starts = _by_word(_words(keyed))
    packed = (
        Packed.of(one.name for _, one in keyed), Packed.of(one.slug for _, one in keyed),
        Packed.of(one.alias for _, one in keyed), Packed.of(keys[place] for place in order), words,
    )  # fmt: skip
    letters = {name: column.letters for name, column in zip(_PACKED, packed, strict=True)}
    return {
        "kinds": np.array([KINDS.index(one.kind) for _, one in keyed], dtype=np.uint8),
        "talks": np.array([one.talks for _, one in keyed], dtype=np.int32),
        "rank": rank, "places": places, "starts": starts, **letters,
        **{f"{name}-starts": column.starts for name, column in zip(_PACKED, packed, strict=True)},
    }  # fmt: skip


def _by_word(words: Iterable[tuple[str, int]]) -> tuple[Packed, Places, NDArray[np.int64]]:
    """From (word, place of a name that holds it): the words, ascending, the places by word, and where each begins."""
    numbers: dict[str, int] = {}
    pairs = [(numbers.setdefault(word, len(numbers)), place) for word, place in words]
    held = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    order = sorted(numbers)
    rank = np.empty(len(order), dtype=np.int64)
    rank[[numbers[word] for word in order]] = np.arange(len(order))
    by_word = np.argsort(rank[held[:, 0]], kind="stable")
    starts = np.searchsorted(rank[held[by_word, 0]], np.arange(len(order) + 1))
    return Packed.of(order), held[by_word, 1].astype(np.int32), starts


def _words(keyed: Sequence[tuple[str, Name]]) -> Iterator[tuple[str, int]]:
    """Every word of every name with its place; but for talks those of the slug too, so that one can go on typing it."""
    for place, (key, one) in enumerate(keyed):
        words = key.split()
        if one.kind != "talk" and not one.alias:
            words += one.slug.split("-")
        for word in dict.fromkeys(words):
            yield word, place
