"""iCalendar: programmes as calendars, Sched's and pretalx's among them. One event is one talk, if it is one."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from app.errors import InputError
from app.ingest.formats.field_use import Tally
from app.ingest.formats.ics_components import Event, calendar_properties, read_events, read_zones
from app.ingest.formats.ics_speakers import SplitTitle, split_title
from app.ingest.formats.legacy_text import read_legacy_text
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.schedule_fields import is_break, kind_of, minutes, zone
from app.ingest.naming import DATES_OF_TALKS, NAME_OF_FILE, name_edition
from app.ingest.record import FoundProblem, Parsed, Programme, SlotRecord, SpeakerRecord, TalkRecord
from app.text.names import name_key
from app.text.slugs import slugify

_SCHED = re.compile(r"-//Sched\.com (.+?)//", re.IGNORECASE)
_PRETALX = re.compile(r"pretalx-(.+?)-([A-Z0-9]{6})", re.IGNORECASE)
_NO_TALKS = re.compile(r"\b(registration|breaks?|meals?|catering|logistics|food)\b", re.IGNORECASE)
_CANCELLED = re.compile(r"\W*cancell?ed\b", re.IGNORECASE)
_SERVICE = re.compile(
    r"badge pick.?up|cloak ?room|coat check|(opening|closing) hours|mini break|"
    r"(project lightning talk: )?((mini )?break|lunch|coffee break)(\s*[|(].{0,20})?", re.IGNORECASE
)  # fmt: skip
_HTML = re.compile(
    r"</?(p|br|a|b|i|u|strong|em|ul|ol|li|div|span|h[1-6])\b|&(nbsp|amp|lt|gt|quot|#\d+);", re.IGNORECASE
)
_EDGES = "-–— :"
_KEPT = frozenset({
    "UID", "SUMMARY", "DTSTART", "DTEND", "DURATION", "CATEGORIES", "DESCRIPTION", "LOCATION", "URL", "STATUS",
    "SEQUENCE", "RECURRENCE-ID",
})  # fmt: skip
_KEPT_OF_CALENDAR = frozenset({"X-WR-TIMEZONE", "X-WR-CALNAME", "NAME"})


class ICalendar:
    """Recognised by BEGIN:VCALENDAR."""

    name = "icalendar"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """A calendar by its first line, whatever the file is called."""
        return head.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR")

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """Every event that is a talk. All-day events, cancelled ones, breaks, meals and registration are none."""
        text, problems = read_legacy_text(path, options.limit)
        if "BEGIN:VEVENT" not in text.upper():
            raise InputError("The calendar holds no event.", "line 1")
        said = calendar_properties(text)
        events = read_events(text, problems)
        zones = read_zones(text, problems)
        name, identity, notes = _name(path, options, said, events)
        within, complaint = zone(options.timezone or said.get("X-WR-TIMEZONE"))
        if complaint:
            problems.append(FoundProblem("warning", complaint))
        place = _common_place(event.text("LOCATION") for event in events)
        reader = _Reader(events, zones, within, place, problems)
        talks = reader.talks()
        dates = sorted(talk.date for talk in talks if talk.date)
        city, country = (place[0], place[1]) if place else (None, None)
        edition = name_edition(
            name, folder=path.stem, series=options.series, start_date=dates[0] if dates else None,
            end_date=dates[-1] if dates else None, city=city, country=country,
            guessed=(*((NAME_OF_FILE,) if notes else ()), *((DATES_OF_TALKS,) if dates else ())),
        )  # fmt: skip
        is_whole = not any(problem.severity == "error" for problem in problems)
        programme = Programme(edition, tuple(talks), is_whole=is_whole)
        found = Parsed(f"icalendar:{identity or edition.slug}", programme, tuple(problems), tuple(notes))
        return reader.count(said, events).on(found)


def _name(
    path: Path, options: ReadOptions, said: dict[str, str], events: Sequence[Event]
) -> tuple[str, str | None, list[str]]:
    """Name of the edition, what identifies the calendar, and notes on a name that was guessed."""
    sched = _SCHED.search(said.get("PRODID", ""))
    pretalx = next((found for event in events[:5] if (found := _PRETALX.match(event.text("UID") or ""))), None)
    own = sched[1] if sched else said.get("X-WR-CALNAME") or said.get("NAME")
    identity = slugify(own) if own else f"pretalx-{slugify(pretalx[1])}" if pretalx else None
    name = options.edition or own or (pretalx[1] if pretalx else None)
    if name:
        return name, identity, []
    name = path.stem.replace("_", " ").replace("-", " ").strip() or path.stem
    return name, None, [f"The edition is called “{name}” after the file. Name it with --edition."]


def _common_place(locations: Iterable[str | None]) -> tuple[str, str] | None:
    """City and country where nearly all locations end in the same two parts, as Sched writes them."""
    ends = Counter(
        (parts[-2].strip(), parts[-1].strip()) if len(parts := location.split(",")) > 2 else ("", "")
        for location in locations
        if location
    )
    if not ends:
        return None
    (city, country), count = ends.most_common(1)[0]
    return (city, country) if city and country and count >= 0.9 * ends.total() and ends.total() > 2 else None


class _Reader:
    """The talks of one calendar."""

    def __init__(
        self, events: Sequence[Event], zones: dict[str, tzinfo], within: tzinfo | None, place: tuple[str, str] | None,
        problems: list[FoundProblem],
    ) -> None:  # fmt: skip
        self._zones = zones
        self._within = within
        self._suffix = f", {place[0]}, {place[1]}" if place else None
        self._problems = problems
        self._guessed: list[str] = []
        self._left_whole = 0
        self._by_title = 0
        self._floating = 0
        self._events = [event for event in _latest(events) if self._is_talk(event)]
        self._organisers = self._speaking_organisers()

    def count(self, said: dict[str, str], events: Sequence[Event]) -> Tally:
        """The properties of the calendar and of its events, and what was guessed of the talks."""
        tally = Tally()
        for name in said.keys() - {"BEGIN"}:
            is_name = name == "PRODID" and bool(_SCHED.search(said[name]))
            (tally.keep if is_name or name in _KEPT_OF_CALENDAR else tally.lose)("calendar", name)
        kept = _KEPT | ({"ORGANIZER"} if self._organisers else set())
        for event in events:
            for name in event.component:
                (tally.keep if name in kept else tally.lose)("event", name)
        tally.guess("talk.speakers", "from the end of its title", len(self._guessed))
        tally.guess("talk.speakers", "from the organiser of the event", len(self._events) if self._organisers else 0)
        tally.guess("talk.kind", "from its title", self._by_title)
        return tally

    def talks(self) -> list[TalkRecord]:
        """One talk for each UID, and for each title of a UID that stands for several; in the order of the file."""
        titles: dict[str, set[str]] = defaultdict(set)
        for event in self._events:
            titles[event.text("UID") or ""].add(name_key(event.text("SUMMARY") or ""))
        shared = [uid for uid, different in titles.items() if uid and len(different) > 1]
        if shared:
            self._problems.append(
                FoundProblem(
                    "warning",
                    f"{len(shared)} UIDs, such as “{shared[0][:60]}”, stand for several events each; "
                    "these are told apart by their titles as well.",
                )
            )
        talks: dict[str, list[Event]] = {}
        for event in self._events:
            uid = event.text("UID") or ""
            key = uid[:200]
            if not uid or len(titles[uid]) > 1:
                seed = name_key(event.text("SUMMARY") or "") + ("" if uid else str(event.moment("DTSTART")))
                key = f"{uid[:100] or 'event'}-{hashlib.sha256(seed.encode()).hexdigest()[:8]}"
            talks.setdefault(key, []).append(event)
        records = [self._talk(key, given) for key, given in talks.items()]
        self._say_guesses()
        return records

    def _is_talk(self, event: Event) -> bool:
        title, begin = event.text("SUMMARY"), event.moment("DTSTART")
        if not title:
            self._problems.append(
                FoundProblem("error", "The event has no SUMMARY; it is left out.", f"line {event.line}")
            )
            return False
        if (event.text("STATUS") or "").upper() == "CANCELLED" or _CANCELLED.match(title):
            return False
        if begin is not None and not isinstance(begin, datetime):
            return False
        categories = event.categories()
        if categories and all(_NO_TALKS.search(category) for category in categories):
            return False
        return not (is_break(title) or _SERVICE.fullmatch(title.strip(_EDGES)))

    def _speaking_organisers(self) -> bool:
        """Whether ORGANIZER changes from event to event, so that it is who speaks and not who organises."""
        names = Counter(name for event in self._events if (name := event.parameter("ORGANIZER", "CN")))
        speaking = len(names) >= 3 and len(names) * 3 >= len(self._events)
        if speaking:
            self._problems.append(
                FoundProblem("warning", f"Speakers are taken from ORGANIZER, which names {len(names)}; check them.")
            )
        return speaking

    def _talk(self, key: str, given: Sequence[Event]) -> TalkRecord:
        first = given[0]
        summary = first.text("SUMMARY") or ""
        split = self._split(first, summary)
        slots = list(dict.fromkeys(self._slot(event) for event in given))
        begin = first.moment("DTSTART")
        if begin is None:
            self._complain("The event has no readable DTSTART; it has no date", first)
        if first.component.get("RRULE") is not None:
            self._complain("The event repeats by a rule; only its first time is kept", first)
        categories = first.categories()
        text = first.text("DESCRIPTION")
        kind = kind_of(*categories, summary)
        self._by_title += kind != kind_of(*categories)
        return TalkRecord(
            key=key,
            title=split.title,
            raw_title=summary,
            position=f"line {first.line}",
            kind=kind,
            track=", ".join(categories) or None,
            date=slots[0].starts_at[:10] if slots[0].starts_at else None,
            starts_at=slots[0].starts_at,
            duration_minutes=self._duration(first),
            room=slots[0].room,
            slots=tuple(slots) if len(slots) > 1 else (),
            raw_abstract=text,
            markup="html" if text and _HTML.search(text) else "plain",
            speakers=split.speakers,
            reference=first.text("URL"),
        )

    def _split(self, event: Event, summary: str) -> SplitTitle:
        if self._organisers:
            name = event.parameter("ORGANIZER", "CN")
            return SplitTitle(summary, tuple(SpeakerRecord(each) for each in _names(name or "")))
        is_pretalx = bool(_PRETALX.match(event.text("UID") or ""))
        split = split_title(summary, is_surely_last=is_pretalx)
        if split:
            self._guessed.append(summary)
            return split
        self._left_whole += bool(re.search(r"\s[-–—]\s", summary))
        return SplitTitle(summary, ())

    def _say_guesses(self) -> None:
        if self._guessed:
            left = f" {self._left_whole} more with a dash were left whole." if self._left_whole else ""
            self._problems.append(
                FoundProblem(
                    "warning",
                    f"Speakers were read from the end of {len(self._guessed)} titles, such as "
                    f"“{self._guessed[0][:120]}”: a guess, check them.{left}",
                )
            )
        if self._floating:
            self._problems.append(
                FoundProblem(
                    "warning", f"{self._floating} times have no zone and are kept as they stand. Give --timezone."
                )
            )

    def _slot(self, event: Event) -> SlotRecord:
        when = event.moment("DTSTART")
        starts_at = None
        if isinstance(when, datetime):
            if when.tzinfo is None:
                within = self._zones.get(event.zone_name("DTSTART") or "") or self._within
                self._floating += within is None
                when = when.replace(tzinfo=within)
            elif self._within is not None and not when.utcoffset():
                when = _in_zone(when, self._within)
            starts_at = when.isoformat(timespec="seconds")
        room = event.text("LOCATION")
        if room and self._suffix and room.endswith(self._suffix):
            room = room.removesuffix(self._suffix)
        return SlotRecord(starts_at, room)

    def _duration(self, event: Event) -> float | None:
        begin, end, length = event.moment("DTSTART"), event.moment("DTEND"), event.length()
        if length is None and isinstance(begin, datetime) and isinstance(end, datetime):
            if (begin.tzinfo is None) != (end.tzinfo is None):
                return None
            length = end - begin
        if length is None:
            return None
        found = minutes(length.total_seconds() / 60, str(length))
        if found.complaint:
            self._complain(found.complaint.rstrip("."), event)
        return found.minutes

    def _complain(self, message: str, event: Event) -> None:
        self._problems.append(FoundProblem("warning", f"{message}.", f"line {event.line}"))


def _names(text: str) -> list[str]:
    """Names of an ORGANIZER; some calendars write a list of a programming language there."""
    if text.startswith("[") and text.endswith("]"):
        return [(one or two).strip() for one, two in re.findall(r"'([^']*)'(?=[,\]])|\"([^\"]*)\"(?=[,\]])", text)]
    return [name for name in re.split(r"\s*[,;]\s*", text) if name]


def _in_zone(when: datetime, within: tzinfo) -> datetime:
    """A time in UTC as the clock of the event shows it, so that its day is the event's day."""
    try:
        return when.astimezone(within)
    except (OverflowError, ValueError):
        return when


def _latest(events: Sequence[Event]) -> list[Event]:
    """Events without those that a later SEQUENCE of the same UID, and of the same recurrence, replaces."""
    newest: dict[tuple[str, str], int] = {}
    keys: list[tuple[tuple[str, str], int]] = []
    for event in events:
        key = (event.text("UID") or f"line {event.line}", str(event.moment("RECURRENCE-ID") or ""))
        number = event.text("SEQUENCE") or "0"
        sequence = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        keys.append((key, sequence))
        newest[key] = max(newest.get(key, 0), sequence)
    return [event for event, (key, sequence) in zip(events, keys, strict=True) if sequence == newest[key]]
