"""The `<schedule><day><entry>` XML of EuroPython 2014's own site, which names neither its event nor a time zone.

Talks and other entries are numbered apart there, so that one number may stand for both: keys say which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path

from app.errors import InputError
from app.ingest.formats.field_use import Tally
from app.ingest.formats.noted import noted
from app.ingest.formats.positioned_xml import Node, load
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.schedule_fields import duration, kind_of, on_day, zone
from app.ingest.formats.schedule_talks import Conference, Session, name_by_file, name_conference, parsed
from app.ingest.formats.xml_fields import ENTRIES
from app.ingest.record import FoundProblem, Parsed, SpeakerRecord

_ROOT = re.compile(r"\A\s*(?:<\?xml[^>]*>\s*)?<schedule\b[^>]*>\s*<day\b[^>]*>\s*<entry\b")


class EntryXml:
    """One file is one edition. Talks are keyed by whether they are one and the entry's id."""

    name = "entry-xml"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """XML whose root is `schedule`, with days of entries."""
        return path.suffix.lower() == ".xml" and bool(_ROOT.match(head.lstrip("\ufeff")))

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
        days = sorted(day.attributes.get("date", "") for day in document.root.each("day"))
        named = name_by_file(path, options, problems)
        first, last = (days[0], days[-1]) if days else (None, None)
        conference = Conference(named.title, start=first, end=last, guessed=named.guessed)
        edition, identity = name_conference(conference, options)
        sessions = _sessions(document.root, options, problems)
        found = parsed(f"entry-xml:{identity}", edition, sessions, problems, is_whole=document.broken is None)
        return Tally().read(document.root, ENTRIES).on(found)


def _sessions(root: Node, options: ReadOptions, problems: list[FoundProblem]) -> Iterator[Session]:
    within, complaint = zone(options.timezone)
    if complaint:
        problems.append(FoundProblem("warning", complaint))
    for day in root.each("day"):
        for entry in day.each("entry"):
            if not entry.is_whole:
                continue
            number = entry.attributes.get("id", "").strip()
            where = f"line {entry.line}, entry {number[:40]}"
            when = on_day(day.attributes.get("date"), entry.say("start"), time(), within)
            length = duration(entry.say("duration"))
            complaints = [said for said in (when.complaint, length.complaint) if said]
            problems.extend(FoundProblem("warning", said, where) for said in complaints)
            category = entry.say("category")
            title = entry.child("title")
            topics = [topic.text.strip() for topic in entry.each("topics", "topic") if topic.text.strip()]
            yield Session(
                position=where,
                title=title.text if title else None,
                code=f"{'talk' if category else 'entry'}-{number}" if number else None,
                when=when,
                minutes=length.minutes,
                room=entry.say("room"),
                track=topics[0] if topics else None,
                note=noted("Topics", *topics) if len(topics) > 1 else None,
                kind=kind_of(category or (title.text if title else None)),
                level=entry.say("audience"),
                language=entry.say("language"),
                texts=(entry.say("abstract"), entry.say("description")),
                speakers=tuple(_speakers(entry)),
            )


def _speakers(entry: Node) -> Iterator[SpeakerRecord]:
    for speaker in entry.each("speakers", "speaker"):
        name = speaker.say("name")
        profile = speaker.say("profile")
        if name:
            yield SpeakerRecord(name, bio=speaker.say("description"), links=(profile,) if profile else ())
