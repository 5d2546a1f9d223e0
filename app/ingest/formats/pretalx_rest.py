"""Dumps of pretalx's REST API: submissions as a list, as `{results}`, by code, or in PyConFR's day > minute > room.

Speakers stand in full in a submission, or by code: then in `speakers` of the same file, or in a `speakers.json` beside
`submissions.json` in one folder. Submissions that were not accepted are no talks.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.ingest.formats import careful_json
from app.ingest.formats.careful_json import listing, mapping, number, text_of, word
from app.ingest.formats.noted import noted
from app.ingest.formats.pretalx_fields import count_fields, lost_people
from app.ingest.formats.pretalx_people import LEVEL, answer, speakers_of
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.schedule_fields import Minutes, Moment, duration, kind_of, minutes, moment, on_day, zone
from app.ingest.formats.schedule_links import resource
from app.ingest.formats.schedule_talks import Conference, Session, name_by_file, name_conference, parsed
from app.ingest.naming import DATES_OF_TALKS
from app.ingest.record import FoundProblem, Parsed, ResourceRecord

_FIRST_CODE = re.compile(r'\A[\s\ufeff]*(?:\[\s*\{|\{\s*"[A-Z0-9]{5,8}"\s*:\s*\{)\s*"')
_CODE = re.compile(r'"code"\s*:\s*"[A-Z0-9]{5,8}"')
_SUBMISSION = re.compile(
    r'"(submission_type|submission_type_id|content_locale|slot_count|session_type|submissions)"\s*:'
)
_RESULTS = re.compile(r'\A[\s\ufeff]*\{[^{}\[\]]*"results"\s*:\s*\[\s*\{')
_BY_DAY = re.compile(r'"schedule"\s*:\s*\{\s*"\d{4}-\d\d-\d\d"\s*:\s*\{\s*"\d{1,4}"\s*:\s*\{')
_EVENT = re.compile(r"/(?:api/events|orga/event|media)/([\w-]+)/")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_IN_PROGRAMME = frozenset(["accepted", "confirmed"])
_FOLDER = ("submissions.json", "speakers.json")


@dataclass(frozen=True)
class _Place:
    """Where a submission stands in a file, and what its place says of its time."""

    path: str
    day: str | None = None
    minute: int | None = None
    room: str | None = None


class PretalxRest:
    """One dump is one edition. Talks are keyed by `code`."""

    name = "pretalx"

    def recognises_folder(self, folder: Path) -> bool:
        """A folder of `submissions.json` and `speakers.json`."""
        return all((folder / name).is_file() for name in _FOLDER)

    def recognises_file(self, path: Path, head: str) -> bool:
        """JSON that begins with submissions or speakers that have pretalx's codes."""
        if path.suffix.lower() != ".json":
            return False
        if _BY_DAY.search(head):
            return True
        begins = _FIRST_CODE.match(head) or _RESULTS.match(head)
        return bool(begins and _CODE.search(head) and _SUBMISSION.search(head))

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition and its talks. A file of speakers alone holds no records of its own."""
        problems: list[FoundProblem] = []
        people: Any
        if path.is_dir():
            value = careful_json.load(read_text(path / _FOLDER[0], options.limit), problems)
            people = careful_json.load(read_text(path / _FOLDER[1], options.limit), problems)
        else:
            value = careful_json.load(read_text(path, options.limit), problems)
            people = mapping(value).get("speakers")
        tally = count_fields(value, people if path.is_dir() else None)
        dump = _Dump(value, people, options, problems)
        if not dump.found:
            if dump.speakers:
                codes = "".join(sorted(dump.speakers))
                digest = hashlib.sha256(codes.encode()).hexdigest()[:16]
                return lost_people(value).on(Parsed(f"pretalx:speakers:{digest}", None, tuple(problems)))
            raise InputError("No submissions are found in this file; dump `/submissions/` of the API.", "line 1")
        conference = dump.conference() or name_by_file(path, options, problems)
        sessions = list(dump.sessions())
        dates = sorted(session.when.date for session in sessions if session.when.date)
        if dates:
            guessed = (*conference.guessed, DATES_OF_TALKS)
            conference = Conference(conference.title, conference.acronym, dates[0], dates[-1], guessed=guessed)
        edition, identity = name_conference(conference, options)
        return tally.on(parsed(f"pretalx:{identity}", edition, sessions, problems, is_whole=dump.is_whole))


class _Dump:
    """A dump with its submissions found, and what they refer to."""

    def __init__(self, value: Any, people: Any, options: ReadOptions, problems: list[FoundProblem]) -> None:
        self.value = value
        self.options = options
        self.problems = problems
        self.zone, complaint = zone(options.timezone or text_of(mapping(value).get("timezone")))
        if complaint:
            problems.append(FoundProblem("warning", complaint, "timezone"))
        self.rooms = {
            key: name
            for room in listing(mapping(value).get("rooms"))
            if (key := word(mapping(room).get("id"))) and (name := text_of(mapping(room).get("name")))
        }
        self.speakers: dict[str, Mapping[str, Any]] = {}
        self.found: list[tuple[_Place, Mapping[str, Any]]] = []
        self._collect_people(people)
        self._collect(value)
        pages = [mapping(value).get("next"), mapping(value).get("previous")]
        self.is_whole = not any(pages)
        if not self.is_whole:
            problems.append(
                FoundProblem(
                    "warning", "This is one page of several; no talk is withdrawn by it. Ingest all pages.", "next"
                )
            )

    def conference(self) -> Conference | None:
        """The event that addresses in the file name, unless a person named it."""
        if self.options.edition:
            return Conference(title=self.options.edition)
        for page in (mapping(self.value).get("next"), mapping(self.value).get("previous"), *self._room_pages()):
            named = _EVENT.search(page) if isinstance(page, str) else None
            if named:
                return Conference(title=named[1], acronym=named[1])
        return None

    def _room_pages(self) -> Iterator[Any]:
        for room in listing(mapping(self.value).get("rooms")):
            yield mapping(room).get("url")

    def _collect_people(self, people: Any) -> None:
        listed = (
            mapping(people).get("results", mapping(people).values()) if isinstance(people, dict) else listing(people)
        )
        for person in listed if not isinstance(listed, str) else ():
            code = word(mapping(person).get("code"))
            if code and text_of(mapping(person).get("name")):
                self.speakers[code] = person

    def _collect(self, value: Any) -> None:
        if isinstance(value, list):
            self._collect_list("", value)
            return
        for name in ("results", "submissions", "talks"):
            if isinstance(mapping(value).get(name), list):
                self._collect_list(name, value[name])
                return
        for name, part in mapping(value).items():
            if isinstance(part, dict) and _is_submission(part):
                self.found.append((_Place(name[:80]), part))
            elif isinstance(part, dict) and word(part.get("code")) and text_of(part.get("name")):
                self.speakers[str(word(part.get("code")))] = part
            elif isinstance(part, dict) and part and all(_DAY.fullmatch(day) for day in part):
                self._collect_days(name[:80], part)

    def _collect_list(self, name: str, items: list[Any]) -> None:
        for index, item in enumerate(items):
            place = _Place(f"{name}[{index}]")
            if _is_submission(item):
                self.found.append((place, item))
            elif word(mapping(item).get("code")) and text_of(mapping(item).get("name")):
                self.speakers[str(word(item["code"]))] = item
            else:
                self.found.append((place, mapping(item)))

    def _collect_days(self, name: str, days: Mapping[str, Any]) -> None:
        for day, hours in days.items():
            for at, rooms in mapping(hours).items():
                for room, item in mapping(rooms).items():
                    if _is_submission(item):
                        minute = int(at) if at.isascii() and at.isdigit() and len(at) < 5 else None
                        place = _Place(f"{name}.{day}.{at[:20]}.{room[:40]}", day, minute, self.rooms.get(room))
                        self.found.append((place, item))

    def sessions(self) -> Iterator[Session]:
        """One session for each slot of each submission that is in the programme."""
        left_out: Counter[str] = Counter()
        nameless: set[str] = set()
        for place, item in self.found:
            state = text_of(item.get("state"))
            if state and state.casefold() not in _IN_PROGRAMME:
                left_out[state[:40]] += 1
                continue
            yield from self._of_submission(place, item, nameless)
        if left_out:
            states = ", ".join(f"{count} {state}" for state, count in sorted(left_out.items()))
            self.problems.append(FoundProblem("warning", f"Submissions not accepted are left out: {states}."))
        if nameless:
            self.problems.append(
                FoundProblem(
                    "warning",
                    f"{len(nameless)} speakers are only given by code; dump them with `?expand=speakers`, or keep "
                    "`speakers.json` beside `submissions.json` in one folder.",
                )
            )

    def _of_submission(self, place: _Place, item: Mapping[str, Any], nameless: set[str]) -> Iterator[Session]:
        language = text_of(item.get("content_locale")) or text_of(item.get("language"))
        length = _length(item)
        shared = {
            "title": text_of(item.get("title"), language),
            "code": word(item.get("code")),
            "track": text_of(_name(item.get("track")), language),
            "kind": kind_of(text_of(_name(item.get("submission_type") or item.get("session_type")), "en")),
            "level": text_of(item.get("level")) or answer(item, *LEVEL),
            "language": language,
            "texts": (text_of(item.get("abstract"), language), text_of(item.get("description"), language)),
            "speakers": speakers_of(item, self.speakers, nameless),
            "resources": tuple(_resources(item)),
            "reference": text_of(item.get("website_url")) or text_of(mapping(item.get("urls")).get("public")),
            "note": noted("Tags", *_tags(item)),
        }
        for index, slot in enumerate(self._slots(item)):
            when = self._when(slot, place)
            for complaint in (when.complaint, length.complaint if index == 0 else None):
                if complaint:
                    self.problems.append(FoundProblem("warning", complaint, place.path))
            lasted = length if length.minutes else _between(when, moment(text_of(slot.get("end")), self.zone))
            yield Session(
                position=place.path,
                when=when,
                minutes=lasted.minutes,
                room=self._room(slot.get("room"), slot.get("room_id"), language) or place.room,
                **shared,  # type: ignore[arg-type]  # fields by name
            )

    def _slots(self, item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        slots = [mapping(slot) for slot in listing(item.get("slots")) if isinstance(slot, dict)]
        if not slots and isinstance(item.get("slot"), dict):
            slots = [item["slot"]]
        return slots or [item]

    def _when(self, slot: Mapping[str, Any], place: _Place) -> Moment:
        said = moment(text_of(slot.get("start")), self.zone)
        if said.starts_at or said.complaint or not place.day:
            return said
        at = f"{place.minute // 60:02}:{place.minute % 60:02}" if place.minute is not None else None
        return on_day(place.day, at, datetime.min.time(), self.zone)

    def _room(self, room: Any, room_id: Any, language: str | None) -> str | None:
        known = self.rooms.get(word(room) or "") or self.rooms.get(word(room_id) or "")
        return text_of(_name(room), language) or known


def _is_submission(item: Any) -> bool:
    return isinstance(item, dict) and "code" in item and "title" in item


def _name(value: Any) -> Any:
    """The name of an expanded track, type or room; the value itself where it is the name."""
    return value["name"] if isinstance(value, dict) and "name" in value else value


def _tags(item: Mapping[str, Any]) -> Iterator[str | None]:
    """Names of tags; a bare number is the id of one that is not in the dump."""
    for tag in listing(item.get("tags")):
        yield text_of(mapping(tag).get("tag")) or text_of(_name(tag))


def _length(item: Mapping[str, Any]) -> Minutes:
    said = item.get("duration")
    return duration(said) if isinstance(said, str) else minutes(number(said), said)


def _between(when: Moment, until: Moment) -> Minutes:
    if not when.starts_at or not until.starts_at or when.is_local != until.is_local:
        return Minutes(None)
    lasted = datetime.fromisoformat(until.starts_at) - datetime.fromisoformat(when.starts_at)
    return minutes(lasted.total_seconds() / 60)


def _resources(item: Mapping[str, Any]) -> Iterator[ResourceRecord]:
    for listed in listing(item.get("resources")):
        said = mapping(listed)
        found = resource(
            text_of(said.get("resource")) or text_of(said.get("link")) or text_of(said.get("url")),
            text_of(said.get("description")),
        )
        if found:
            yield found
    film = text_of(item.get("youtube_url"))
    if film:
        yield ResourceRecord("video", film)
