"""frab, pentabarf and pretalx `schedule.xml`, as FOSDEM, CCC and FrOSCon publish it.

Old files have no `<date>`: the day of the programme and the start give it, past midnight where the night is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time, tzinfo
from pathlib import Path

from app.errors import InputError
from app.ingest.formats.field_use import Tally
from app.ingest.formats.noted import noted
from app.ingest.formats.positioned_xml import Node, load
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.schedule_fields import Moment, clock, duration, kind_of, moment, on_day, zone
from app.ingest.formats.schedule_links import absolute, resource
from app.ingest.formats.schedule_talks import Conference, Session, name_conference, parsed, schedule_key
from app.ingest.formats.xml_fields import FRAB
from app.ingest.record import FoundProblem, Parsed, ResourceRecord, SpeakerRecord
from app.text.markup import to_text

_ROOT = re.compile(r"\A\s*(?:(?:<!--(?:(?!-->).)*-->|<\?[^>]*>)\s*)*<schedule\b", re.DOTALL)


class FrabXml:
    """One file is one edition. Talks are keyed by `guid`, else by `id`."""

    name = "frab"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """XML whose root is `schedule` and which soon tells of a `conference` or an `event`."""
        return (
            path.suffix.lower() == ".xml"
            and bool(_ROOT.match(head.lstrip("\ufeff")))
            and ("<conference" in head or "<event" in head)
        )

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition and its talks; of a file that breaks off, those before the break."""
        document = load(read_text(path, options.limit))
        if document.root.tag != "schedule":
            raise InputError("The root element must be `schedule`.", f"line {document.root.line}")
        problems = list(document.problems)
        if document.broken:
            problems.append(document.broken)
        schedule = _Schedule(document.root, options, problems)
        edition, identity = name_conference(schedule.conference(), options)
        found = parsed(schedule_key(identity), edition, schedule.sessions(), problems, is_whole=document.broken is None)
        return Tally().read(document.root, FRAB).on(found)


class _Schedule:
    """A document with what its events refer to: zone, base address, biographies."""

    def __init__(self, root: Node, options: ReadOptions, problems: list[FoundProblem]) -> None:
        self.root = root
        self.problems = problems
        self.about = root.child("conference") or Node("conference", {}, root.line)
        self.base = self.about.say("base_url") or self.about.say("url") or root.say("base_url")
        zone_name = options.timezone or self.about.say("time_zone_name")
        found, complaint = zone(zone_name)
        self.zone: tzinfo | None = found
        if complaint:
            problems.append(FoundProblem("warning", complaint, f"line {self.about.line}"))
        self.day_change = clock(self.about.say("day_change"))
        self.people = {
            person.attributes["id"]: person for person in root.each("persons", "person") if "id" in person.attributes
        }

    def conference(self) -> Conference:
        """The event as a whole."""
        about = self.about
        days = sorted(day.attributes["date"] for day in self.root.each("day") if day.attributes.get("date"))
        return Conference(
            title=about.say("title"),
            acronym=about.say("acronym"),
            start=about.say("start") or (days[0] if days else None),
            end=about.say("end") or (days[-1] if days else None),
            city=about.say("city"),
            url=self.base,
        )

    def sessions(self) -> Iterator[Session]:
        """Every event that was read to its end, in the order of the file."""
        for day in self.root.each("day"):
            change = self._day_change(day)
            for holder in (day, *day.each("room")):
                for event in holder.each("event"):
                    if event.is_whole:
                        yield self._session(event, day.attributes.get("date"), change, holder.attributes.get("name"))

    def _day_change(self, day: Node) -> time | None:
        """When the day begins: times before are of the night after it."""
        if self.day_change is not None:
            return self.day_change
        begins = re.search(r"T(\d\d:\d\d)", day.attributes.get("start", ""))
        return clock(begins[1]) if begins else None

    def _session(self, event: Node, day: str | None, change: time | None, room: str | None) -> Session:
        where = f"line {event.line}" + (f", event {event.attributes['id'][:40]}" if event.attributes.get("id") else "")
        length = duration(event.say("duration"))
        when = self._when(event, day, change)
        for complaint in (length.complaint, when.complaint):
            if complaint:
                self.problems.append(FoundProblem("warning", complaint, where))
        title, recording = event.child("title"), event.child("recording")
        return Session(
            position=where,
            title=title.text if title else None,
            guid=event.attributes.get("guid", "").strip() or None,
            code=event.attributes.get("code", "").strip() or None,
            number=event.attributes.get("id", "").strip() or None,
            subtitle=event.say("subtitle"),
            when=when,
            minutes=length.minutes,
            room=event.say("room") or room,
            track=event.say("track"),
            kind=kind_of(event.say("type")),
            language=event.say("language"),
            texts=(event.say("abstract"), event.say("description")),
            speakers=tuple(self._speakers(event)),
            resources=tuple(self._resources(event)),
            reference=event.say("url"),
            note=noted("Licence", recording.say("license") if recording else None),
        )

    def _when(self, event: Node, day: str | None, change: time | None) -> Moment:
        said = moment(event.say("date"), self.zone)
        if said.starts_at:
            return said
        derived = on_day(said.date or day, event.say("start"), change, self.zone)
        return Moment(derived.date, derived.starts_at, said.complaint or derived.complaint)

    def _speakers(self, event: Node) -> Iterator[SpeakerRecord]:
        for person in event.each("persons", "person"):
            known = self.people.get(person.attributes.get("id", ""))
            name = person.text.strip() or person.say("name") or (known and (known.say("name") or known.text.strip()))
            if not name:
                continue
            biography = person.say("biography") or (known.say("biography") if known else None)
            page = person.attributes.get("url") or person.attributes.get("href") or person.say("url")
            yield SpeakerRecord(
                name, bio=(to_text(biography, "html") or None) if biography else None, links=(page,) if page else ()
            )

    def _resources(self, event: Node) -> Iterator[ResourceRecord]:
        base = event.say("url") or self.base
        for link in (*event.each("attachments", "attachment"), *event.each("links", "link")):
            said = link.attributes
            found = resource(said.get("href"), link.text, base, said.get("type"), said.get("service"))
            if found:
                yield found
        recording = event.child("recording")
        films = (recording.say("link"), recording.say("url")) if recording else ()
        for film in (event.say("video_download_url"), *films):
            if film:
                yield ResourceRecord("video", absolute(film, base))
