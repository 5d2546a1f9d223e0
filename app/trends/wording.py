"""How shares and counts are written: “40 %”, “likely 34–47 %”, “47 talks”. No arithmetic beyond rounding."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

NO_BREAK = "\u00a0"
NEAR_A_HALF = 0.499999
"""Farther than this from a whole number, which way to round is looked at digit by digit, in ten times the time."""


def _digits(share: float) -> str:
    """A share 0..1 as per cent: whole, but with one decimal where whole would read as none or as all."""
    near = round(share * 100)
    if 0 < near < 100 and abs(share * 100 - near) < NEAR_A_HALF:
        return str(near)
    hundredths = Decimal(repr(share)) * 100
    whole = hundredths.quantize(Decimal(1), ROUND_HALF_UP)
    if (whole == 0 and share > 0) or (whole == 100 and share < 1):
        tenth = hundredths.quantize(Decimal("0.1"), ROUND_HALF_UP)
        return str(min(max(tenth, Decimal("0.1")), Decimal("99.9")))
    return str(whole)


def percent(share: float | None) -> str:
    """“40 %” with a no-break space; “–” where there is no share."""
    return "–" if share is None else f"{_digits(share)}{NO_BREAK}%"


def percent_range(low: float | None, high: float | None) -> str:
    """“34–47 %”; one number where both ends read alike; “–” where there is no interval."""
    if low is None or high is None:
        return "–"
    first, last = _digits(low), _digits(high)
    return f"{first}{NO_BREAK}%" if first == last else f"{first}–{last}{NO_BREAK}%"


def likely(low: float | None, high: float | None) -> str:
    """“likely 34–47 %”, “exactly” where the interval is a point, "" where there is none."""
    if low is None or high is None:
        return ""
    return "exactly" if low == high else f"likely {percent_range(low, high)}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """“1 talk”, “47 talks”, “1,204 talks”."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def first_of(names: Sequence[str], most: int) -> Sequence[str]:
    """The first so many, and how many more there are; one alone is named and not counted."""
    return names if len(names) <= most + 1 else [*names[:most], f"{len(names) - most} more"]


def listed(names: Sequence[str], most: int | None = None) -> str:
    """“A”, “A and B”, “A, B and C”; of more than `most` “A, B and 7 more”, see `first_of`."""
    if most is not None:
        names = first_of(names, most)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def points(change: float) -> str:
    """A change of a share in points: “+5 points”, “−0.4 points”, “no change”."""
    hundredths = Decimal(repr(change)) * 100
    if hundredths == 0:
        return "no change"
    return f"{_signed(change)} {'point' if _signed(change)[1:] == '1' else 'points'}"


def points_range(low: float, high: float) -> str:
    """“−1 to +9”, in points."""
    first, last = _signed(low), _signed(high)
    return first if first == last else f"{first} to {last}"


def _signed(change: float) -> str:
    """In points: whole, but with one decimal below one point; the minus is a true one."""
    near = round(change * 100)
    if near and abs(change * 100) > 1 and abs(change * 100 - near) < NEAR_A_HALF:
        return f"{'+' if near > 0 else '−'}{abs(near)}"
    hundredths = Decimal(repr(change)) * 100
    step = Decimal(1) if abs(hundredths) >= 1 else Decimal("0.1")
    rounded = hundredths.quantize(step, ROUND_HALF_UP)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return f"{sign}{abs(rounded)}"
