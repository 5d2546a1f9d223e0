"""What schedules have in common: durations, moments, kinds of session, breaks. Pure; odd values give a complaint.

A complaint is words for a problem, or None where nothing is odd.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.text.names import name_key

DAY_CHANGE = time(4)
"""Hour of the night at which a programme's day ends where the file does not say."""

MAX_MINUTES = 24 * 60
_DURATION = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})(?::?(\d{2})(?:\.\d+)?)?")
_KINDS = (
    ("keynote", re.compile(r"keynote")),
    ("lightning", re.compile(r"lightning")),
    ("workshop", re.compile(r"workshop|training|tutorial|hands[- ]?on|atelier")),
    ("panel", re.compile(r"\bpanel|podium|round ?table|discussion")),
    ("sponsored", re.compile(r"sponsor")),
    (
        "other",
        re.compile(
            r"^other$|\bbof\b|birds of a feather|unconference|meeting|meet-?up|stand|infodesk|certification|exam|"
            r"keysigning|performance|concert|party|sprint|social|poster"
        ),
    ),
)
_PAUSES = frozenset(
    [
        "break", "pause", "lunch", "breakfast", "brunch", "dinner", "coffee", "tea", "snack", "snacks", "snack time",
        "registration", "check in", "checkin", "networking", "refreshments", "mittagessen", "mittag", "fruhstuck",
        "abendessen", "kaffee", "mittagspause", "kaffeepause", "dejeuner", "petit dejeuner", "gouter", "pause cafe",
        "pause dejeuner", "almuerzo", "cafe", "desayuno", "room change", "changeover", "doors open", "badge pickup",
    ]
)  # fmt: skip
_OF_PAUSES = re.compile(
    r"(?:short|long|small|lunch|coffee|tea|morning|afternoon|evening|snack|midday|comfort|bio|catered) (?:break|pause)"
    r"|(?:\w+ ){1,3}dinner|(?:registration|check in) (?:desk )?(?:open|opens)"
    r"|(?:morning|afternoon|welcome) (?:coffee|tea)"
)
_LONG_TEXT = 200


class Minutes(NamedTuple):
    """A length, or what is odd about it."""

    minutes: float | None
    complaint: str | None = None


@dataclass(frozen=True)
class Moment:
    """A day and a time on it; `starts_at` has an offset where one is known."""

    date: str | None = None
    starts_at: str | None = None
    complaint: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether the time stands without an offset."""
        return self.starts_at is not None and datetime.fromisoformat(self.starts_at).tzinfo is None


UNSAID = Moment()


def duration(text: str | None) -> Minutes:
    """Minutes of "H:MM", "HH:MM:SS" or a bare number of minutes. More than a day, or nothing, is odd."""
    words = (text or "").strip()
    if not words:
        return Minutes(None)
    found = _DURATION.fullmatch(words)
    if found and int(found[2]) < 60 and int(found[3] or 0) < 60:
        return minutes(int(found[1]) * 60 + int(found[2]) + int(found[3] or 0) / 60, words)
    if words.isascii() and words.isdigit() and len(words) < 6:
        return minutes(int(words), words)
    return Minutes(None, f"“{words[:40]}” is no duration such as 00:45; it is left empty.")


def minutes(value: float | None, words: object = None) -> Minutes:
    """A number of minutes, if it is one that a session can last."""
    if value is None:
        return Minutes(None)
    if not 0 < value <= MAX_MINUTES:
        return Minutes(None, f"A session cannot last “{str(words or value)[:40]}”; its duration is left empty.")
    return Minutes(round(float(value), 1))


def clock(text: str | None) -> time | None:
    """The time of "09:30", "9:30:00" or "0930"; None for anything else."""
    found = _CLOCK.fullmatch((text or "").strip())
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
    except ValueError:
        return None


def zone(name: str | None) -> tuple[tzinfo | None, str | None]:
    """The time zone of an IANA name, and a complaint about one that is not known."""
    if not name:
        return None, None
    try:
        return ZoneInfo(name), None
    except (OSError, ValueError, KeyError):
        return None, f"The time zone “{name[:60]}” is not known; times are kept as they stand. Give --timezone."


def moment(text: str | None, within: tzinfo | None) -> Moment:
    """The moment of an ISO time; one without an offset is taken to be `within` a zone. A bare day has no time."""
    words = (text or "").strip()
    if not words:
        return Moment()
    try:
        if len(words) == 10:
            return Moment(date.fromisoformat(words).isoformat())
        found = datetime.fromisoformat(words)
    except ValueError:
        return Moment(complaint=f"“{words[:40]}” is no date and time of the calendar; it is left empty.")
    return _as_moment(found, within)


def on_day(day: str | None, text: str | None, day_change: time | None, within: tzinfo | None) -> Moment:
    """The moment of a clock time on a programme's day. Before `day_change` it is of the night that follows."""
    try:
        start = date.fromisoformat(day or "")
    except ValueError:
        return Moment(complaint=f"“{day[:40]}” is no day of the calendar; it is left empty." if day else None)
    at = clock(text)
    if at is None:
        complaint = f"“{text.strip()[:40]}” is no time of day; it is left empty." if text and text.strip() else None
        return Moment(start.isoformat(), None, complaint)
    try:
        if at < (DAY_CHANGE if day_change is None else day_change):
            start += timedelta(days=1)
    except OverflowError:
        return Moment(complaint=f"“{str(day)[:40]}” is no day of the calendar; it is left empty.")
    return _as_moment(datetime.combine(start, at), within)


def _as_moment(found: datetime, within: tzinfo | None) -> Moment:
    if found.tzinfo is None and within is not None:
        found = found.replace(tzinfo=within)
    try:
        return Moment(found.date().isoformat(), found.isoformat(timespec="seconds"))
    except (ValueError, OverflowError):
        return Moment(complaint="This time is beyond the calendar; it is left empty.")


def kind_of(*words: str | None) -> str:
    """The kind of session that the source's own word for it means; "talk" where it says nothing special."""
    said = " ".join(word for word in words if word)[:200].casefold()
    return next((kind for kind, pattern in _KINDS if pattern.search(said)), "talk")


def is_break(title: str, text: str | None = None) -> bool:
    """Whether a session is a break, a meal or the registration, by its whole title; `text` is what speakers promise."""
    if len(title) > 80 or len(text or "") > _LONG_TEXT:
        return False
    parts = [name_key(part) for part in re.split(r"[&+/,]|\band\b|\bund\b|\bet\b", title.casefold())]
    return any(parts) and all(not part or part in _PAUSES or bool(_OF_PAUSES.fullmatch(part)) for part in parts)
