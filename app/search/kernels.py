"""The loops over whole indexes as machine code, where numba can make it: twice as quick, and without the lock.

Numpy and simsimd hold the interpreter's lock while they work, so that searches side by side wait for one another.
What is here gives the same numbers to the last bit, as tests hold it to, and whoever calls it does the same by numpy
while the code is being made, or where it cannot be. It is kept in a folder, and made once for each processor.
"""

from __future__ import annotations

import hashlib
import inspect
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.search import instructions, loops
from app.search.instructions import dot, fetch, nibble_dot, shift_of
from app.search.loops import Loops

log = logging.getLogger(__name__)

_BUCKETS = 2_048
"""Of scores, so many that of some thousand rows few share one."""
_MOST_INSERTED = 48
"""Rows of a bucket that are put in order one by one; more are sorted, as where thousands score the same."""
NO_COSINE = np.float32(-2)
"""Less than any cosine."""
NEXT = 3
"""Documents whose rows memory is asked for ahead of their turn. It comes upon rows that follow one another itself."""
NEXT_ROWS = 16
"""The same of single rows."""


def cosines(
    asked: NDArray[np.int8], numbers: NDArray[np.int8], lengths: NDArray[np.float32], length: np.float32,
    found: NDArray[np.float32],
) -> None:  # fmt: skip
    """Write the cosine of `asked` (d,) with each row of `numbers` (n, d) to `found` (n,), by the length of each."""
    shift = shift_of(asked)
    for row in range(numbers.shape[0]):
        found[row] = np.float32(dot(asked, numbers, row, shift)) / np.float32(lengths[row] * length)


def cosines_of(
    asked: NDArray[np.int8], numbers: NDArray[np.int8], lengths: NDArray[np.float32], length: np.float32,
    rows: NDArray[np.int32], found: NDArray[np.float32],
) -> None:  # fmt: skip
    """As `cosines`, with some `rows` (m,), to `found` (m,)."""
    shift, last = shift_of(asked), len(rows) - 1
    for at in range(len(rows)):
        fetch(numbers, rows[min(at + NEXT_ROWS, last)])
        row = rows[at]
        found[at] = np.float32(dot(asked, numbers, row, shift)) / np.float32(lengths[row] * length)


def bounds(
    asked: NDArray[np.int8], nibbles: NDArray[np.uint8], lengths: NDArray[np.float32], length: np.float32, step: int,
    middle: int, slack: np.float32, allowed: NDArray[np.bool_], upper: NDArray[np.float32],
) -> None:  # fmt: skip
    """Write what the cosine of `asked` with each row is at most to `upper` (n,): see `nibbles`.

    Numbers are `step` times what their nibble is beyond `middle`, and products off by less than `slack`; nothing is
    known of rows of a length below 0. Of rows that are not `allowed` (n,), where that is given, `upper` is less than
    any cosine.
    """
    shift = 0
    for place in range(len(asked)):
        shift += middle * int(asked[place])
    for row in range(nibbles.shape[0]):
        if len(allowed) > 0 and not allowed[row]:
            upper[row] = NO_COSINE
            continue
        product = np.float32(step * (nibble_dot(asked, nibbles, row) - shift))
        upper[row] = np.float32(product + slack) / np.float32(lengths[row] * length)
        if lengths[row] < 0:
            upper[row] = np.float32(2)


def rows_from(values: NDArray[np.float32], least: np.float32) -> NDArray[np.int32]:
    """The rows whose value is at least `least`, ascending."""
    count = 0
    for row in range(len(values)):
        if values[row] >= least:
            count += 1
    found = np.empty(count, dtype=np.int32)
    at = 0
    for row in range(len(values)):
        if values[row] >= least:
            found[at] = row
            at += 1
    return found


def add_weights(
    rows: NDArray[np.int32], counts: NDArray[np.uint8], weight: float, penalty: NDArray[np.float64],
    scores: NDArray[np.float64], met: NDArray[np.int32], before: int,
) -> int:  # fmt: skip
    """Add what one word is worth in the rows that hold it, by BM25, to their scores (n,).

    Rows that score for the first time are written to `met` (n,) behind those `before`; returns how many there are then.
    """
    for at in range(len(rows)):
        row = rows[at]
        often = counts[at] * 0.5
        if scores[row] == 0.0:
            met[before] = row
            before += 1
        scores[row] += weight * often / (often + penalty[row])
    return before


def add_counts(
    rows: NDArray[np.int32], counts: NDArray[np.uint8], talks: NDArray[np.int64], place: NDArray[np.int64],
    found: NDArray[np.float64],
) -> None:  # fmt: skip
    """Add how often one word is in the rows that hold it to `found`, at the `place` of the talk of each row.

    `place` is by talk id, its last for an id of -1.
    """
    for at in range(len(rows)):
        found[place[talks[rows[at]]]] += counts[at] * 0.5


