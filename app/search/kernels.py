"""The loops over whole indexes as machine code, where numba can make it: twice as quick, and without the lock.

Numpy and simsimd hold the interpreter's lock while they work, so that searches side by side wait for one another.
What is here gives the same numbers to the last bit, as tests hold it to, and whoever calls it does the same by numpy
while the code is being made, or where it cannot be. It is kept in a folder, and made once for each processor.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)


def cosines(
    asked: NDArray[np.int8], numbers: NDArray[np.int8], lengths: NDArray[np.float32], length: np.float32,
    found: NDArray[np.float32],
) -> None:  # fmt: skip
    """Write the cosine of `asked` (d,) with each row of `numbers` (n, d) to `found` (n,), by the length of each."""
    for row in range(numbers.shape[0]):
        dot = np.int32(0)
        for place in range(numbers.shape[1]):
            dot = np.int32(dot + np.int32(np.int32(asked[place]) * np.int32(numbers[row, place])))
        found[row] = np.float32(dot) / np.float32(lengths[row] * length)


def add_weights(
    rows: NDArray[np.int32], counts: NDArray[np.uint8], weight: float, penalty: NDArray[np.float64],
    scores: NDArray[np.float64],
) -> None:  # fmt: skip
    """Add what one word is worth in the rows that hold it, by BM25, to their scores (n,)."""
    for at in range(len(rows)):
        row = rows[at]
        often = counts[at] * 0.5
        scores[row] += weight * often / (often + penalty[row])


class Kernels(NamedTuple):
    """The functions of this module as machine code."""

    cosines: Callable[..., None]
    add_weights: Callable[..., None]


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

    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        numba.config.CACHE_DIR = str(folder)

    def given(kind: Any, dimensions: int = 1) -> Any:
        return types.Array(kind, dimensions, "C", readonly=True)

    def made(function: Callable[..., None], *arguments: Any) -> Callable[..., None]:
        how = {"nogil": True, "error_model": "numpy", "cache": folder is not None}
        code: Callable[..., None] = numba.njit(types.void(*arguments), **how)(function)
        return code

    return Kernels(
        cosines=made(
            cosines, given(types.int8), given(types.int8, 2), given(types.float32), types.float32, types.float32[::1]
        ),
        add_weights=made(
            add_weights, given(types.int32), given(types.uint8), types.float64, given(types.float64), types.float64[::1]
        ),
    )
