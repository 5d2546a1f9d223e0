"""The time between two moments as formats write them, and the objects and texts in lists nobody checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.ingest.formats.careful_json import listing, word
from app.ingest.formats.schedule_fields import Minutes, minutes


def between(start: str | None, end: str | None) -> Minutes:
    """Minutes from one ISO time to another. None where one is missing; odd where it is no length of a session."""
    if start is None or end is None:
        return Minutes(None)
    begins, ends = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if (begins.tzinfo is None) != (ends.tzinfo is None):
        return Minutes(None, "Only one of start and end has an offset; the duration is left empty.")
    try:
        return minutes((ends - begins) / timedelta(minutes=1))
    except OverflowError:
        return Minutes(None, "This time is beyond the calendar; the duration is left empty.")


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list; whatever else it holds is passed over."""
    return [item for item in listing(value) if isinstance(item, dict)]


def words(value: object) -> list[str]:
    """The texts of a list, without the empty ones."""
    return [text for text in map(word, listing(value)) if text]
