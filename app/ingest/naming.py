"""Names and dates that formats share: an edition and its series from a title, a day from a text. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from app.ingest.record import EditionRecord, FieldUse
from app.text.markup import one_line
from app.text.slugs import slugify

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEAR = re.compile(r"\b((?:19|20)\d{2})\b")
_SHORT_YEAR = re.compile(r"['’](\d{2})\b")
_EDGES = " -–—,:·/()[]"

NAME_OF_FILE = FieldUse("edition.name", "guessed", 1, "from the name of the file")
DATES_OF_TALKS = FieldUse("edition.dates", "guessed", 1, "from its first and last talk")
_SERIES_OF_NAME = FieldUse("edition.series", "guessed", 1, "from the edition's name")
_YEAR_OF_FOLDER = FieldUse("edition.year", "guessed", 1, "from the name of the file or folder")
_YEAR_OF_START = FieldUse("edition.year", "guessed", 1, "from its first day")


def name_edition(title: str, *, folder: str = "", series: str | None = None, **facts: Any) -> EditionRecord:
    """The record of the edition that is called `title`; other fields of EditionRecord are given as `facts`.

    The series is the title without its year ("PyCon US 2019" belongs to "PyCon US") unless `series` names it. The year
    comes from the title, else from the folder, else from the start date. What was not said is among its `guessed`.
    """
    name = one_line(title) or one_line(folder) or "Untitled edition"
    start = facts.get("start_date")
    year = year_of(name) or year_of(folder) or (int(start[:4]) if start else None)
    family = series or series_name(name)
    guessed = [*facts.pop("guessed", ()), *(() if series else (_SERIES_OF_NAME,))]
    if year and not year_of(name):
        guessed.append(_YEAR_OF_FOLDER if year_of(folder) else _YEAR_OF_START)
    return EditionRecord(
        slug=slugify(name) or slugify(folder) or "edition",
        name=name,
        series_slug=slugify(family) or slugify(name) or slugify(folder) or "series",
        series_name=family,
        year=year,
        guessed=tuple(guessed),
        **facts,
    )


def series_name(title: str) -> str:
    """The title without its year, and without what then is left dangling at its edges."""
    without = _SHORT_YEAR.sub(" ", _YEAR.sub(" ", title))
    return re.sub(r"\s+", " ", without).strip(_EDGES) or title


def year_of(text: str) -> int | None:
    """The first year 1900-2099 in a text, "'19" included; None without one."""
    found = _YEAR.search(text)
    if found:
        return int(found[1])
    short = _SHORT_YEAR.search(text)
    return 2000 + int(short[1]) if short else None


def iso_day(value: object) -> str | None:
    """The day of an ISO date or time; None for anything else, or for a day the calendar has not."""
    found = _DATE.match(value.strip()) if isinstance(value, str) else None
    if not found:
        return None
    try:
        return date.fromisoformat(found[0]).isoformat()
    except ValueError:
        return None
