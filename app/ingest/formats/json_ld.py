"""schema.org JSON-LD, alone or inside an HTML page: events with their sub-events, and recordings.

An event that has sub-events and is none itself is the edition; its innermost sub-events are the talks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.ingest.formats import schedule_links
from app.ingest.formats.json_ld_fields import count_properties
from app.ingest.formats.json_ld_nodes import Node, Page, is_event, is_video, read_page, types
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.schedule_fields import is_break, kind_of, minutes, moment, zone
from app.ingest.formats.table_values import length
from app.ingest.naming import DATES_OF_TALKS, NAME_OF_FILE, iso_day, name_edition
from app.ingest.record import FoundProblem, Parsed, Programme, ResourceRecord, SpeakerRecord, TalkRecord
from app.text.language import NAMES
from app.text.names import name_key
from app.text.slugs import slugify

_CODES = {name.lower(): code for code, name in NAMES.items()}
_NO_PLACE = frozenset({"no location set", "tba", "tbd", "online", "virtual"})
_PEEK = 8_000_000
_MAX_PARTS_DEPTH = 10


class JsonLd:
    """Recognised by schema.org and an event or a recording in it."""

    name = "json-ld"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """JSON with @type and schema.org, or an HTML page that carries such a script anywhere."""
        suffix = path.suffix.lower()
        if suffix in (".html", ".htm"):
            return "application/ld+json" in head.lower() or "application/ld+json" in _peek(path).lower()
        if suffix not in (".json", ".jsonld") or head.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
            return False
        if not any(mark in head for mark in ('"@context"', '"@type"', '"@graph"')):
            return False
        return "schema.org" in head or "schema.org" in _peek(path)

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition and every talk. InputError where there is no event and no recording."""
        problems: list[FoundProblem] = []
        is_html = path.suffix.lower() in (".html", ".htm")
        page = read_page(read_text(path, options.limit), is_html, problems)
        reader = _Reader(page, path, options, problems)
        programme, identity, notes = reader.programme()
        tally = count_properties(page)
        tally.guess("talk.kind", "from its title", reader.by_title)
        key = f"json-ld:{identity or programme.edition.slug}"
        return tally.on(Parsed(key, programme, tuple(problems), tuple(notes)))


def _peek(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_PEEK).decode("utf-8", errors="replace")
    except OSError:
        return ""


