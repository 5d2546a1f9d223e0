"""c3voc `schedule.json`: version 1 as frab and pretalx write it, and version 2 of the hub.

Version 1 nests events in days and rooms; version 2 lists events and persons, and rooms and tracks are objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.ingest.formats import careful_json
from app.ingest.formats.careful_json import listing, mapping, text_of, word
from app.ingest.formats.field_use import Tally, shape
from app.ingest.formats.noted import noted
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.schedule_fields import Minutes, Moment, clock, duration, kind_of, minutes, moment, on_day, zone
from app.ingest.formats.schedule_links import link_shape, resource
from app.ingest.formats.schedule_talks import Conference, Session, name_conference, parsed, schedule_key
from app.ingest.record import FoundProblem, Parsed, ResourceRecord, SpeakerRecord

_SCHEDULE = re.compile(r'"schedule"\s*:\s*\{\s*"(?!\d{4}-\d\d-\d\d")')
_INSIDE = re.compile(r'"(conference|base_url|timeslot_duration|events)"\s*:')
_NAMED = "name slug guid code id"
_PERSON = shape(
    "person",
    "guid code id public_name name full_public_name url role links",
    only_read="biography description",
    links=shape("person.links", "url href"),
)
_EVENT = shape(
    "event",
    "guid code id date start end duration room track title subtitle type language abstract description url "
    "video_download_url recording_license persons participants attachments links",
    room=shape("event.room", _NAMED),
    track=shape("event.track", _NAMED),
    persons=_PERSON,
    participants=_PERSON,
    attachments=link_shape("event.attachments"),
    links=link_shape("event.links"),
)
_DAYS = shape("day", "date day_start start", rooms=shape("day.rooms", each=_EVENT))
_FILE = shape(
    "file",
    schedule=shape(
        "schedule",
        "base_url url",
        conference=shape(
            "conference",
            "title acronym start end city url base_url time_zone_name",
            rooms=shape("room", _NAMED),
            tracks=shape("track", _NAMED),
            persons=_PERSON,
            days=_DAYS,
        ),
        persons=_PERSON,
        events=_EVENT,
        days=_DAYS,
    ),
)
_ROLES = {"moderator": "moderator", "panelist": "panelist", "host": "host"}


class C3vocJson:
    """One file is one edition. Talks are keyed by `guid`, else by `code` or `id`."""

    name = "c3voc"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """A JSON object with a `schedule` that tells of a conference."""
        return (
            path.suffix.lower() == ".json"
            and head.lstrip("\ufeff \t\r\n").startswith("{")
            and bool(_SCHEDULE.search(head) and _INSIDE.search(head))
            and "json-schema.org" not in head
        )

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition and its talks."""
        problems: list[FoundProblem] = []
        value = mapping(careful_json.load(read_text(path, options.limit), problems))
        if not isinstance(value.get("schedule"), dict):
            raise InputError("`schedule` is missing or no object; this is no schedule.json.", "schedule")
        schedule = _Schedule(value["schedule"], options, problems)
        edition, identity = name_conference(schedule.conference(), options)
        sessions = list(schedule.sessions())  # only then is it known whether the file is whole
        found = parsed(schedule_key(identity), edition, sessions, problems, is_whole=schedule.is_whole)
        return Tally().read(value, _FILE).on(found)


