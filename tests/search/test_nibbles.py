"""Rows of 4 bits: what they tell is never too little, and what is found through them is what is found without."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import true

from app.embeddings.store import NO_TALK
from app.search.candidates import Scope
from app.search.instructions import multiplies_bytes, nibble_dot
from app.search.kernels import kernels, prepare
from app.search.vector.exact import ExactIndex, as_bytes, lengths
from app.search.vector.nibbles import LEAST_ROWS, MIDDLE, STEP, Nibbles

ROWS, LENGTH = 4_000, 384


@pytest.fixture(autouse=True)
def made() -> None:
    prepare(None, wait=True)
    assert kernels() is not None


def drawn(kind: str) -> NDArray[np.float32]:
    """Rows of unlike kinds, some of them almost the same."""
    chance = np.random.default_rng(11)
    rows = chance.standard_normal((ROWS, LENGTH)).astype(np.float32)
    if kind == "in groups":
        rows = rows[chance.integers(0, 40, ROWS)] + 0.4 * rows
    if kind == "mostly one number":  # the others are lost when they are rounded
        rows = np.where(chance.random(rows.shape) < 0.9, np.sign(rows) * 8, 0).astype(np.float32)
        rows[np.arange(ROWS), chance.integers(0, 5, ROWS)] = 127
    if kind == "mostly nothing":
        rows[chance.random(rows.shape) < 0.97] = 0
        rows[:50] = 0
    return rows


KINDS = ["by chance", "in groups", "mostly one number", "mostly nothing"]


def test_few_rows_and_odd_lengths_are_compared_in_full() -> None:
    for rows, length, are in ((LEAST_ROWS, 384, True), (LEAST_ROWS - 1, 384, False), (LEAST_ROWS, 320, False)):
        of = Nibbles(np.zeros((rows, length), dtype=np.int8), np.ones(rows, dtype=np.float32))
        assert of.are_worth_it == (are and multiplies_bytes())


@pytest.mark.parametrize("length", [128, 384, 1024])
def test_products_of_nibbles_are_whole_numbers(length: int) -> None:
    """Of the largest numbers too, and of the code that is made the same as of the function as it stands."""
    chance = np.random.default_rng(5)
    numbers = chance.choice(np.array([-127, -8, 0, 9, 127], dtype=np.int8), (40, length))
    numbers[:2] = [[127], [-127]]
    made = kernels()
    assert made is not None
    ones = np.ones(len(numbers), dtype=np.float32)
    rows = Nibbles(numbers, ones)
    for asked in numbers:
        upper = np.empty(len(numbers), dtype=np.float32)
        none = np.zeros(0, dtype=np.bool_)
        made.bounds(asked, rows.packed[0], ones, np.float32(1), STEP, MIDDLE, np.float32(0), none, upper)
        rounded = STEP * np.rint(numbers / STEP).astype(np.int64)
        assert (upper == (rounded @ asked.astype(np.int64)).astype(np.float32)).all()
        first = nibble_dot(asked, rows.packed[0], 0) - MIDDLE * asked.astype(np.int64).sum()
        assert upper[0] == np.float32(STEP * first)


@pytest.mark.parametrize("kind", KINDS)
def test_no_cosine_is_above_its_bound(kind: str) -> None:
    numbers = as_bytes(drawn(kind))
    made = kernels()
    assert made is not None
    for asked in numbers[::200]:
        found = np.empty(ROWS, dtype=np.float32)
        length = lengths(asked[np.newaxis])[0]
        made.cosines(asked, numbers, lengths(numbers), length, found)
        upper = Nibbles(numbers, lengths(numbers)).bounds(made, asked, length, None).upper
        assert (found <= upper).all()
        # And most are not far below it, or nothing would be gained, but where nothing is known of a row.
        if kind in KINDS[:2]:
            assert np.median(upper - found) < 0.05


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [1.0, 0.6, 0.2])
def test_the_same_is_found_as_without(kind: str, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within any scope, also after changes, and however much is asked for."""
    rows = drawn(kind)
    chance = np.random.default_rng(12)
    talks = np.repeat(np.arange(1, ROWS // 2 + 1), 2)
    talks[::50] = NO_TALK
    passages = np.arange(1, ROWS + 1) * 3
    index = ExactIndex.build(talks, passages, rows)
    changed = index.changed(passages[:90], talks[100:110], passages[100:110] + 1, rows[:10])
    there = np.flatnonzero(chance.random(ROWS // 2 + 1) < share)
    scope = Scope(condition=true(), talks=there, lessons=passages[::50] if share == 1 else np.zeros(0, dtype=np.int64))
    for one in (index, changed):
        for asked in (*rows[::900], chance.standard_normal(LENGTH).astype(np.float32)):
            monkeypatch.setattr(Nibbles, "are_worth_it", True)
            by_nibbles, again = one.compare(asked, scope), one.compare(asked, scope)
            monkeypatch.setattr(Nibbles, "are_worth_it", False)
            in_full = one.compare(asked, scope)
            for limit in (30, 1, 600, ROWS // 3, 5, 1 << 40):
                assert by_nibbles.best(limit) == in_full.best(limit)
            for least, known in ((0.3, there[:40]), (0.05, there[::3]), (0.9, there[:0]), (-1.0, there[:9])):
                wanted = np.unique(np.setdiff1d(in_full.talks(least, known), known))
                for bounded in (again, by_nibbles):
                    found = np.setdiff1d(bounded.talks(least, known), known)
                    assert found.tolist() == wanted.tolist()
