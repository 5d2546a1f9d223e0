"""Devoxx call-for-papers software: the lists of 2011 (presentations, schedule, speakers) and the later day schedules.

A file is the unit. The presentations of 2011 take times from the `schedule` and companies from the `speakers` named
alike beside them. A later day takes companies from replies about speakers of the same conference in its folder, and the
dates of the edition from its other days. Replies recorded with their request (`{"request": …, "response": {"jsonBody":
…}}`) are unwrapped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.ingest.formats import careful_json, schedule_fields
from app.ingest.formats.careful_json import listing, mapping, word
from app.ingest.formats.devoxx_talks import PERSON, PRESENTATION, SLOT, DevoxxReader
from app.ingest.formats.field_use import Shape, Tally, shape
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.spans import objects
from app.ingest.naming import DATES_OF_TALKS, NAME_OF_FILE, name_edition
from app.ingest.record import FoundProblem, Parsed, Programme

_WRAPPED = re.compile(r'\A\s*\{\s*"request"\s*:\s*\{[^{}]*"url"\s*:\s*"[^"]*/api/conferences/([\w-]+)/([\w/-]*)')
_FLAT_SPEAKERS = re.compile(r'"imageURI"\s*:')
_FLAT_SCHEDULE = re.compile(r'"(?:fromTime|toTime|partnerSlot)"\s*:')
_FLAT_TALKS = re.compile(r'"speakerUri"\s*:\s*"[^"]*/rest/v1/events/')
_SLOTS = re.compile(r'\A\s*\{\s*"slots"\s*:\s*\[')
_SLOT_MARKS = re.compile(r'"(?:slotId|fromTimeMillis|notAllocated|roomSetup)"\s*:')
_PEOPLE = re.compile(r'\A\s*\[\s*\{(?=[^\]]*"uuid"\s*:)(?=[^\]]*"avatarURL"\s*:)')
_CONFERENCE = re.compile(r"https?://([\w.-]+)/api/conferences/([\w-]+)/")
_SPEAKER = re.compile(r"speakers/?(?:[\w-]+)?/?\Z")
_SERIES = {
    "cfp.devoxx.co.uk": "Devoxx UK", "cfp.devoxx.be": "Devoxx Belgium", "cfp.devoxx.fr": "Devoxx France",
    "cfp.devoxx.pl": "Devoxx Poland", "cfp.devoxx.ma": "Devoxx Morocco", "cfp.devoxx.us": "Devoxx US",
}  # fmt: skip
_MOST_NEIGHBOURS = 200
_RECORDED = shape("file", request=shape("file.request", "url"), response=shape("file.response"))
_SLOTS_OF_DAY = shape("file", slots=SLOT)


class DevoxxCfp:
    """Programmes of the Devoxx family."""

    name = "devoxx-cfp"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: files of several conferences may lie in one folder."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """By what only this software writes."""
        return path.suffix.lower() == ".json" and _part(head) is not None

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def also_reads(self, path: Path) -> tuple[Path, ...]:
        """Files outside the unit that its records are read from."""
        return tuple(_neighbours(path, _head(path)))

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition with the talks of this file; lists of people and rooms hold none."""
        problems: list[FoundProblem] = []
        value = careful_json.load(read_text(path, options.limit), problems)
        asked = _WRAPPED.match(_head(path))
        tally = Tally()
        if isinstance(value, dict) and "response" in value:
            reply = mapping(value["response"])
            tally.read(value | {"response": {**reply, "jsonBody": None}}, _RECORDED)
            value = reply.get("jsonBody")
        if isinstance(value, dict) and isinstance(value.get("slots"), list):
            tally.read(value, _SLOTS_OF_DAY)
            return tally.on(_day(path, value["slots"], asked[1] if asked else None, options, problems))
        if isinstance(value, list) and any("speakerUri" in item for item in objects(value)):
            tally.read(value, PRESENTATION)
            return tally.on(_flat(path, value, options, problems))
        part = _part(_head(path))
        if asked or part == "people":
            is_read = part == "people" and any(path in _neighbours(file, _head(file)) for file in _beside(path))
            tally.read(value, PERSON if is_read else Shape("speaker" if part == "people" else path.stem))
            key = f"devoxx:{asked[1] if asked else path.parent.name}:{path.stem}"
            return tally.on(Parsed(key, None, tuple(problems)))
        raise InputError("This is no list of presentations and no day of a Devoxx schedule.", "line 1")


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(4096).decode("utf-8", errors="replace").removeprefix("\ufeff")
    except OSError:
        return ""


def _part(head: str) -> str | None:
    """Which part of a programme the file is: talks, schedule, people or other; None for no Devoxx file."""
    head = head.removeprefix("\ufeff")
    asked = _WRAPPED.match(head)
    if asked:
        return "people" if _SPEAKER.match(asked[2]) else "talks" if asked[2].startswith("schedules") else "other"
    if _SLOTS.match(head) and _SLOT_MARKS.search(head):
        return "talks"
    if _PEOPLE.match(head):
        return "people"
    if not re.match(r"\s*\[\s*\{", head):
        return None
    if _FLAT_SPEAKERS.search(head) and "/rest/v1/events/" in head:
        return "people"
    if _FLAT_SCHEDULE.search(head):
        return "schedule" if "/rest/v1/events/" in head else None
    return "talks" if _FLAT_TALKS.search(head) else None


