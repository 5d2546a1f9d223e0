"""Many strings in one array of bytes: a tenth of a million names take megabytes so, and tens of them as objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

ERRORS = "surrogatepass"
"""Halves of a surrogate pair stay what they are, as in file names."""


class Packed(Sequence[str]):
    """Strings, read one by one. Sorted ones can be searched by `bisect`."""

    def __init__(self, letters: NDArray[np.uint8], starts: NDArray[np.int64]) -> None:
        """Of their bytes in UTF-8, and where in these each begins and the last ends."""
        self.letters = letters
        self.starts = starts

    @classmethod
    def of(cls, strings: Iterable[str]) -> Self:
        """Of strings in their order."""
        encoded = [one.encode("utf-8", ERRORS) for one in strings]
        starts = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)), out=starts[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), starts)

    @classmethod
    def of_lines(cls, letters: NDArray[np.uint8]) -> Self:
        """Of strings that each end with a line feed and hold no other."""
        ends = np.flatnonzero(letters == ord("\n"))
        starts = np.concatenate([np.zeros(1, dtype=np.int64), ends - np.arange(len(ends))])
        return cls(letters[letters != ord("\n")], starts)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.starts) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """One, or a list of some."""
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self.letters[self.starts[at] : self.starts[at + 1]].tobytes().decode("utf-8", ERRORS)
