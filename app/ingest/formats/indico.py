"""Indico's `/export/event/ID.json`: contributions, subcontributions as parts of a container, sessions.

Indico writes people as "Last, First" where it does not give both names; authors who do not speak are no speakers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.ingest.formats import careful_json
from app.ingest.formats.careful_json import listing, mapping, number, text_of, word
from app.ingest.formats.field_use import Tally, shape
from app.ingest.formats.noted import noted
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.schedule_fields import Minutes, Moment, duration, kind_of, minutes, moment, zone
from app.ingest.formats.schedule_links import resource
from app.ingest.formats.schedule_talks import Conference, Session, name_conference, parsed
from app.ingest.record import FoundProblem, Parsed, ResourceRecord, SpeakerRecord

_RESULT = re.compile(r'"_type"\s*:\s*"(HTTPAPIResult|Conference|Contribution)"|"_fossil"\s*:\s*"conferenceMetadata')
_SAID = (
    "id db_id title description startDate duration track session room roomFullname type language url keywords "
    "speakers folders material"
)
_BESIDE = {
    "startDate": shape("contribution.startDate", "date time tz"),
    "type": shape("contribution.type", "name"),
    "speakers": shape("speaker", "first_name firstName last_name familyName fullName name affiliation"),
    "folders": shape(
        "folder", "title", attachments=shape("folder.attachments", "link_url download_url title filename")
    ),
    "material": shape("material", "title", resources=shape("material.resources", "url name")),
}
_PART = shape("subContribution", _SAID, also=_BESIDE)
_CONTRIBUTION = shape("contribution", _SAID, subContributions=_PART, also=_BESIDE)
_EVENT = shape(
    "event",
    "id title url timezone",
    startDate=shape("event.startDate", "date"),
    endDate=shape("event.endDate", "date"),
    contributions=_CONTRIBUTION,
    sessions=shape(
        "session", "title room roomFullname", session=shape("session.session", "title"), contributions=_CONTRIBUTION
    ),
)
_FILE = shape("file")
_DETAILS = "Export it with ?detail=subcontributions or ?detail=sessions."


class IndicoJson:
    """One exported event is one edition. Talks are keyed by the contribution's id."""

    name = "indico"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """A JSON object of Indico's export API."""
        begins = head.lstrip("\ufeff \t\r\n").startswith("{")
        return path.suffix.lower() == ".json" and begins and '"results"' in head and bool(_RESULT.search(head))

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition and its talks. Of several events in one file the first is read, and the rest is said."""
        problems: list[FoundProblem] = []
        value = mapping(careful_json.load(read_text(path, options.limit), problems))
        results = listing(value.get("results"))
        if not results or not isinstance(results[0], dict):
            raise InputError("`results` is missing or empty; this is no export of an event.", "results")
        if len(results) > 1:
            problems.append(
                FoundProblem(
                    "error",
                    f"The file holds {len(results)} events; only the first is read. Export them one by one.",
                    "results[1]",
                )
            )
        event = _Event(results[0], options, problems)
        sessions = list(event.sessions())
        if not sessions:
            raise InputError(f"The export holds no contributions. {_DETAILS}", "results[0].contributions")
        edition, identity = name_conference(event.conference(), options)
        host = re.match(r"https?://([\w.-]+)", text_of(event.value.get("url")) or "")
        number_ = word(event.value.get("id"))
        key = f"{host[1].lower() if host else 'event'}:{number_}" if number_ else identity
        tally = Tally().read({**value, "results": None}, _FILE).read(results[0], _EVENT)
        if len(results) > 1:
            tally.lose("file", "results", len(results) - 1)
        return tally.on(parsed(f"indico:{key}", edition, sessions, problems, is_whole=event.is_whole))


class _Event:
    """An exported event with its time zone."""

    def __init__(self, value: Mapping[str, Any], options: ReadOptions, problems: list[FoundProblem]) -> None:
        self.value = value
        self.problems = problems
        self.is_whole = True
        self.options = options
        self.zone, complaint = zone(options.timezone or text_of(value.get("timezone")))
        if complaint:
            problems.append(FoundProblem("warning", complaint, "results[0].timezone"))

    def conference(self) -> Conference:
        """The event as a whole. Its location is a venue, so no city is read from it."""
        return Conference(
            title=text_of(self.value.get("title")),
            start=text_of(mapping(self.value.get("startDate")).get("date")),
            end=text_of(mapping(self.value.get("endDate")).get("date")),
            url=text_of(self.value.get("url")),
        )

    def sessions(self) -> Iterator[Session]:
        """Contributions, and after each its subcontributions; those of sessions after those of none."""
        yield from self._listed("results[0].contributions", self.value.get("contributions"), None, None)
        for index, block in enumerate(listing(self.value.get("sessions"))):
            said = mapping(block)
            title = text_of(mapping(said.get("session")).get("title")) or text_of(said.get("title"))
            place = f"results[0].sessions[{index}].contributions"
            yield from self._listed(place, said.get("contributions"), title, _room(said))

    def _listed(self, place: str, items: Any, track: str | None, room: str | None) -> Iterator[Session]:
        for index, item in enumerate(listing(items)):
            here = f"{place}[{index}]"
            if not isinstance(item, dict):
                self.is_whole = False
                self.problems.append(FoundProblem("error", "A contribution must be an object; it is left out.", here))
                continue
            yield from self._contribution(here, item, track, room)

    def _contribution(
        self, place: str, item: Mapping[str, Any], track: str | None, room: str | None
    ) -> Iterator[Session]:
        key = word(item.get("id")) or word(item.get("db_id"))
        parts = [part for part in listing(item.get("subContributions")) if isinstance(part, dict)]
        when = self._when(item.get("startDate"))
        whole = self._session(
            place, item, key, when,
            track=text_of(item.get("track")) or text_of(item.get("session")) or track,
            room=_room(item) or room,
            is_container=bool(parts),
        )  # fmt: skip
        yield whole
        for index, part in enumerate(parts):
            number_ = word(part.get("id")) or word(part.get("db_id"))
            yield self._session(
                f"{place}.subContributions[{index}]", part,
                f"{key or ''}/{number_}" if number_ else None,
                Moment(when.date),
                track=whole.track, room=whole.room, parent_key=key if whole.title else None,
            )  # fmt: skip

    def _session(
        self, place: str, item: Mapping[str, Any], key: str | None, when: Moment, *,
        track: str | None, room: str | None, parent_key: str | None = None, is_container: bool = False,
    ) -> Session:  # fmt: skip
        length = _length(item.get("duration"))
        for complaint in (when.complaint, length.complaint):
            if complaint:
                self.problems.append(FoundProblem("warning", complaint, place))
        return Session(
            position=place,
            title=text_of(item.get("title")),
            code=key,
            when=when,
            minutes=length.minutes,
            room=room,
            track=track,
            kind=kind_of(text_of(item.get("type")) or text_of(mapping(item.get("type")).get("name"))),
            language=text_of(item.get("language")),
            texts=(text_of(item.get("description")),),
            speakers=tuple(_speakers(item)),
            resources=tuple(_resources(item)),
            reference=text_of(item.get("url")),
            note=noted("Keywords", *map(text_of, listing(item.get("keywords")))),
            parent_key=parent_key,
            is_container=is_container,
        )

    def _when(self, value: Any) -> Moment:
        said = mapping(value)
        day, at = text_of(said.get("date")), text_of(said.get("time"))
        if not day:
            return Moment()
        within = self.zone
        if not self.options.timezone and text_of(said.get("tz")):
            within = zone(text_of(said.get("tz")))[0] or self.zone
        return moment(f"{day}T{at}" if at else day, within)


def _length(value: Any) -> Minutes:
    return duration(value) if isinstance(value, str) else minutes(number(value), value)


def _room(item: Mapping[str, Any]) -> str | None:
    return text_of(item.get("room")) or text_of(item.get("roomFullname"))


def _speakers(item: Mapping[str, Any]) -> Iterator[SpeakerRecord]:
    for listed in listing(item.get("speakers")):
        said = mapping(listed)
        first = text_of(said.get("first_name")) or text_of(said.get("firstName"))
        last = text_of(said.get("last_name")) or text_of(said.get("familyName"))
        name = " ".join(part for part in (first, last) if part)
        name = name or _in_order(text_of(said.get("fullName")) or text_of(said.get("name")) or "")
        if name:
            yield SpeakerRecord(name, affiliation=text_of(said.get("affiliation")))


def _in_order(name: str) -> str:
    """ "Ana Souza" for "Souza, Ana"."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() and "," not in first else name.strip()


def _resources(item: Mapping[str, Any]) -> Iterator[ResourceRecord]:
    page = text_of(item.get("url"))
    for folder in listing(item.get("folders")):
        kept_in = text_of(mapping(folder).get("title"))
        for listed in listing(mapping(folder).get("attachments")):
            said = mapping(listed)
            address = text_of(said.get("link_url")) or text_of(said.get("download_url"))
            found = resource(address, text_of(said.get("title")) or text_of(said.get("filename")), page, kept_in)
            if found:
                yield found
    for material in listing(item.get("material")):
        for listed in listing(mapping(material).get("resources")):
            said = mapping(listed)
            title = text_of(mapping(material).get("title"))
            found = resource(text_of(said.get("url")), text_of(said.get("name")) or title, page, title)
            if found:
                yield found