class _Schedule:
    """A schedule with what its events refer to: zone, base address, persons, rooms and tracks."""

    def __init__(self, value: Mapping[str, Any], options: ReadOptions, problems: list[FoundProblem]) -> None:
        self.value = value
        self.problems = problems
        self.is_whole = True
        self.about = mapping(value.get("conference"))
        self.base = text_of(value.get("base_url")) or text_of(self.about.get("base_url"))
        self.zone, complaint = zone(options.timezone or text_of(self.about.get("time_zone_name")))
        if complaint:
            problems.append(FoundProblem("warning", complaint, "schedule.conference.time_zone_name"))
        self.persons = _by_id(value.get("persons") or self.about.get("persons"))
        self.rooms = _by_id(self.about.get("rooms"))
        self.tracks = _by_id(self.about.get("tracks"))

    def conference(self) -> Conference:
        """The event as a whole."""
        about = self.about
        return Conference(
            title=text_of(about.get("title")),
            acronym=text_of(about.get("acronym")),
            start=text_of(about.get("start")),
            end=text_of(about.get("end")),
            city=text_of(about.get("city")),
            url=text_of(about.get("url")) or text_of(self.value.get("url")) or self.base,
        )

    def sessions(self) -> Iterator[Session]:
        """Every event, in the order of the file, from wherever the version keeps it."""
        for place, event, day, change, room in self._events():
            if not isinstance(event, dict):
                self.is_whole = False
                self.problems.append(FoundProblem("error", "An event must be an object; it is left out.", place))
                continue
            yield self._session(place, event, day, change, room)

    def _events(self) -> Iterator[tuple[str, Any, str | None, time | None, str | None]]:
        for index, event in enumerate(listing(self.value.get("events"))):
            yield f"schedule.events[{index}]", event, None, None, None
        for number_, day in enumerate(listing(self.about.get("days")) or listing(self.value.get("days"))):
            here = mapping(day)
            begins = re.search(r"T(\d\d:\d\d)", text_of(here.get("day_start")) or text_of(here.get("start")) or "")
            change = clock(begins[1]) if begins else None
            for room, events in mapping(here.get("rooms")).items():
                for index, event in enumerate(listing(events)):
                    place = f"schedule.conference.days[{number_}].rooms.{room[:60]}[{index}]"
                    yield place, event, text_of(here.get("date")), change, room

    def _session(
        self, place: str, event: Mapping[str, Any], day: str | None, change: time | None, room: str | None
    ) -> Session:
        language = text_of(event.get("language"))
        when = self._when(event, day, change)
        length = self._length(event, when)
        for complaint in (when.complaint, length.complaint):
            if complaint:
                self.problems.append(FoundProblem("warning", complaint, place))
        return Session(
            position=place,
            title=text_of(event.get("title"), language),
            guid=word(event.get("guid")),
            code=word(event.get("code")),
            number=word(event.get("id")),
            subtitle=text_of(event.get("subtitle"), language),
            when=when,
            minutes=length.minutes,
            room=_named(event.get("room"), self.rooms, language) or room,
            track=_named(event.get("track"), self.tracks, language),
            kind=kind_of(text_of(event.get("type"), "en")),
            language=language,
            texts=(text_of(event.get("abstract"), language), text_of(event.get("description"), language)),
            speakers=tuple(self._speakers(event)),
            resources=tuple(self._resources(event)),
            reference=text_of(event.get("url")),
            note=noted("Licence", text_of(event.get("recording_license"))),
        )

    def _when(self, event: Mapping[str, Any], day: str | None, change: time | None) -> Moment:
        start = text_of(event.get("start"))
        said = moment(text_of(event.get("date")) or (start if start and len(start) > 8 else None), self.zone)
        if said.starts_at or not (said.date or day):
            return said
        derived = on_day(said.date or day, start, change, self.zone)
        return Moment(derived.date, derived.starts_at, said.complaint or derived.complaint)

    def _length(self, event: Mapping[str, Any], when: Moment) -> Minutes:
        said = duration(word(event.get("duration")))
        if said.minutes or said.complaint or not when.starts_at:
            return said
        until = moment(text_of(event.get("end")), self.zone) if len(text_of(event.get("end")) or "") > 8 else Moment()
        if not until.starts_at or until.is_local != when.is_local:
            return said
        lasted = datetime.fromisoformat(until.starts_at) - datetime.fromisoformat(when.starts_at)
        return minutes(lasted.total_seconds() / 60)

    def _speakers(self, event: Mapping[str, Any]) -> Iterator[SpeakerRecord]:
        for listed in (*listing(event.get("persons")), *listing(event.get("participants"))):
            person = mapping(listed)
            ids = (word(person.get(name)) for name in ("guid", "code", "id"))
            known = next((self.persons[key] for key in ids if key in self.persons), {})
            merged = {**known, **{key: value for key, value in person.items() if value}}
            name = next(
                (said for key in ("public_name", "name", "full_public_name") if (said := text_of(merged.get(key)))),
                None,
            ) or (listed.strip() if isinstance(listed, str) else None)
            if name:
                pages = [text_of(merged.get("url")), *(_address(link) for link in listing(merged.get("links")))]
                yield SpeakerRecord(
                    name,
                    role=_ROLES.get((text_of(person.get("role")) or "").casefold(), "speaker"),
                    bio=text_of(merged.get("biography")) or text_of(merged.get("description")),
                    links=tuple(page for page in pages if page),
                )

    def _resources(self, event: Mapping[str, Any]) -> Iterator[ResourceRecord]:
        base = text_of(event.get("url")) or self.base
        for link in (*listing(event.get("attachments")), *listing(event.get("links"))):
            said = mapping(link)
            found = resource(
                _address(link), text_of(said.get("title")) or text_of(said.get("name")), base,
                text_of(said.get("type")), text_of(said.get("service")),
            )  # fmt: skip
            if found:
                yield found
        film = text_of(event.get("video_download_url"))
        if film:
            yield ResourceRecord("video", film)


def _by_id(values: object) -> dict[str, Mapping[str, Any]]:
    """Objects of a list by each of their ids."""
    return {
        key: value
        for value in listing(values)
        if isinstance(value, dict)
        for key in (word(value.get(name)) for name in ("slug", "guid", "code", "id"))
        if key
    }


def _named(value: object, known: Mapping[str, Mapping[str, Any]], language: str | None) -> str | None:
    """The name of a room or track: text, an object with a name, or one that only refers to a known one."""
    if not isinstance(value, dict) or set(map(str, value)) <= {"en", "de", "fr", "es", "it", "nl", "pt", "ja"}:
        return text_of(value, language)
    ids = (word(value.get(name)) or "" for name in ("guid", "slug", "id"))
    return text_of(value.get("name"), language) or next(
        (text_of(known[key].get("name"), language) for key in ids if key in known), text_of(value.get("slug"))
    )


def _address(link: object) -> str | None:
    if isinstance(link, str):
        return link
    return text_of(mapping(link).get("url")) or text_of(mapping(link).get("href"))
