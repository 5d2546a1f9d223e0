"""Times of RubyEvents talks. `schedule.yml` names no talk: those of a day fill its free slots in the order listed.

That is the rule of the collection (docs/ADDING_SCHEDULES.md). Where the day has not as many free slots as talks, the
order says nothing certain and no time is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, tzinfo
from typing import Any

from app.ingest.formats import schedule_fields
from app.ingest.formats.careful_json import listing, word
from app.ingest.formats.field_use import shape
from app.ingest.formats.spans import between, objects
from app.ingest.naming import iso_day
from app.ingest.record import FoundProblem

SCHEDULE = shape(
    "schedule",
    days=shape("schedule.days", "date", grid=shape("schedule.days.grid", "start_time end_time slots items")),
)
_MIDNIGHT = time(0)
_MOST_SLOTS = 1000


@dataclass(frozen=True)
class TimeOfTalk:
    """When a talk starts, as ISO text, and how long it lasts."""

    starts_at: str
    minutes: float | None


def time_of(day: str, start: str, end: str, zone: tzinfo | None) -> TimeOfTalk | None:
    """The time from "HH:MM" to "HH:MM" of a day; None where the start is no time of day."""
    begins, ends = (schedule_fields.on_day(day, clock, _MIDNIGHT, zone).starts_at for clock in (start, end))
    return TimeOfTalk(begins, between(begins, ends).minutes) if begins else None


def scheduled_times(
    schedule: object, items: list[Any], zone: tzinfo | None, problems: list[FoundProblem]
) -> Mapping[str, TimeOfTalk]:
    """Times by the id of the item."""
    times: dict[str, TimeOfTalk] = {}
    listed: dict[str | None, list[str | None]] = {}
    for item in objects(items):
        listed.setdefault(iso_day(item.get("date")), []).append(word(item.get("id")))
    days = objects(schedule.get("days")) if isinstance(schedule, dict) else []
    for number, entry in enumerate(days):
        day = iso_day(entry.get("date"))
        talks = listed.get(day, [])
        if not talks or day is None:
            continue
        free = _free(entry)
        if len(free) != len(talks):
            message = f"{day} has {len(free)} slots for {len(talks)} talks; their times are left empty."
            problems.append(FoundProblem("warning", message, f"schedule.yml, days[{number}]"))
            continue
        for key, (start, end) in zip(talks, free, strict=True):
            at = time_of(day, start, end, zone)
            if key and at:
                times[key] = at
    return times


def _free(day: dict[str, Any]) -> list[tuple[str, str]]:
    """Start and end of every slot of the day that no break takes; a slot stands once for each parallel talk."""
    free: list[tuple[str, str]] = []
    for row in objects(day.get("grid")):
        if not listing(row.get("items")) and len(free) < _MOST_SLOTS:
            slots = row.get("slots")
            parallel = min(slots, _MOST_SLOTS) if isinstance(slots, int) else 0
            free += [(word(row.get("start_time")) or "", word(row.get("end_time")) or "")] * parallel
    return free
