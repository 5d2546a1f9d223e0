"""What people write into cells: days, times of day, lengths and lists of names, in the forms that spreadsheets show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from app.ingest.naming import iso_day

_NUMERIC_DAY = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})\b")
_NAMED_DAY = re.compile(
    r"(?:\w+,?\s+)?(\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?([^\W\d_]{3,})\.?,?\s+(?:de\s+)?(\d{4})"
)
_MONTH_FIRST = re.compile(r"(?:\w+,?\s+)?([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2})(?:[:h.](\d{2})(?::\d{2})?|(?=\s*[ap]\.?m))(?:\s*([ap])\.?m\b)?", re.IGNORECASE
)
_OFFSET = re.compile(r"\A\d{4}-\d{2}-\d{2}[T ].*?(Z|(?<=:\d\d)[+-]\d{2}:?\d{2})\Z")
_ISO_LENGTH = re.compile(
    r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,7})(?:\.\d+)?S)?)?", re.IGNORECASE
)
_HOURS = re.compile(
    r"(\d{1,3}(?:[.,]\d+)?)\s*(?:h|hrs?|hours?|std|stunden?|heures?|horas?)\s*(\d{1,2})?(?:\s*(?:m|min|minutes?)?)\.?"
)
_MINUTES = re.compile(r"(\d{1,5}(?:[.,]\d+)?)\s*(?:m|min|mins|minutes?|minuten|minutos?|minuti|')?\.?")
_COLONS = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan januar january janvier enero janeiro gennaio jänner",
            "feb februar february février fevrier febrero fevereiro febbraio",
            "mar mär märz march mars marzo março", "apr april avril abril aprile", "may mai mayo maio maggio",
            "jun juni june juin junio junho giugno", "jul juli july juillet julio julho luglio",
            "aug august août aout agosto", "sep sept september septembre septiembre setembro settembre",
            "oct okt oktober october octobre octubre outubro ottobre", "nov november novembre noviembre novembro",
            "dec dez dezember december décembre decembre diciembre dezembro dicembre",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip


def is_day_first(values: Iterable[str]) -> bool | None:
    """Whether 3/4/2024 is the third of April, as the other days of its column show; None where they do not."""
    firsts: set[bool] = set()
    for value in values:
        found = _NUMERIC_DAY.search(value[:40])
        if found and (found[2] == "." or int(found[1]) > 12):
            firsts.add(True)
        elif found and int(found[3]) > 12:
            firsts.add(False)
    return firsts.pop() if len(firsts) == 1 else None


def day(text: str, day_first: bool | None) -> str | None:
    """The ISO day that begins or stands in `text`; None for none, one the calendar has not, or one that is unclear."""
    text = text.strip()[:60]
    if found := iso_day(text):
        return found
    if numeric := _NUMERIC_DAY.search(text):
        one, two = int(numeric[1]), int(numeric[3])
        year = int(numeric[4]) + (2000 if len(numeric[4]) == 2 else 0)
        if one != two and day_first is None and one <= 12 and two <= 12:
            return None
        is_first = one > 12 if day_first is None else day_first
        return _iso(year, two if is_first else one, one if is_first else two)
    if named := _NAMED_DAY.search(text):
        return _iso(int(named[3]), _MONTHS.get(named[2].casefold(), 0), int(named[1]))
    if named := _MONTH_FIRST.search(text):
        return _iso(int(named[3]), _MONTHS.get(named[1].casefold(), 0), int(named[2]))
    return None


def _iso(year: int, month: int, number: int) -> str | None:
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return None


def time_of_day(text: str) -> str | None:
    """HH:MM of the first time in `text` ("9:30", "9h30", "9.30 pm", "2 PM"), with its offset if it has one."""
    text = text.strip()[:60]
    rest = re.sub(r"^\d{4}-\d{2}-\d{2}T?", " ", text)
    rest = _NUMERIC_DAY.sub(" ", rest)
    found = _CLOCK.search(rest)
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
    if hour > 23 or minute > 59:
        return None
    offset = _OFFSET.search(text)
    return f"{hour:02}:{minute:02}" + (offset[1].replace("Z", "+00:00") if offset else "")


def length(text: str, unit: str = "") -> float | None:
    """Minutes of "45", "45 min", "1:30", "1h30", "1.5 hours" or "PT45M"; `unit` says what a bare number is."""
    text = text.strip().casefold()[:40]
    if found := _ISO_LENGTH.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return days * 1440 + hours * 60 + minutes + seconds / 60 or None
    if found := _COLONS.fullmatch(text):
        if int(found[2]) > 59 or int(found[3] or 0) > 59:
            return None
        return int(found[1]) * 60 + int(found[2]) + int(found[3] or 0) / 60
    if found := _HOURS.fullmatch(text):
        return float(found[1].replace(",", ".")) * 60 + int(found[2] or 0)
    if found := _MINUTES.fullmatch(text):
        value = float(found[1].replace(",", "."))
        bare = found[1] == text
        unit = unit.casefold()
        is_hours, is_seconds = (
            re.search(r"\bhours?\b|\bh\b|\bstd\b|stunden|heures", unit),
            re.search(r"\bsec|sek", unit),
        )
        return value * 60 if bare and is_hours else value / 60 if bare and is_seconds else value
    return None


def people(cell: str) -> list[str]:
    """Names of one cell: parted by semicolons, ampersands, slashes or lines; by commas only where each looks whole."""
    parts = [
        part.strip() for part in re.split(r"[;\n&/|]|\s+(?:and|und|et|y)\s+", _outside_brackets(cell)) if part.strip()
    ]
    if len(parts) == 1 and parts[0].count(",") > 1:
        by_comma = [part.strip() for part in parts[0].split(",")]
        if all(2 <= len(part.split()) <= 4 for part in by_comma):
            parts = by_comma
    return [part.translate(_BACK).replace("\ue010", " ") for part in parts]


_HIDDEN = {ord(mark): 0xE000 + at for at, mark in enumerate(";\n&/|,")}
_BACK = {hidden: mark for mark, hidden in _HIDDEN.items()}


def _outside_brackets(cell: str) -> str:
    """The cell with marks inside brackets hidden, so that “Ana (Smith & Co; Oslo)” stays one person."""
    return re.sub(
        r"\([^()]{0,200}\)", lambda found: found[0].translate(_HIDDEN).replace(" and ", "\ue010and\ue010"), cell
    )