def mark(rows: NDArray[np.int32], talks: NDArray[np.int64], table: NDArray[np.bool_]) -> None:
    """Set the place of the talk of each of these rows in `table`, by talk id; its last is for an id of -1."""
    for at in range(len(rows)):
        table[talks[rows[at]]] = True


def count_values(
    talks: NDArray[np.int64], starts: NDArray[np.int64], codes: NDArray[np.int64], counted: NDArray[np.int64]
) -> None:
    """Add one to `counted` for each of the `codes` of each of these talks, which begin at `starts` by talk id."""
    for at in range(len(talks)):
        for place in range(starts[talks[at]], starts[talks[at] + 1]):
            counted[codes[place]] += 1


def best_rows(
    rows: NDArray[np.int32], scores: NDArray[np.float64], limit: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The best `limit` of some rows (n,) by their score in `scores` (m,), above 0, and these: ties by row.

    Rows are parted into buckets by score, of which only those are put in order that are looked at: a fifth of the time
    that numpy takes to part off the best and to order them.
    """
    values, places = np.empty(len(rows)), np.empty(len(rows), dtype=np.int32)
    top = 0.0
    for at in range(len(rows)):
        values[at] = scores[rows[at]]
        top = max(top, values[at])
    scale = (_BUCKETS - 1) / max(top, 1e-300)
    ends = np.zeros(_BUCKETS, dtype=np.int64)
    for at in range(len(rows)):
        places[at] = _BUCKETS - 1 - int(values[at] * scale)
        ends[places[at]] += 1
    wanted, kept = 0, 0
    while wanted < _BUCKETS and kept < limit:
        kept += ends[wanted]
        ends[wanted] = kept - ends[wanted]  # where it begins, for now
        wanted += 1
    found, worth = np.empty(kept, dtype=np.int64), np.empty(kept)
    for at in range(len(rows)):
        place = places[at]
        if place < wanted:
            found[ends[place]], worth[ends[place]] = rows[at], values[at]
            ends[place] += 1
    first = 0
    for place in range(wanted):
        end = ends[place]
        if end - first > _MOST_INSERTED:
            order = np.argsort(found[first:end])
            order = order[np.argsort(-worth[first:end][order], kind="mergesort")]
            found[first:end], worth[first:end] = found[first:end][order], worth[first:end][order]
        else:
            for at in range(first + 1, end):
                row, score, here = found[at], worth[at], at
                while here > first and (
                    worth[here - 1] < score or (worth[here - 1] == score and found[here - 1] > row)
                ):
                    found[here], worth[here] = found[here - 1], worth[here - 1]
                    here -= 1
                found[here], worth[here] = row, score
        first = end
    return found[:limit], worth[:limit]


def nearness(
    asked: NDArray[np.int8], length: np.float32, numbers: NDArray[np.int8], lengths: NDArray[np.float32],
    order: NDArray[np.int64], firsts: NDArray[np.int64], ends: NDArray[np.int64], most: int,
    wanted: NDArray[np.int64], of_first: np.float32, of_several: np.float32, found: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write how near `asked` (d,) is to each document to `found` (n,), 0..1: see `closeup`.

    The rows of each are those of `order` from its first to its end, the first of several its title. Of those behind the
    first `most` only rows that are `wanted` (ascending) count. The first text weighs `of_first`, the mean of the three
    best `of_several`, and the best row of all what is left of 1.
    """
    of_best = np.float32(np.float32(np.float32(1) - of_first) - of_several)
    shift = shift_of(asked)
    for document in range(len(firsts)):
        later = min(document + NEXT, len(firsts) - 1)
        for at in range(firsts[later], min(ends[later], firsts[later] + most)):
            fetch(numbers, order[at])
        first, end = firsts[document], ends[document]
        best = opening = one = two = three = NO_COSINE
        for at in range(first, end):
            row = order[at]
            if at - first >= most:
                place = np.searchsorted(wanted, row)
                if place == len(wanted) or wanted[place] != row:
                    continue
            cosine = np.float32(dot(asked, numbers, row, shift)) / np.float32(lengths[row] * length)
            best = max(best, cosine)
            if at == first and end - first > 1:
                continue
            if opening == NO_COSINE:
                opening = cosine
            if cosine > one:
                one, two, three = cosine, one, two
            elif cosine > two:
                two, three = cosine, two
            else:
                three = max(three, cosine)
        mean = one
        if three > NO_COSINE:
            mean = np.float32(np.float32(np.float32(one + two) + three) / np.float32(3))
        elif two > NO_COSINE:
            mean = np.float32(np.float32(one + two) / np.float32(2))
        near = np.float32(np.float32(of_best * best) + np.float32(of_first * opening)) + np.float32(of_several * mean)
        found[document] = min(max(np.float32(near), np.float32(0)), np.float32(1))


class Kernels(NamedTuple):
    """The functions of this module, and those of `loops`, as machine code."""

    cosines: Callable[..., None]
    cosines_of: Callable[..., None]
    bounds: Callable[..., None]
    rows_from: Callable[..., NDArray[np.int32]]
    add_weights: Callable[..., int]
    add_counts: Callable[..., None]
    mark: Callable[..., None]
    best_rows: Callable[..., tuple[NDArray[np.int64], NDArray[np.float64]]]
    count_values: Callable[..., None]
    nearness: Callable[..., None]
    loops: Loops


class _Shop:
    """Makes the machine code once, aside."""

    def __init__(self) -> None:
        self.made: Kernels | None = None
        self.making: threading.Thread | None = None
        self.lock = threading.Lock()

    def make(self, folder: Path | None) -> None:
        """Make it, or say why that is not possible."""
        try:
            self.made = _compiled(folder)
        except Exception as error:  # noqa: BLE001  # the compiler has errors of many kinds, and nothing depends on it
            log.info("Search goes without machine code of its own: %s", error)


_shop = _Shop()


def kernels() -> Kernels | None:
    """The machine code; None while there is none."""
    return _shop.made


def small_loops() -> Loops:
    """Those of `loops` as machine code or, while there is none, as they stand."""
    return loops.PLAIN if _shop.made is None else _shop.made.loops


def prepare(folder: Path | None, wait: bool = False) -> None:
    """Begin to make the code, kept in `folder`, unless that was begun before; `wait` for its end."""
    with _shop.lock:
        if _shop.making is None:
            _shop.making = threading.Thread(target=_shop.make, args=(folder,), name="make-kernels", daemon=True)
            _shop.making.start()
    if wait:
        _shop.making.join()


def _compiled(folder: Path | None) -> Kernels:
    import numba
    from numba import types

    instructions.teach()
    if folder is not None:
        # Numba notices a change of this file, and none of another whose functions it puts in.
        folder /= hashlib.sha256(inspect.getsource(instructions).encode()).hexdigest()[:12]
        folder.mkdir(parents=True, exist_ok=True)
        numba.config.CACHE_DIR = str(folder)

    def given(kind: Any, dimensions: int = 1) -> Any:
        return types.Array(kind, dimensions, "C", readonly=True)

    def made(function: Callable[..., Any], *arguments: Any) -> Callable[..., Any]:
        how = {"nogil": True, "error_model": "numpy", "cache": folder is not None}
        code: Callable[..., Any] = numba.njit(arguments, **how)(function)
        return code

    posting = given(types.int32), given(types.uint8)
    scores = given(types.float64)
    return Kernels(
        cosines=made(
            cosines, given(types.int8), given(types.int8, 2), given(types.float32), types.float32, types.float32[::1]
        ),
        cosines_of=made(
            cosines_of, given(types.int8), given(types.int8, 2), given(types.float32), types.float32,
            given(types.int32), types.float32[::1],
        ),
        bounds=made(
            bounds, given(types.int8), given(types.uint8, 2), given(types.float32), types.float32, types.int64,
            types.int64, types.float32, given(types.boolean), types.float32[::1],
        ),
        rows_from=made(rows_from, given(types.float32), types.float32),
        add_weights=made(
            add_weights, *posting, types.float64, given(types.float64), types.float64[::1], types.int32[::1],
            types.int64,
        ),
        add_counts=made(add_counts, *posting, given(types.int64), given(types.int64), types.float64[::1]),
        mark=made(mark, given(types.int32), given(types.int64), types.boolean[::1]),
        best_rows=made(best_rows, given(types.int32), scores, types.int64),
        count_values=made(count_values, given(types.int64), given(types.int64), given(types.int64), types.int64[::1]),
        nearness=made(
            nearness, given(types.int8), types.float32, given(types.int8, 2), given(types.float32), given(types.int64),
            given(types.int64), given(types.int64), types.int64, given(types.int64), types.float32, types.float32,
            types.float64[::1],
        ),
        loops=_small(made, given),
    )  # fmt: skip


def _small(made: Callable[..., Any], given: Callable[..., Any]) -> Loops:
    from numba import types

    numbers, scores, vectors = given(types.int64), given(types.float64), given(types.int8, 2)
    return Loops(
        unite=made(loops.unite, numbers, numbers, numbers, types.int64),
        first_of_each=made(loops.first_of_each, numbers, types.int64),
        nearer_first=made(loops.nearer_first, numbers, scores, types.int64),
        rows_of=made(loops.rows_of, numbers, numbers, numbers, numbers),
        add_direction=made(
            loops.add_direction, types.float32, vectors, given(types.float32), numbers, types.float32[::1]
        ),
        better_passages=made(
            loops.better_passages, numbers, numbers, scores, scores, numbers, numbers, types.float64, types.int64
        ),
        ordered=made(
            loops.ordered, numbers, numbers, numbers, scores, scores, numbers, numbers, scores, scores, scores,
            types.float64, types.int64,
        ),
    )  # fmt: skip
