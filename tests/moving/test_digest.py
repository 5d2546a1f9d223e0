"""The checksum of rows: of their values and order alone, whatever batches they come in."""

from __future__ import annotations

import hashlib
import json

import pytest

from app.db.row_forms import Row
from app.moving.digest import Digest

ROWS: list[Row] = [(1, "a", None, 0.1), (2, "", b"\0\xff", -1), (3, "🙂\\u0000", 'b"', 1e-320)]


def _sum(*batches: list[Row], without_nul: bool = False) -> str:
    digest = Digest(without_nul=without_nul)
    for batch in batches:
        digest.take(batch)
    return digest.hex()


def test_batches_make_no_difference_and_anybody_can_compute_it() -> None:
    assert _sum(ROWS) == _sum(ROWS[:1], [], ROWS[1:]) == _sum(*[[row] for row in ROWS])
    told = [[{"hex": value.hex()} if isinstance(value, bytes) else value for value in row] for row in ROWS]
    written = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "," for row in told)
    assert _sum(ROWS) == hashlib.sha256(written.encode()).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        [*ROWS[1:], ROWS[0]],
        ROWS[:2],
        [*ROWS, ROWS[0]],
        [(1, "a", "", 0.1), *ROWS[1:]],
        [(1, "a", None, 0.1 + 2**-56), *ROWS[1:]],
        [("1", "a", None, 0.1), *ROWS[1:]],
        [ROWS[0], (2, "", "00ff", -1), ROWS[2]],
        [ROWS[0], (2, "", b"\0\xfe", -1), ROWS[2]],
    ],
)
def test_other_rows_have_another(other: list[Row]) -> None:
    assert _sum(other) != _sum(ROWS)


def test_a_nul_counts_as_what_stands_in_its_place_where_that_is_asked_for() -> None:
    rows: list[Row] = [("a\0b", "\\u0000", b"\0"), ("\0\0", None, b"")]
    kept: list[Row] = [("a\ufffdb", "\\u0000", b"\0"), ("\ufffd\ufffd", None, b"")]
    assert _sum(rows, without_nul=True) == _sum(kept, without_nul=True) == _sum(kept)
    assert _sum(rows) != _sum(kept)
    digest = Digest(without_nul=True)
    assert (digest.take(rows), digest.rows, digest.replaced) == (kept, 2, 2)
