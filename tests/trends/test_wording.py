"""How numbers are written."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.trends.wording import counted, likely, listed, percent, percent_range, points


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.404, "40 %"),
        (0, "0 %"),
        (1, "100 %"),
        (0.004, "0.4 %"),
        (0.9999, "99.9 %"),
        (0.0001, "0.1 %"),
        (0.125, "13 %"),
    ],
)
def test_percent(share: float, words: str) -> None:
    assert percent(share) == words.replace(" ", "\u00a0")


def test_no_share() -> None:
    assert (percent(None), percent_range(None, None), likely(None, None)) == ("–", "–", "")


def test_ranges() -> None:
    assert likely(0.34, 0.47) == "likely 34–47\u00a0%"
    assert likely(0.341, 0.344) == "likely 34\u00a0%"
    assert likely(0.4, 0.4) == "exactly"


def test_lists_and_counts() -> None:
    assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]
    assert [listed("ABCDE"[:count], 2) for count in (2, 3, 4, 5)] == [
        "A and B", "A, B and C", "A, B and 2 more", "A, B and 3 more"
    ]  # fmt: skip
    assert [counted(number, "talk") for number in (1, 47, 1204)] == ["1 talk", "47 talks", "1,204 talks"]


shares = st.one_of(st.floats(0, 1), st.integers(0, 20_000).map(lambda number: number / 20_000), st.floats(0, 1_000))


@given(shares)
@example(0.005)
@example(0.145)
@example(0.285)
@example(0.995)
def test_a_share_is_rounded_as_it_is_written(share: float) -> None:
    """Half a per cent goes up by the digits of the share, not by those of the machine's number."""
    whole = (Decimal(repr(share)) * 100).quantize(Decimal(1), ROUND_HALF_UP)
    if 0 < whole < 100:
        assert percent(share) == f"{whole}\u00a0%"


@given(shares, st.sampled_from((1, -1)))
@example(0.005, 1)
@example(0.145, -1)
@example(0.01, 1)
@example(0.0095, -1)
def test_a_change_is_rounded_as_it_is_written(size: float, sign: int) -> None:
    exact = Decimal(repr(size)) * 100
    rounded = exact.quantize(Decimal(1) if exact >= 1 else Decimal("0.1"), ROUND_HALF_UP)
    if rounded:
        noun = "point" if rounded == 1 and exact >= 1 else "points"
        assert points(size * sign) == f"{'+' if sign > 0 else '−'}{rounded} {noun}"
