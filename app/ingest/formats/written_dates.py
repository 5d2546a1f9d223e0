"""Dates as people write them, in a few languages: "2022-05-12", "May 12, 2022", "12. Mai 2022", "May 2022". Pure."""

from __future__ import annotations

import re
from datetime import date

from app.text.names import name_key

_STEMS = (
    ("jan",), ("feb", "fev"), ("mar",), ("apr", "avr"), ("may", "mai", "mei"), ("jun", "juin"), ("jul", "juil"),
    ("aug", "aou"), ("sep",), ("oct", "okt"), ("nov",), ("dec", "dez"),
)  # fmt: skip
_ISO = re.compile(r"((?:19|20)\d\d)[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?![\d-])")
_DAY_FIRST = re.compile(r"(?:\w+, )?(\d{1,2})(?:\.|st|nd|rd|th|er)? (?:of |de )?([^\W\d]{3,12})\.?,? ((?:19|20)\d\d)\b")
_MONTH_FIRST = re.compile(r"(?:\w+, )?([^\W\d]{3,12})\.? (?:(\d{1,2})(?:st|nd|rd|th)?,? )?((?:19|20)\d\d)\b")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)\b")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


def written_date(text: str) -> str | None:
    """ISO day of a text that begins with a date, else its ISO month or year; None where it begins with none."""
    words = text.strip()[:60]
    if found := _ISO.match(words):
        return _iso(found[1], found[2], found[3])
    if found := _GERMAN.match(words):
        return _iso(found[3], found[2], found[1])
    if (found := _DAY_FIRST.match(words)) and (month := _month(found[2])):
        return _iso(found[3], month, found[1])
    if (found := _MONTH_FIRST.match(words)) and (month := _month(found[1])):
        return _iso(found[3], month, found[2])
    return words if _YEAR.match(words) else None


def _month(word: str) -> str | None:
    key = name_key(word)
    if len(key) > 9:
        return None
    # The longest stem decides: "juin" and "juil" both begin like June.
    fitting = [(len(stem), at + 1) for at, stems in enumerate(_STEMS) for stem in stems if key.startswith(stem)]
    return str(max(fitting)[1]) if fitting else None


def _iso(year: str, month: str, day: str | None) -> str | None:
    try:
        return (
            date(int(year), int(month), int(day)).isoformat() if day else date(int(year), int(month), 1).isoformat()[:7]
        )
    except ValueError:
        return None
