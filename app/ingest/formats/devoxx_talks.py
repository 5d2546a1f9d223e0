"""Talks of Devoxx: presentations of 2011, and slots of the later day schedules, to records."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from app.ingest.formats import schedule_fields
from app.ingest.formats.careful_json import listing, mapping, text_of, word
from app.ingest.formats.field_use import shape
from app.ingest.formats.noted import noted, together
from app.ingest.formats.schedule_fields import Moment
from app.ingest.formats.spans import between, objects
from app.ingest.record import FoundProblem, SlotRecord, SpeakerRecord, TalkRecord
from app.text.language import language_code

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)
_NO_COMPANY = frozenset({"", "n/a", "na", "none", "-"})
_HANDLE = re.compile(r"@?(\w{1,30})\Z")
_KINDS = {"ignite sessions": "lightning", "quickie": "talk", "quickie sessions": "talk"}
Object = Mapping[str, Any]

PERSON = shape("speaker", "uuid id firstName lastName company twitter blog", only_read="bio")
_SPEAKERS = shape("talk.speakers", "speaker speakerUri name", link=shape("talk.speakers.link", "href"))
_TAGS = shape("talk.tags", "name value")
_OF_TALK = "id title type talkType track experience lang room summary summaryAsHtml tags"
PRESENTATION = shape("talk", f"{_OF_TALK} presentationUri fromTime toTime kind", speakers=_SPEAKERS, tags=_TAGS)
SLOT = shape(
    "slot",
    "day fromTimeMillis fromTime toTimeMillis toTime roomName",
    talk=shape("talk", _OF_TALK, speakers=_SPEAKERS, tags=_TAGS),
)
"""A slot of a later day with its talk; breaks hold none."""


@dataclass
class DevoxxReader:
    """Collects talks by id. `people` are the speakers known beside the talks."""

    zone: tzinfo | None
    problems: list[FoundProblem]
    people: list[dict[str, Any]]
    talks: dict[str, TalkRecord] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    is_whole: bool = True
    has_local_times: bool = False
    _slots: dict[str, dict[SlotRecord, None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """People by the last part of their address."""
        self._known: dict[str, dict[str, Any]] = {}
        for person in self.people:
            key = word(person.get("uuid")) or word(person.get("id"))
            if key:
                self._known[key] = {**self._known.get(key, {}), **person}

    def all_talks(self) -> Iterator[TalkRecord]:
        """The talks in the order met, with all their slots where there are several."""
        for key, talk in self.talks.items():
            slots = tuple(self._slots.get(key, {}))
            yield replace(talk, slots=slots) if len(slots) > 1 else talk

    def add_presentation(self, item: object, where: str) -> None:
        """One of the list of 2011; of the schedule of 2011 where only that is there, whose breaks have no address."""
        talk = mapping(item)
        if "fromTime" in talk and not talk.get("presentationUri"):
            return
        if "fromTime" in talk:
            talk = {**talk, "id": _last(talk["presentationUri"])}
        self._add(talk, where, talk.get("type"), text_of(talk.get("summary")), "plain")
        if "fromTime" in talk:
            self.add_time(talk)

    def add_time(self, slot: Object) -> None:
        """A slot of the schedule of 2011, for the presentation it names."""
        key = _last(slot.get("presentationUri"))
        if key is None or key not in self.talks:
            return
        start, end = (self._moment(word(slot.get(name)) or "", key) for name in ("fromTime", "toTime"))
        self._take_time(key, start, end, word(slot.get("room")))
        if schedule_fields.kind_of(word(slot.get("kind"))) == "keynote":
            self.talks[key] = replace(self.talks[key], kind="keynote")

    def add_slot(self, slot: object, where: str) -> None:
        """A slot of a later day; one without a talk is a break or free."""
        at = mapping(slot)
        talk = mapping(at.get("talk"))
        if not talk:
            if not isinstance(slot, dict) or at.get("talk") not in (None, {}):
                self.is_whole = False
                self.problems.append(FoundProblem("error", "This is no slot; it is left out.", where))
            return
        key = word(talk.get("id"))
        summary = text_of(talk.get("summaryAsHtml"))
        if key not in self.talks:
            text = summary or text_of(talk.get("summary"))
            self._add(talk, f"{where}.talk", talk.get("talkType"), text, "html" if summary else "plain")
        if key in self.talks:
            start, end = self._millis(at, "from"), self._millis(at, "to")
            self._take_time(key, start, end, text_of(at.get("roomName")))

    def dates(self, slots: Sequence[Any]) -> set[str]:
        """The days on which talks are given in a list of slots."""
        found = (self._millis(slot, "from").date for slot in objects(slots) if mapping(slot.get("talk")))
        return {date for date in found if date}

    def _add(self, talk: Object, where: str, listed_as: object, summary: str | None, markup: Any) -> None:
        key, title = word(talk.get("id")), text_of(talk.get("title")) or word(talk.get("title"))
        if key is None:
            self.is_whole = False
            self.problems.append(FoundProblem("error", "A talk without an id; it is left out.", where))
            return
        if title is None:
            self.unreadable.add(key)
            self.problems.append(FoundProblem("error", "`title` is missing or not text. This talk is left out.", where))
            return
        if key in self.talks:
            return
        form = word(listed_as)
        language = word(talk.get("lang"))
        track = text_of(talk.get("track"))
        self.talks[key] = TalkRecord(
            key=key,
            title=html.unescape(title),
            raw_title=title,
            position=where,
            kind=_KINDS.get((form or "").casefold()) or schedule_fields.kind_of(form),
            track=html.unescape(track) if track else None,
            level=(word(talk.get("experience")) or "").capitalize() or None,
            language=language_code(language) or language if language else None,
            room=text_of(talk.get("room")),
            raw_abstract=summary,
            markup=markup,
            speakers=tuple(self._speakers(talk)),
            note=together(
                f"Listed as {form}." if form and form.casefold() not in ("conference", "talk") else None,
                noted("Tags", *_tags(talk)),
            ),
        )

    def _speakers(self, talk: Object) -> Iterator[SpeakerRecord]:
        for entry in objects(talk.get("speakers")):
            link = word(entry.get("speakerUri")) or word(mapping(entry.get("link")).get("href"))
            person = self._known.get(_last(link) or "", {})
            names = (text_of(person.get("firstName")), text_of(person.get("lastName")))
            name = text_of(entry.get("speaker")) or text_of(entry.get("name")) or " ".join(filter(None, names))
            company = (text_of(person.get("company")) or "").strip()
            bio = text_of(person.get("bio"))
            if name:
                yield SpeakerRecord(
                    name=name,
                    affiliation=company if company.casefold() not in _NO_COMPANY else None,
                    bio=bio,
                    links=tuple(_links(person)),
                )

    def _moment(self, text: str, key: str) -> Moment:
        found = schedule_fields.moment(text, self.zone)
        if found.complaint:
            self.problems.append(FoundProblem("warning", found.complaint, self.talks[key].position))
        self.has_local_times |= found.is_local
        return found

    def _millis(self, slot: Object, side: str) -> Moment:
        """The moment of `fromTimeMillis`, at the offset that makes it the local `fromTime` beside it."""
        millis = slot.get(f"{side}TimeMillis")
        if isinstance(millis, bool) or not isinstance(millis, int) or not 0 <= millis < 253402300800000:
            return Moment()
        at = _EPOCH + timedelta(milliseconds=millis)
        local = schedule_fields.clock(word(slot.get(f"{side}Time")))
        zone: tzinfo = self.zone or UTC
        if local and self.zone is None:
            ahead = timedelta(hours=local.hour - at.hour, minutes=local.minute - at.minute)
            ahead -= timedelta(days=1) if ahead > timedelta(hours=14) else timedelta()
            ahead += timedelta(days=1) if ahead < timedelta(hours=-12) else timedelta()
            zone = timezone(ahead) if ahead % _QUARTER == timedelta() else UTC
        try:
            found = at.astimezone(zone)
        except OverflowError:
            return Moment()
        return Moment(found.date().isoformat(), found.isoformat(timespec="seconds"))

    def _take_time(self, key: str, start: Moment, end: Moment, room: str | None) -> None:
        slots = self._slots.setdefault(key, {})
        slots[SlotRecord(start.starts_at, room)] = None
        if len(slots) > 1:
            return
        length = between(start.starts_at, end.starts_at)
        if length.complaint:
            self.problems.append(FoundProblem("warning", length.complaint, self.talks[key].position))
        self.talks[key] = replace(
            self.talks[key],
            date=start.date,
            starts_at=start.starts_at,
            duration_minutes=length.minutes,
            room=room or self.talks[key].room,
        )


def _tags(talk: Object) -> Iterator[str | None]:
    for tag in listing(talk.get("tags")):
        yield text_of(mapping(tag).get("name")) or text_of(mapping(tag).get("value")) or word(tag)


def _last(address: object) -> str | None:
    return (word(address) or "").rstrip("/").rsplit("/", 1)[-1] or None


def _links(person: Object) -> Iterator[str]:
    handle = _HANDLE.match((word(person.get("twitter")) or "").strip())
    if handle:
        yield f"https://twitter.com/{handle[1]}"
    blog = (word(person.get("blog")) or "").strip()
    if blog and " " not in blog and "." in blog:
        yield blog if "://" in blog else f"https://{blog}"
