"""Strings within a few edits of another, out of very many. Pure.

An edit puts a letter in, leaves one out, takes one for another, or swaps two neighbours, and no letter is edited twice:
"optimal string alignment", after Damerau 1964, A technique for computer detection and correction of spelling errors.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from app.search.packed import Packed


class Reach:
    """Finds strings by edits. What differs in its length or in too many letters is passed over without being read."""

    def __init__(self, strings: Packed | Iterable[str]) -> None:
        """Among these strings, none of them empty."""
        self._strings = strings if isinstance(strings, Packed) else Packed.of(strings)
        letters, starts = self._strings.letters, self._strings.starts[:-1]
        begins = (letters & 0xC0) != 0x80  # not a later byte of a letter
        bits = _bits(letters)
        self._lengths = np.add.reduceat(begins, starts, dtype=np.int32) if len(starts) else np.zeros(0, np.int32)
        self._letters = np.bitwise_or.reduceat(bits, starts) if len(starts) else bits

    def __getitem__(self, place: int) -> str:
        """The string at a place."""
        return self._strings[place]

    def within(self, typed: str, edits: int) -> dict[int, int]:
        """Places of all strings so many edits away at most, each with its edits; `typed` itself with 0."""
        if not typed:
            return {}
        own = np.bitwise_or.reduce(_bits(np.frombuffer(typed.encode("utf-8", "surrogatepass"), dtype=np.uint8)))
        of_length = np.flatnonzero(np.abs(self._lengths - len(typed)) <= edits)
        # An edit takes one letter away and brings one in at most.
        differing = np.bitwise_count(self._letters[of_length] ^ own)
        close = of_length[differing <= 2 * edits]
        found: dict[int, int] = {}
        for place in close.tolist():
            distance = OSA.distance(typed, self[place], score_cutoff=edits)
            if distance <= edits:
                found[place] = distance
        return found


def _bits(letters: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """One bit for each letter, all beyond ASCII sharing one: strings are compared by the letters they have at all."""
    return np.uint64(1) << np.where(letters < 0x80, letters & 63, 63).astype(np.uint64)
