"""Strings within a few edits of another, out of very many. Pure.

What is too far off shows mostly without being read: by its length, by the letters it has at all, by its pairs of
letters, of each of which there is one bit, and, one edit away, by how it begins and ends.

An edit puts a letter in, leaves one out, takes one for another, or swaps two neighbours, and no letter is edited twice:
"optimal string alignment", after Damerau 1964, A technique for computer detection and correction of spelling errors.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from app.search.packed import ERRORS, Packed

_ENDS = 8
"""Bytes at either end that are compared at once."""
LONGEST, MOST_EDITS = 40, 2
"""Letters of a word that near ones are looked for, and how many edits these are off at most."""


class Reach:
    """Finds strings by edits."""

    def __init__(self, strings: Packed | Iterable[str]) -> None:
        """Among these strings, none of them empty."""
        self._strings = strings if isinstance(strings, Packed) else Packed.of(strings)
        lengths, letters, pairs = _signatures(self._strings)
        # By length, so that those of about the same lie together.
        self._places = np.argsort(lengths, kind="stable").astype(np.int32)
        self._lengths, self._letters, self._pairs = (column[self._places] for column in (lengths, letters, pairs))
        self._heads, self._tails = (column[self._places] for column in _ends(self._strings))

    def __getitem__(self, place: int) -> str:
        """The string at a place."""
        return self._strings[place]

    def within(self, typed: str, edits: int) -> dict[int, int]:
        """Places of all strings so many edits away at most, each with its edits; `typed` itself with 0."""
        if not typed:
            return {}
        length, letters, pairs = _signature(typed)
        first, end = np.searchsorted(self._lengths, [length - edits, length + edits + 1])
        # An edit takes one letter away and brings one in at most; of pairs three, where it swaps two neighbours.
        close = first + np.flatnonzero(np.bitwise_count(self._letters[first:end] ^ letters) <= 2 * edits)
        close = close[np.bitwise_count(self._pairs[close] ^ pairs) <= 6 * edits]
        if edits == 1:
            # What is before the edit stays, and what is behind it: all but two letters, where two are swapped.
            head, tail = _ends_of(typed)
            same = _alike(self._heads[close] ^ head) + _alike(self._tails[close] ^ tail)
            close = close[same >= np.minimum(np.maximum(self._lengths[close], length) - 2, _ENDS)]
        found: dict[int, int] = {}
        for place in np.sort(self._places[close]).tolist():
            distance = OSA.distance(typed, self[place], score_cutoff=edits)
            if distance <= edits:
                found[place] = distance
        return found


def _ends(strings: Packed) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first and the last _ENDS bytes of each string as one number, the outermost the lowest byte."""
    heads = np.zeros(len(strings), dtype=np.uint64)
    tails = np.zeros(len(strings), dtype=np.uint64)
    lengths = np.diff(strings.starts)
    for place in range(_ENDS):
        long = np.flatnonzero(lengths > place)
        shift = np.uint64(8 * place)
        heads[long] |= strings.letters[strings.starts[long] + place].astype(np.uint64) << shift
        tails[long] |= strings.letters[strings.starts[long + 1] - 1 - place].astype(np.uint64) << shift
    return heads, tails


def _ends_of(typed: str) -> tuple[np.uint64, np.uint64]:
    """What `_ends` says of one string, in a fraction of the time."""
    letters = typed.encode("utf-8", ERRORS)
    head, tail = letters[:_ENDS], letters[::-1][:_ENDS]
    return np.uint64(int.from_bytes(head, "little")), np.uint64(int.from_bytes(tail, "little"))


def _alike(apart: NDArray[np.uint64]) -> NDArray[np.integer]:
    """How many of the lowest bytes are 0."""
    below = (apart & (~apart + np.uint64(1))) - np.uint64(1)  # a bit for each one below the lowest that is set
    return np.bitwise_count(below) >> 3


def _signature(typed: str) -> tuple[int, np.uint64, np.uint64]:
    """What `_signatures` says of one string, in a fifth of the time."""
    codes = [ord(letter) & 63 for letter in typed]
    letters = pairs = 0
    for code in codes:
        letters |= 1 << code
    for code, after in pairwise(codes):
        pairs |= 1 << (code * 37 + after & 63)
    return len(codes), np.uint64(letters), np.uint64(pairs)


def _signatures(strings: Packed) -> tuple[NDArray[np.int32], NDArray[np.uint64], NDArray[np.uint64]]:
    """For each string its length in letters, and a bit for each letter and for each pair of neighbours that it has.

    Some letters share one bit, and so do some pairs: two strings may differ in more than their bits say.
    """
    begins = (strings.letters & 0xC0) != 0x80  # not a later byte of a letter
    starts = strings.starts[:-1]
    if not len(starts):
        return np.zeros(0, np.int32), np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    # The last byte of a letter has the last six bits of its number, be it the only one or not.
    letters = (strings.letters[np.append(begins[1:], True)] & 63).astype(np.uint64)
    lengths = np.add.reduceat(begins, starts, dtype=np.int32)
    ends = np.cumsum(lengths)
    bits = np.uint64(1) << letters
    pairs = np.zeros(len(letters), dtype=np.uint64)
    pairs[:-1] = np.uint64(1) << ((letters[:-1] * np.uint64(37) + letters[1:]) & np.uint64(63))
    pairs[ends - 1] = 0  # the last letter of a string and the first of the next are no pair
    first = ends - lengths
    return lengths, np.bitwise_or.reduceat(bits, first), np.bitwise_or.reduceat(pairs, first)