class _Reader:
    """One reading of one page."""

    def __init__(self, page: Page, path: Path, options: ReadOptions, problems: list[FoundProblem]) -> None:
        self._page = page
        self._path = path
        self._options = options
        self._problems = problems
        self._places: dict[int, str] = {}
        for place, node in page.nodes:
            self._places.setdefault(id(node), place)
        self._within, complaint = zone(options.timezone)
        if complaint:
            problems.append(FoundProblem("warning", complaint))
        self._talks: dict[str, TalkRecord] = {}
        self._open: set[int] = set()
        self.by_title = 0

    def programme(self) -> tuple[Programme, str | None, list[str]]:
        """The programme, what identifies its event, and notes."""
        events = [node for _, node in self._page.nodes if is_event(node) and (len(node) > 2 or "@id" not in node)]
        videos = [node for _, node in self._page.nodes if is_video(node) and "VideoObject" in types(node)]
        if not events and not videos:
            raise InputError("The schema.org data names no event and no recording.", "")
        edition, listed = self._edition(events, videos)
        if edition is not None and not any(node is edition for node in listed[:1]):
            self._open.add(id(edition))
        for node in listed:
            self._take(node, None)
        by_title = {name_key(talk.title): key for key, talk in self._talks.items()}
        linked = {link.url for talk in self._talks.values() for link in talk.resources}
        for video in videos:
            self._video(video, edition, by_title, linked)
        name, notes = self._name(edition)
        facts = self._facts(edition) if edition else {}
        dates = sorted(talk.date for talk in self._talks.values() if talk.date)
        facts["guessed"] = (
            *((NAME_OF_FILE,) if notes else ()),
            *((DATES_OF_TALKS,) if dates and not {"start_date", "end_date"} <= facts.keys() else ()),
        )
        facts.setdefault("start_date", dates[0] if dates else None)
        facts.setdefault("end_date", dates[-1] if dates else None)
        record = name_edition(name, folder=self._path.stem, series=self._options.series, **facts)
        is_whole = not any(problem.severity == "error" for problem in self._problems)
        programme = Programme(record, tuple(self._talks.values()), is_whole=is_whole)
        return programme, self._identity(edition) if edition else None, notes

    def _edition(self, events: list[Node], videos: list[Node]) -> tuple[Node | None, list[Node]]:
        """The event that is the edition, if one is, and the events at the top of its programme."""
        inner = {
            id(part) for event in events for part in self._page.nodes_of(event, "subEvent", "subEvents")
            if part is not event
        }  # fmt: skip
        aside = inner | self._mentioned([*videos, *events])
        tops = [event for event in events if id(event) not in aside] or ([] if videos else events[:1])
        above = [over for event in tops for over in self._page.nodes_of(event, "superEvent")]
        parents = {self._page.text(over, "name") or str(over.get("@id")): over for over in above}
        own = [event for event in tops if not any(True for _ in self._page.each(event, "superEvent"))]
        whole = [event for event in own if any(True for _ in self._page.nodes_of(event, "subEvent", "subEvents"))]
        if len(parents) == 1:
            name, parent = next(iter(parents.items()))
            same = next((event for event in own if self._page.text(event, "name") == name), parent)
            parts = [event for event in tops if event is not same and event is not parent]
            return same, [*self._page.nodes_of(same, "subEvent", "subEvents"), *parts]
        if len(whole) == 1 and len(tops) == 1:
            return whole[0], list(self._page.nodes_of(whole[0], "subEvent", "subEvents"))
        if len(tops) == 1 and not videos and not self._is_one_talk(tops[0]):
            self._problems.append(FoundProblem("warning", "The event lists no sub-events: it has no talks.", ""))
            return tops[0], []
        if len(tops) == 1 and self._options.edition is None:
            return tops[0], tops
        recorded = {self._page.text(video, "recordedIn") for video in videos} - {None}
        if not tops and len(recorded) == 1:
            return next((one for video in videos for one in self._page.nodes_of(video, "recordedIn")), None), []
        return None, tops

    def _mentioned(self, nodes: list[Node]) -> set[int]:
        """Events only said to be where something was recorded, or above another event."""
        return {
            id(event)
            for node in nodes
            for event in self._page.nodes_of(node, "recordedIn", "superEvent")
            if not any(True for _ in self._page.nodes_of(event, "subEvent", "subEvents"))
        }

    def _is_one_talk(self, event: Node) -> bool:
        begin, end = iso_day(self._page.text(event, "startDate")), iso_day(self._page.text(event, "endDate"))
        who = any(True for _ in self._page.each(event, "performer", "performers", "workFeatured", "workPerformed"))
        return who and (end is None or begin == end)

    def _name(self, edition: Node | None) -> tuple[str, list[str]]:
        name = self._options.edition or (self._page.text(edition, "name") if edition else None)
        if name:
            return name, []
        name = self._page.title or self._path.stem.replace("_", " ").replace("-", " ").strip() or self._path.stem
        of = "page's title" if self._page.title else "file"
        return name, [f"The edition is called “{name[:200]}” after the {of}. Name it with --edition."]

    def _identity(self, node: Node) -> str | None:
        """The stable name of a node: its @id, identifier or address."""
        for name in ("@id", "identifier", "url"):
            for value in self._page.each(node, name):
                said = value.get("value", value.get("@id")) if isinstance(value, dict) else value
                if isinstance(said, (str, int)) and not isinstance(said, bool) and str(said).strip():
                    return str(said).strip()[:300]
        return None

    def _facts(self, event: Node) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for ours, theirs in (("start_date", "startDate"), ("end_date", "endDate")):
            if day := iso_day(self._page.text(event, theirs)):
                facts[ours] = day
        for place in self._page.nodes_of(event, "location"):
            for address in self._page.nodes_of(place, "address"):
                facts.setdefault("city", self._page.text(address, "addressLocality"))
                facts.setdefault("country", self._page.text(address, "addressCountry"))
        url = self._page.text(event, "url")
        if url and url.startswith(("http://", "https://")):
            facts["references"] = ({"label": self._page.text(event, "name") or url, "url": url},)
        return facts

    def _take(self, node: Node, parent: str | None, depth: int = 0) -> None:
        """Add the talk, or the container and its parts. An event inside itself is read once."""
        if id(node) in self._open or depth > _MAX_PARTS_DEPTH:
            return
        title = self._page.text(node, "name", "headline")
        where = self._places.get(id(node), "")
        if not title:
            self._problems.append(FoundProblem("error", "`name` is missing or not text; the event is left out.", where))
            return
        status = self._page.text(node, "eventStatus") or ""
        if status.endswith("EventCancelled") or is_break(title, self._page.text(node, "description")):
            return
        self._open.add(id(node))
        parts = list(self._page.nodes_of(node, "subEvent", "subEvents"))
        talk = self._talk(node, title, where, parent)
        if parts:
            talk = replace(talk, is_container=True, speakers=())
        if talk.key in self._talks:
            self._problems.append(
                FoundProblem("warning", f"The event “{title[:80]}” stands here twice; read once.", where)
            )
        self._talks.setdefault(talk.key, talk)
        for part in parts:
            self._take(part, talk.key, depth + 1)

    def _talk(self, node: Node, title: str, where: str, parent: str | None) -> TalkRecord:
        page = self._page
        works = list(page.nodes_of(node, "workFeatured", "workPerformed"))
        begin = moment(page.text(node, "startDate"), self._within)
        end = moment(page.text(node, "endDate"), self._within)
        for found in (begin, end):
            if found.complaint:
                self._problems.append(FoundProblem("warning", found.complaint, where))
        speakers, organisations = self._people(node, works)
        recordings = [
            video for each in (node, *works) for video in page.nodes_of(each, "recordedIn", "video", "subjectOf")
        ]
        text = page.text(node, "description") or next(
            (said for work in works if (said := page.text(work, "abstract", "description"))), None
        )
        seed = "\n".join(
            [name_key(title), begin.starts_at or begin.date or "", *(name_key(one.name) for one in speakers)]
        )
        kind = kind_of(page.text(node, "additionalType"), title)
        self.by_title += kind != kind_of(page.text(node, "additionalType"))
        return TalkRecord(
            key=self._identity(node)
            or f"{slugify(title, 50) or 'event'}-{hashlib.sha256(seed.encode()).hexdigest()[:8]}",
            title=title,
            raw_title=title,
            position=where,
            kind=kind,
            track=page.text(node, "track"),
            language=self._language(node),
            date=begin.date,
            starts_at=begin.starts_at,
            duration_minutes=self._minutes(node, begin.starts_at, end.starts_at, where),
            room=self._room(node),
            parent_key=parent,
            raw_abstract=text,
            markup="html",
            speakers=speakers,
            organisations=organisations,
            resources=tuple(link for video in recordings if is_video(video) for link in self._links(video)),
            reference=page.text(node, "url"),
        )

    def _people(self, node: Node, works: list[Node]) -> tuple[tuple[SpeakerRecord, ...], tuple[str, ...]]:
        """Speakers and organisations that perform; where nobody does, authors, then persons that organise."""
        tries = (
            ([node], ("performer", "performers", "speaker", "actor", "instructor")),
            (works, ("author", "creator", "performer")),
            ([node], ("author", "creator", "contributor")),
            ([node], ("organizer",)),
        )
        for nodes, names in tries:
            speakers: list[SpeakerRecord] = []
            organisations: list[str] = []
            for each in nodes:
                for value in self._page.each(each, *names):
                    self._person(value, speakers, organisations, depth=0)
            if speakers or (organisations and names != ("organizer",)):
                return tuple(speakers), tuple(organisations)
        return (), ()

    def _person(self, value: Any, speakers: list[SpeakerRecord], organisations: list[str], depth: int) -> None:
        if isinstance(value, str) and value.strip() and not value.startswith(("http://", "https://", "_:")):
            speakers.append(SpeakerRecord(value.strip()))
        if not isinstance(value, dict) or depth > 3:
            return
        kinds = types(value)
        if any(kind.endswith("Role") for kind in kinds):
            for inner in self._page.each(value, "performer", "author", "contributor", "organizer", "creator"):
                self._person(inner, speakers, organisations, depth + 1)
            return
        name = self._page.text(value, "name") or " ".join(
            part for part in (self._page.text(value, "givenName"), self._page.text(value, "familyName")) if part
        )
        if not name:
            return
        if kinds & {"Organization", "Corporation", "NGO", "PerformingGroup", "CollegeOrUniversity"}:
            organisations.append(name)
            return
        links = [url for url in self._page.each(value, "sameAs", "url") if isinstance(url, str)]
        speakers.append(
            SpeakerRecord(
                name,
                affiliation=self._page.text(value, "affiliation", "worksFor", "memberOf"),
                job_title=self._page.text(value, "jobTitle"),
                bio=self._page.text(value, "description"),
                links=tuple(links),
            )
        )

    def _room(self, node: Node) -> str | None:
        for value in self._page.each(node, "location"):
            if isinstance(value, dict) and "VirtualLocation" in types(value):
                continue
            name = (
                self._page.text(value, "name") if isinstance(value, dict) else value if isinstance(value, str) else None
            )
            if name and name.strip().casefold() not in _NO_PLACE:
                return name.strip()
        return None

    def _language(self, node: Node) -> str | None:
        for value in self._page.each(node, "inLanguage"):
            said = self._page.text(value, "alternateName", "name") if isinstance(value, dict) else value
            if isinstance(said, str) and said.strip():
                return _CODES.get(said.strip().lower(), said.strip())
        return None

    def _minutes(self, node: Node, begin: str | None, end: str | None, where: str) -> float | None:
        said = self._page.text(node, "duration")
        value = length(said) if said else None
        if said and value is None:
            self._problems.append(FoundProblem("warning", f"“{said[:40]}” is no duration; it is left empty.", where))
        if value is None and begin and end:
            first, last = datetime.fromisoformat(begin), datetime.fromisoformat(end)
            if (first.tzinfo is None) == (last.tzinfo is None):
                value = (last - first).total_seconds() / 60 or None
        found = minutes(value, said)
        if found.complaint:
            self._problems.append(FoundProblem("warning", found.complaint, where))
        return found.minutes

    def _links(self, video: Node) -> Iterator[ResourceRecord]:
        label = self._page.text(video, "name")
        for name in ("url", "contentUrl", "embedUrl"):
            address = self._page.text(video, name)
            if address and (link := schedule_links.resource(address, label, type_="video")):
                yield replace(link, kind="video")
                return

    def _video(self, video: Node, edition: Node | None, by_title: Mapping[str, str], linked: set[str]) -> None:
        """A recording of a talk that is listed becomes its link; any other is a talk itself."""
        links = tuple(self._links(video))
        for event in self._page.nodes_of(video, "recordedIn"):
            key = self._identity(event) or by_title.get(name_key(self._page.text(event, "name") or ""), "")
            if key in self._talks and event is not edition:
                talk = self._talks[key]
                self._talks[key] = replace(talk, resources=tuple(dict.fromkeys([*talk.resources, *links])))
                return
        if any(link.url in linked for link in links):
            return
        title, where = self._page.text(video, "name", "headline"), self._places.get(id(video), "")
        if not title:
            self._problems.append(
                FoundProblem("error", "`name` is missing or not text; the recording is left out.", where)
            )
            return
        talk = self._talk(video, title, where, None)
        address = links[0].url if links else ""
        key = self._identity(video) or address or talk.key
        self._talks.setdefault(key, replace(talk, key=key, date=talk.date or self._day(video), resources=links))

    def _day(self, video: Mapping[str, Any]) -> str | None:
        return iso_day(self._page.text(video, "dateCreated", "datePublished"))