def _neighbours(path: Path, head: str) -> list[Path]:
    """Files in the same folder that complete this one."""
    if _part(head) not in ("talks", "schedule"):
        return []
    asked = _WRAPPED.match(head)
    if not asked and not _SLOTS.match(head):
        named = {
            path.name.replace("presentations", part).replace("schedule", part) for part in ("schedule", "speakers")
        }
        return [file for name in sorted(named - {path.name}) if (file := path.with_name(name)).is_file()]
    found: list[Path] = []
    for file in _beside(path):
        other = _head(file)
        other_asked = _WRAPPED.match(other)
        same = (other_asked[1] if other_asked else None) == (asked[1] if asked else None)
        if file != path and same and _part(other) in ("people", "talks"):
            found.append(file)
    return found


def _beside(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.json"))[:_MOST_NEIGHBOURS]


def _read_neighbours(path: Path, options: ReadOptions, problems: list[FoundProblem]) -> list[Any]:
    values: list[Any] = []
    for file in _neighbours(path, _head(path)):
        try:
            value = careful_json.load(read_text(file, options.limit), problems)
        except InputError as error:
            problems.append(FoundProblem("warning", f"{error} What it adds to the talks is missing.", file.name))
            continue
        if isinstance(value, dict) and "response" in value:
            value = mapping(value["response"]).get("jsonBody")
        values += value if isinstance(value, list) else [value]
    return values


def _day(path: Path, slots: list[Any], code: str | None, options: ReadOptions, problems: list[FoundProblem]) -> Parsed:
    beside = objects(_read_neighbours(path, options, problems))
    reader = DevoxxReader(schedule_fields.zone(options.timezone)[0], problems, beside)
    for index, slot in enumerate(slots):
        reader.add_slot(slot, f"slots[{index}]")
    conference = _conference(slots)
    host, code = conference[0], code or conference[1]
    days = sorted({day for slot in objects(slots) if (day := word(slot.get("day")))})
    dates = reader.dates(slots)
    for other in beside:
        if conference[1] and _conference(listing(other.get("slots"))) == conference:
            dates |= reader.dates(listing(other["slots"]))
    year = f" {min(dates)[:4]}" if dates else ""
    guess = f"{_SERIES[host]}{year}" if host in _SERIES else code or path.stem
    key = f"devoxx:{host or 'unknown'}:{code or path.stem}:{','.join(days) or path.stem}"
    return _parsed(path, key, guess, reader, dates, options, problems)


def _conference(slots: Sequence[Any]) -> tuple[str | None, str | None]:
    """Host and code of the conference, by the addresses of its speakers."""
    for slot in objects(slots):
        for speaker in objects(mapping(slot.get("talk")).get("speakers")):
            found = _CONFERENCE.match(word(mapping(speaker.get("link")).get("href")) or "")
            if found:
                return found[1], found[2]
    return None, None


def _flat(path: Path, items: list[Any], options: ReadOptions, problems: list[FoundProblem]) -> Parsed:
    years = re.search(r"(?:19|20)\d\d", path.stem)
    key = f"devoxx:{years[0] if years else path.stem}"
    presentations = path.with_name(path.name.replace("schedule", "presentations"))
    if _part(_head(path)) == "schedule" and presentations != path and presentations.is_file():
        return Parsed(f"{key}:schedule", None, tuple(problems))
    beside = objects(_read_neighbours(path, options, problems))
    zone, complaint = schedule_fields.zone(options.timezone)
    if complaint:
        problems.append(FoundProblem("warning", complaint))
    reader = DevoxxReader(zone, problems, [item for item in beside if "firstName" in item or "lastName" in item])
    for index, item in enumerate(items):
        reader.add_presentation(item, f"[{index}]")
    for slot in beside:
        if "fromTime" in slot:
            reader.add_time(slot)
    if reader.has_local_times and zone is None and not complaint:
        message = "Times have no offset and are kept as they stand. Give --timezone."
        problems.append(FoundProblem("warning", message))
    dates = {talk.date for talk in reader.talks.values() if talk.date}
    return _parsed(path, key, f"Devoxx {years[0]}" if years else "Devoxx", reader, dates, options, problems)


def _parsed(
    path: Path,
    key: str,
    guess: str,
    reader: DevoxxReader,
    dates: set[str],
    options: ReadOptions,
    problems: list[FoundProblem],
) -> Parsed:
    if not options.edition:
        message = f"The file does not name its event; “{guess}” is from its addresses or name. Give --edition."
        problems.append(FoundProblem("warning", message))
    edition = name_edition(
        options.edition or guess,
        folder=path.stem,
        series=options.series,
        start_date=min(dates) if dates else None,
        end_date=max(dates) if dates else None,
        guessed=(*(() if options.edition else (NAME_OF_FILE,)), *((DATES_OF_TALKS,) if dates else ())),
    )
    talks = tuple(reader.all_talks())
    return Parsed(key, Programme(edition, talks, frozenset(reader.unreadable), reader.is_whole), tuple(problems))
