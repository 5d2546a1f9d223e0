"""Sessionize: the views All, Sessions and GridSmart of its public API. Speakers and SpeakerWall hold no talks.

No view names its event, and times have no offset: both come from the person who ingests, else the name of the event is
taken from the file's name, with a word about it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.ingest.formats import careful_json, schedule_fields
from app.ingest.formats.careful_json import listing, mapping
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.sessionize_fields import count_fields
from app.ingest.formats.sessionize_talks import Found, SessionReader
from app.ingest.formats.spans import objects
from app.ingest.naming import DATES_OF_TALKS, NAME_OF_FILE, name_edition
from app.ingest.record import FoundProblem, Parsed, Programme

_MARKS = re.compile(r'"(?:isServiceSession|isPlenumSession|isTopSpeaker|tagLine|questionAnswers|categoryItems)"\s*:')
_ALL = re.compile(r'\A\s*\{\s*"(?:sessions|speakers|questions|categories|rooms)"\s*:\s*\[')
_ALL_OPENING = re.compile(r'\A\s*\{\s*"sessions"\s*:\s*\[\s*\{\s*"id"\s*:\s*"[^"]*",\s*"title"\s*:\s*"')
_SESSIONS = re.compile(r'\A\s*\[\s*\{(?=[^\[]*"groupName"\s*:)(?=[^\[]*"groupId"\s*:)[^\[]*"sessions"\s*:\s*\[')
_GRID = re.compile(r'\A\s*\[\s*\{\s*"date"\s*:[^\[]*"rooms"\s*:\s*\[\s*\{[^\[]*"sessions"\s*:\s*\[')
_PEOPLE = re.compile(r'\A\s*\[\s*\{\s*"id"\s*:\s*"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}"\s*,\s*"(?:first|full)Name"\s*:')
_VIEW = re.compile(r"^(?:(?:view|all|sessions|gridsmart|grid|sessionize)(?:[-_. ]+|$))+", re.IGNORECASE)


class Sessionize:
    """One file is one event; its name tells two events apart, since nothing inside does."""

    name = "sessionize"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each view stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """By the shape of a view's beginning."""
        if path.suffix.lower() != ".json":
            return False
        head = head.removeprefix("\ufeff")
        if _ALL.match(head):
            return bool(_MARKS.search(head) or _ALL_OPENING.match(head))
        return any(view.match(head) for view in (_SESSIONS, _GRID, _PEOPLE))

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition and its sessions; service sessions are breaks and are left out."""
        problems: list[FoundProblem] = []
        value = careful_json.load(read_text(path, options.limit), problems)
        name = options.edition or _from_file_name(path)
        edition_key = name_edition(name, folder=path.stem).slug
        if isinstance(value, list) and not _has_sessions(value):
            if not any("fullName" in person or "firstName" in person for person in objects(value)):
                raise InputError("This is no view of Sessionize: no groups, days or speakers.", "line 1")
            return count_fields(value).on(Parsed(f"sessionize:speakers:{edition_key}", None, tuple(problems)))
        zone, complaint = schedule_fields.zone(options.timezone)
        reader = SessionReader(zone, problems, mapping(value))
        for found in _sessions(value):
            reader.add(found)
        talks = reader.talks()
        if not options.edition:
            problems.append(_word(f"The file does not name its event; “{name}” is from its name. Give --edition."))
        if complaint or (zone is None and reader.has_local_times):
            problems.append(_word(complaint or "Times have no offset and are kept as they stand. Give --timezone."))
        days = sorted(talk.date for talk in talks if talk.date)
        edition = name_edition(
            name,
            folder=path.stem,
            series=options.series,
            start_date=days[0] if days else None,
            end_date=days[-1] if days else None,
            guessed=(*(() if options.edition else (NAME_OF_FILE,)), *((DATES_OF_TALKS,) if days else ())),
        )
        payload = Programme(edition, talks, frozenset(reader.unreadable), reader.is_whole)
        return count_fields(value).on(Parsed(f"sessionize:{edition_key}", payload, tuple(problems)))


def _word(message: str) -> FoundProblem:
    return FoundProblem("warning", message)


def _has_sessions(groups: list[Any]) -> bool:
    return any("rooms" in group or "groupId" in group or "groupName" in group for group in objects(groups))


def _sessions(value: object) -> list[Found]:
    """Every session with where it stands, in the order of the file."""
    if isinstance(value, dict):
        if not isinstance(value.get("sessions"), list):
            raise InputError("`sessions` is missing or no list; this is no view of Sessionize.", "sessions")
        return _listed(value["sessions"], "sessions", None, None)
    if not isinstance(value, list):
        raise InputError("A view of Sessionize is an object or a list.", "line 1")
    found: list[Found] = []
    for number, group in enumerate(value):
        if not isinstance(group, dict):
            continue
        found += _listed(group.get("sessions"), f"[{number}].sessions", None, None)
        day = group.get("date")
        for place, room in enumerate(listing(group.get("rooms"))):
            name = mapping(room).get("name")
            found += _listed(mapping(room).get("sessions"), f"[{number}].rooms[{place}].sessions", name, day)
        if not any(listing(mapping(room).get("sessions")) for room in listing(group.get("rooms"))):
            found += _of_time_slots(group, number)
    return found


def _listed(sessions: object, where: str, room: object, day: object) -> list[Found]:
    return [Found(session, f"{where}[{index}]", room, day) for index, session in enumerate(listing(sessions))]


def _of_time_slots(group: dict[str, Any], number: int) -> list[Found]:
    """Sessions of a grid that lists them by time only."""
    found: list[Found] = []
    for row, slot in enumerate(listing(group.get("timeSlots"))):
        for place, room in enumerate(listing(mapping(slot).get("rooms"))):
            where = f"[{number}].timeSlots[{row}].rooms[{place}].session"
            if mapping(room).get("session") is not None:
                found.append(Found(mapping(room)["session"], where, mapping(room).get("name"), group.get("date")))
    return found


def _from_file_name(path: Path) -> str:
    """ "Global Azure Austria 2021" for `all-global-azure-austria-2021.json`; the folder where only a view is named."""
    words = re.split(r"[-_\s]+", _VIEW.sub("", path.stem)) if _VIEW.sub("", path.stem) else []
    words = words or re.split(r"[-_\s]+", path.parent.name)
    return " ".join(word if any(map(str.isupper, word)) else word.capitalize() for word in words if word) or "Event"
