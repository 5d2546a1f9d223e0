"""How numbers are written."""

from __future__ import annotations

import pytest

from app.trends.wording import counted, likely, listed, percent, percent_range


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
