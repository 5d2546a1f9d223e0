"""Vector search in two stages, for many vectors: the signs of all are compared, then the nearest by those in full.

The sign of each number is one bit, so a million vectors of 384 numbers are read in 48 MB; of these the 4,000 with the
fewest differing signs (Hamming distance, by simsimd) are compared as `exact` compares all. Against fp32 vectors the ten
nearest of a million were the same to .994, in 6 ms instead of 10 (two cores shared with other work).
`scripts/bench_search.py` measures both. Charikar 2002, Similarity estimation techniques from rounding algorithms, STOC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import simsimd
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors
from app.search.index_files import Arrays
from app.search.parts import Allowed, Rows
from app.search.vector.exact import AskedBytes, ExactIndex, VectorPart

COMPARED = 3_000
"""How many rows the second stage compares, or a few more where signs tie."""
LEAST_ROWS = 100_000
"""Fewer rows, or fewer allowed by a filter, are all compared: with 78,000 that takes a quarter of a millisecond longer,
and two stages lose eight in a hundred of the 200 nearest."""
_AT_ONCE = 65_536
_SAMPLED = 16


@dataclass(frozen=True, eq=False, kw_only=True)
class CodedPart(VectorPart):
    """Vectors with the signs of their numbers, eight to a byte."""

    columns = (*VectorPart.columns, "codes")

    codes: NDArray[np.uint8]

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """See `Part`. Signs take less than 4 bits, so there are none of these."""
        return cls(**columns)


class CodedIndex(ExactIndex):
    """See `VectorIndex`. Takes d + d / 8 + 20 bytes for each vector."""

    name = "coded"
    recipe = "int8-own-scale+signs/1"
    least_rows = LEAST_ROWS
    _part = CodedPart

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """See `VectorIndex`. Signs that are not among them, as in those of `exact`, are made."""
        return cls(CodedPart.of(arrays if "codes" in arrays else {**arrays, "codes": _signs(arrays["numbers"])}))

    @classmethod
    def _made(cls, talk_ids: NDArray[np.int64], passage_ids: NDArray[np.int64], vectors: Vectors) -> Arrays:
        made = super()._made(talk_ids, passage_ids, vectors)
        return {**made, "codes": _signs(made["numbers"])}

    def _worth_comparing(self, part: VectorPart, asked: AskedBytes, allowed: Allowed) -> Rows | None:
        """The rows whose signs are nearest to those of the query; all the allowed ones where these are few."""
        if not isinstance(part, CodedPart) or allowed.few is not None or len(part.passages) < LEAST_ROWS:
            return allowed.few
        distances = _differing(_signs(asked.numbers), part.codes)
        # A sample says at which distance about as many rows are as shall be compared.
        sample = distances[::_SAMPLED]
        if allowed.mask is not None:
            sample = sample[allowed.mask[::_SAMPLED]]
        wanted = min(COMPARED // _SAMPLED, len(sample) - 1)
        near = np.flatnonzero(distances <= np.partition(sample, wanted)[wanted]).astype(np.int32)
        return near if allowed.mask is None else near[allowed.mask[near]]


def _signs(numbers: NDArray[np.int8]) -> NDArray[np.uint8]:
    return np.packbits(numbers > 0, axis=1)


def _differing(asked: NDArray[np.uint8], codes: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """In how many bits each row of `codes` differs from `asked` (1, d / 8)."""
    distances = np.empty(len(codes), dtype=np.uint16)
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        found: Any = simsimd.cdist(asked, some, metric="hamming", dtype="bin8", out_dtype="uint16")  # type: ignore[arg-type]  # its stubs know fewer types than it does
        distances[start : start + _AT_ONCE] = np.asarray(found)[0]
    return distances
