"""Sessions of Sessionize to talks. A plenum repeated in every room, or a session in several slots, is one talk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from app.ingest.formats import schedule_fields
from app.ingest.formats.careful_json import listing, mapping, text_of, word
from app.ingest.formats.noted import noted, together
from app.ingest.formats.spans import between, objects
from app.ingest.record import FoundProblem, ResourceRecord, SlotRecord, SpeakerRecord, TalkRecord
from app.text.language import NAMES, language_code
from app.text.markup import one_line

_TRACK = re.compile(r"\b(?:tracks?|topics?|streams?|themen?|theme|area)\b", re.IGNORECASE)
_LEVEL = re.compile(r"\b(?:level|niveau|difficulty|schwierigkeit\w*|expertise)\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"\b(?:languages?|sprache|langue|idioma|lingua|taal)\b", re.IGNORECASE)
_FORMAT = re.compile(r"\b(?:formats?|session types?|type of session|talk type|type|dauer|length)\b", re.IGNORECASE)
ASKS_FOR_COMPANY = re.compile(r"\s*(?:your )?(?:company|employer|organi[sz]ation|firma|unternehmen)\b", re.IGNORECASE)
_LINKS = (
    ("slides", re.compile(r"slide|folien|deck", re.IGNORECASE)),
    ("video", re.compile(r"video|youtube|recording|stream|aufzeichnung", re.IGNORECASE)),
    ("code", re.compile(r"github|repo|source code|sample code", re.IGNORECASE)),
)
_OWN_NAMES = {"deutsch": "de", "français": "fr", "español": "es", "italiano": "it", "nederlands": "nl", "日本語": "ja"}
_LANGUAGES = {name.casefold(): code for code, name in NAMES.items()} | _OWN_NAMES
_NOT_GIVEN = frozenset({"declined", "decline_queue", "withdrawn", "cancelled", "canceled"})
_SHARED_LINKS = frozenset({"company_website"})
"""Addresses that colleagues share, which would make one person of them."""

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """A session where a view has it, with the room and day it stands under."""

    session: object
    where: str
    room: object
    day: object


@dataclass
class SessionReader:
    """Collects sessions by id. `view` is the whole of the All view, whose lists the sessions refer to."""

    zone: tzinfo | None
    problems: list[FoundProblem]
    view: Object
    unreadable: set[str] = field(default_factory=set)
    is_whole: bool = True
    has_local_times: bool = False
    _talks: dict[str, TalkRecord] = field(default_factory=dict)
    _slots: dict[str, dict[SlotRecord, None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look-up tables of the lists beside the sessions."""
        self._people = {word(person.get("id")): person for person in objects(self.view.get("speakers"))}
        self._rooms = {word(room.get("id")): room.get("name") for room in objects(self.view.get("rooms"))}
        self._questions = {word(one.get("id")): one.get("question") for one in objects(self.view.get("questions"))}
        self._items = {
            word(item.get("id")): (text_of(category.get("title")) or "", text_of(item.get("name")) or "")
            for category in objects(self.view.get("categories"))
            for item in objects(category.get("items"))
        }

    def add(self, found: Found) -> None:
        """Take up one session; a broken one costs only itself."""
        session = mapping(found.session)
        if session.get("isServiceSession") is True:
            return
        key = word(session.get("id"))
        title = text_of(session.get("title")) or word(session.get("title"))
        if key is None:
            self.is_whole = False
            self._say("error", "A session without an id; it is left out.", found.where)
        elif title is None:
            self.unreadable.add(key)
            self._say("error", "`title` is missing or not text. This session is left out.", f"{found.where}.title")
        elif (word(session.get("status")) or "").casefold() in _NOT_GIVEN:
            self._say("warning", f"“{title[:80]}” is {session['status']}; it is left out.", found.where)
        else:
            self._take(key, title, session, found)

    def talks(self) -> tuple[TalkRecord, ...]:
        """One talk for each id, with all its slots where there are several."""
        made: list[TalkRecord] = []
        for key, talk in self._talks.items():
            slots = tuple(self._slots[key])
            made.append(TalkRecord(**{**vars(talk), "slots": slots}) if len(slots) > 1 else talk)
        return tuple(made)

    def _say(self, severity: Any, message: str, where: str) -> None:
        self.problems.append(FoundProblem(severity, message, where))

    def _take(self, key: str, title: str, session: Object, found: Found) -> None:
        start = schedule_fields.moment(word(session.get("startsAt")), self.zone)
        end = schedule_fields.moment(word(session.get("endsAt")), self.zone)
        length = between(start.starts_at, end.starts_at)
        room_id = word(session.get("roomId"))
        named = session.get("room") or found.room or (self._rooms.get(room_id) if room_id else None)
        room = text_of(named) or word(named)
        slots = self._slots.setdefault(key, {})
        slots[SlotRecord(start.starts_at, room)] = None
        if key in self._talks:
            return
        for complaint in (start.complaint, end.complaint, length.complaint):
            if complaint:
                self._say("warning", complaint, found.where)
        self.has_local_times |= start.is_local
        day = schedule_fields.moment((word(found.day) or "")[:10], None).date
        chosen, others = self._chosen(session)
        self._talks[key] = TalkRecord(
            key=key,
            title=title,
            raw_title=session["title"] if isinstance(session["title"], str) else title,
            position=found.where,
            kind=schedule_fields.kind_of(chosen.get("format")),
            track=chosen.get("track"),
            level=chosen.get("level"),
            language=self._language(chosen.get("language"), found.where),
            date=start.date or day,
            starts_at=start.starts_at,
            duration_minutes=length.minutes,
            room=room,
            raw_abstract=text_of(session.get("description")),
            speakers=tuple(self._speakers(session, found.where)),
            resources=tuple(self._resources(session)),
            note=together(*(noted(title, *names) for title, names in others.items())),
        )

    def _chosen(self, session: Object) -> tuple[dict[str, str], dict[str, list[str]]]:
        """Track, level, language and format, by the titles of the categories, several of one joined; and the others."""
        pairs = [self._items[key] for key in map(word, listing(session.get("categoryItems"))) if key in self._items]
        for category in objects(session.get("categories")):
            title = text_of(category.get("title")) or text_of(category.get("name")) or ""
            pairs += [(title, text_of(item.get("name")) or "") for item in objects(category.get("categoryItems"))]
        chosen: dict[str, list[str]] = {}
        others: dict[str, list[str]] = {}
        for title, name in pairs:
            patterns = (("language", _LANGUAGE), ("level", _LEVEL), ("track", _TRACK), ("format", _FORMAT))
            kind = next((kind for kind, pattern in patterns if pattern.search(title[:200])), None)
            if kind and name:
                chosen.setdefault(kind, []).append(name)
            elif name:
                others.setdefault(one_line(title[:200]) or "Categories", []).append(name)
        return {kind: ", ".join(names) for kind, names in chosen.items()}, others

    def _language(self, name: str | None, where: str) -> str | None:
        """The code of the language; of several named, none is said to be the one."""
        if name is None:
            return None
        codes = {_LANGUAGES.get(part.strip().casefold()) or language_code(part) for part in re.split("[,/]", name)}
        if len(codes) == 1 and None not in codes:
            return codes.pop()
        self._say("warning", f"“{name[:80]}” is not one known language; left empty.", where)
        return None

    def _speakers(self, session: Object, where: str) -> list[SpeakerRecord]:
        found: list[SpeakerRecord] = []
        for entry in listing(session.get("speakers")):
            key = word(entry.get("id")) if isinstance(entry, dict) else word(entry)
            person = self._people.get(key) or mapping(entry)
            name = text_of(person.get("fullName")) or text_of(person.get("name")) or _joined(person)
            if name is None:
                self._say("warning", f"The speaker “{str(key)[:60]}” is not in the file; left out.", where)
                continue
            links = [link for link in objects(person.get("links")) if _is_own(link)]
            found.append(
                SpeakerRecord(
                    name=name,
                    affiliation=self._company(person),
                    tagline=text_of(person.get("tagLine")),
                    bio=text_of(person.get("bio")),
                    links=tuple(url for link in links if (url := word(link.get("url")))),
                )
            )
        return found

    def _company(self, person: Object) -> str | None:
        answers = self._answers(person)
        return next(
            (answer for question, answer in answers if ASKS_FOR_COMPANY.match(question) and "://" not in answer), None
        )

    def _answers(self, thing: Object) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for answer in objects(thing.get("questionAnswers")):
            question = text_of(answer.get("question")) or text_of(self._questions.get(word(answer.get("questionId"))))
            said = word(answer.get("answerValue")) or word(answer.get("answer"))
            if said:
                found.append((question or "", said))
        return found

    def _resources(self, session: Object) -> list[ResourceRecord]:
        found = [ResourceRecord("video", url) for url in [word(session.get("recordingUrl"))] if url]
        found += [ResourceRecord("video", url, "Live stream") for url in [word(session.get("liveUrl"))] if url]
        for question, answer in self._answers(session):
            if answer.startswith(("http://", "https://")) and not re.search(r"\s", answer):
                kind = next((kind for kind, pattern in _LINKS if pattern.search(question[:200])), "article")
                found.append(ResourceRecord(kind, answer, question or None))
        return found


def _is_own(link: Object) -> bool:
    return (word(link.get("linkType")) or "").casefold() not in _SHARED_LINKS


def _joined(person: Object) -> str | None:
    parts = (text_of(person.get("firstName")), text_of(person.get("lastName")))
    return " ".join(part for part in parts if part) or None
