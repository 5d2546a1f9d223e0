"""Components of an iCalendar file, one by one, so that what one of them breaks costs only itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from app.ingest.record import FoundProblem

MAX_EVENTS = 20_000
_MAX_COMPONENT = 5_000_000
_SAID = 50
_BOUNDARY = re.compile(r"^(BEGIN|END)\s*:\s*([A-Za-z0-9-]+)\s*$", re.IGNORECASE)
_FOLD = re.compile(r"\n[ \t]")
_PROPERTY = re.compile(r"^([A-Za-z0-9-]+)((?:;[^:\"]*(?:\"[^\"]*\")?)*):(.*)$")
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True)
class Event:
    """A VEVENT as the library reads it, and the line where it begins."""

    line: int
    component: Any

    def text(self, name: str) -> str | None:
        """The text of a property without white space around it; the first where it is repeated."""
        value = self.component.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        text = str(value).strip() if value is not None else ""
        return text or None

    def moment(self, name: str) -> date | datetime | None:
        """A day or a time, with its zone where the file or the zone database knows it."""
        value = self._when(name)
        return value if isinstance(value, date) else None

    def length(self) -> timedelta | None:
        """DURATION."""
        value = self._when("DURATION")
        return value if isinstance(value, timedelta) else None

    def zone_name(self, name: str) -> str | None:
        """TZID of a time whose zone is not known."""
        value = self.component.get(name)
        zone = getattr(value, "params", {}).get("TZID")
        return str(zone) if zone else None

    def parameter(self, name: str, parameter: str) -> str | None:
        """A parameter of a property, such as CN of ORGANIZER."""
        value = self.component.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        found = getattr(value, "params", {}).get(parameter)
        if isinstance(found, list):  # the library parts an unquoted value at its commas
            found = ",".join(map(str, found))
        return str(found).strip() or None if found is not None else None

    def categories(self) -> list[str]:
        """Every category, in order."""
        value = self.component.get("CATEGORIES")
        groups = value if isinstance(value, list) else [value] if value is not None else []
        return [str(one).strip() for group in groups for one in getattr(group, "cats", ()) if str(one).strip()]

    def _when(self, name: str) -> Any:
        value = self.component.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        try:
            return getattr(value, "dt", None)
        except Exception:  # noqa: BLE001 - a value the library could not read raises when it is asked for
            return None


def _unescape(text: str) -> str:
    """Text without the backslashes of iCalendar."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def calendar_properties(text: str) -> dict[str, str]:
    """Properties of the calendar itself, those before its first component."""
    head = re.split(r"^BEGIN:V(?:EVENT|TIMEZONE)", text[:50_000], maxsplit=1, flags=re.MULTILINE)[0]
    matches = (_PROPERTY.match(line) for line in _FOLD.sub("", head).split("\n"))
    return {found[1].upper(): _unescape(found[3]).strip() for found in matches if found and found[3].strip()}


def read_events(text: str, problems: list[FoundProblem]) -> list[Event]:
    """The events that can be read; each of the others is a problem."""
    from icalendar import Event as LibraryEvent

    events: list[Event] = []
    unread: list[FoundProblem] = []
    for line, block, is_closed in _blocks(text, "VEVENT"):
        where = f"line {line}"
        if len(events) >= MAX_EVENTS:
            problems.append(FoundProblem("error", f"Only the first {MAX_EVENTS:,} events are read.", where))
            break
        if not is_closed:
            unread.append(FoundProblem("error", "The event is cut off; it is left out.", where))
            continue
        try:
            component = LibraryEvent.from_ical(block)
        except Exception as error:  # noqa: BLE001 - the library raises ValueError, KeyError, IndexError and more for odd lines
            unread.append(
                FoundProblem("error", f"The event cannot be read: {str(error)[:120]}; it is left out.", where)
            )
            continue
        events.append(Event(line, component))
    problems += unread[:_SAID]
    if len(unread) > _SAID:
        problems.append(FoundProblem("error", f"{len(unread) - _SAID} more events cannot be read."))
    return events


def read_zones(text: str, problems: list[FoundProblem]) -> dict[str, tzinfo]:
    """Time zones that the file defines itself, by name. One that is malformed is a warning."""
    from icalendar import Timezone

    zones: dict[str, tzinfo] = {}
    for line, block, _ in _blocks(text, "VTIMEZONE"):
        try:
            component: Any = Timezone.from_ical(block)
            zones[str(component["TZID"])] = component.to_tz()
        except Exception as error:  # noqa: BLE001 - as for events
            said = f"The time zone cannot be read ({str(error)[:80] or type(error).__name__}); its name is used."
            problems.append(FoundProblem("warning", said, f"line {line}"))
        if len(zones) >= 50:
            break
    return zones


def _blocks(text: str, wanted: str) -> Iterator[tuple[int, str, bool]]:
    """(line, unfolded text with CRLF, whether its end is there) of each component of this name."""
    lines: list[str] | None = None
    begin = size = 0
    inner: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        found = _BOUNDARY.match(line)
        kind, name = (found[1].upper(), found[2].upper()) if found else ("", "")
        if kind == "BEGIN" and name == wanted:
            if lines is not None:
                yield begin, "", False
            lines, begin, size, inner = [], number, 0, []
        elif lines is None:
            continue
        elif kind == "END" and name in (wanted, "VCALENDAR"):
            body = _FOLD.sub("", "\n".join(lines)).replace("\n", "\r\n")
            yield begin, f"BEGIN:{wanted}\r\n{body}\r\nEND:{wanted}\r\n", name == wanted
            lines = None
        elif wanted == "VEVENT" and kind == "BEGIN":
            inner.append(name)
        elif wanted == "VEVENT" and kind == "END":
            inner = inner[:-1]
        elif not inner and size < _MAX_COMPONENT:
            # Alarms inside an event say nothing of a talk. Empty lines and lines without a colon are no property.
            size += len(line)
            if line.strip() and (line[0] in " \t" or ":" in line or wanted != "VEVENT"):
                lines.append(line)
    if lines is not None:
        yield begin, "", False
