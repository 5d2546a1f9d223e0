"""RubyEvents: a folder for each event with `event.yml` and `videos.yml`, under the folder of its series.

Talks are read in `rubyevents_talks`, times in `rubyevents_schedule`, `speakers.yml` in `rubyevents_speakers`, sponsors
and involvements in `rubyevents_involved`. Venues and calls for papers hold nothing of talks; they are counted as lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.ingest.formats import positioned_yaml, schedule_fields
from app.ingest.formats.careful_json import mapping, word
from app.ingest.formats.field_use import Tally, shape
from app.ingest.formats.positioned_yaml import Document
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.formats.rubyevents_involved import INVOLVEMENTS, SPONSORS, read_involved
from app.ingest.formats.rubyevents_schedule import SCHEDULE, scheduled_times
from app.ingest.formats.rubyevents_speakers import read_speakers
from app.ingest.formats.rubyevents_talks import VIDEO, TalkReader
from app.ingest.naming import DATES_OF_TALKS, iso_day, name_edition, year_of
from app.ingest.record import EditionRecord, FoundProblem, Parsed, Programme, TalkRecord
from app.text.slugs import slugify

_PEOPLE = re.compile(r"^- name: .*\n(?:  .*\n)*?  slug: ", re.MULTILINE)
_SERIES = re.compile(r"^id: .*\n(?:.*\n)*?name: ", re.MULTILINE)
_LIST = re.compile(r"\A(?:\s*#.*\n|\s*\n|---\s*\n)*- ")
_BESIDE_EVENTS = frozenset({"venue.yml", "sponsors.yml", "cfp.yml", "involvements.yml", "schedule.yml"})
_READ = frozenset({"event.yml", "videos.yml", "schedule.yml", "involvements.yml", "sponsors.yml"})
_EVENT = shape(
    "event",
    "id title location timezone start_date end_date date_precision year website original_website playlist",
)
_SERIES_SHAPE = shape("series", "name language")
_COUNTRIES = {"UK": "United Kingdom", "US": "United States", "USA": "United States"}


class RubyEvents:
    """An event is an edition; the folder above it is its series."""

    name = "rubyevents"

    def recognises_folder(self, folder: Path) -> bool:
        """`event.yml`, or `videos.yml` in a folder of a series."""
        if (folder / "event.yml").is_file():
            return True
        return (folder / "videos.yml").is_file() and (folder.parent / "series.yml").is_file()

    def recognises_file(self, path: Path, head: str) -> bool:
        """`speakers.yml`, and what belongs to the collection without holding records."""
        if path.name.endswith("_schema.json"):
            return path.parent.name == "schemas" and '"type"' in head
        match path.name:
            case "speakers.yml" | "featured_cities.yml":
                return bool(_PEOPLE.search(head))
            case "series.yml":
                return bool(_SERIES.search(head))
            case "topics.yml":
                return bool(_LIST.match(head)) and (path.parent / "speakers.yml").is_file()
            case "event.yml" | "videos.yml":
                return self.recognises_folder(path.parent)
        return path.name in _BESIDE_EVENTS and (path.parent.parent / "series.yml").is_file()

    def rank(self, path: Path, head: str) -> int:
        """People before programmes."""
        return 0 if path.name == "speakers.yml" else 1

    def also_reads(self, path: Path) -> tuple[Path, ...]:
        """Files outside the unit that its records are read from."""
        series = path.parent / "series.yml"
        return (series,) if path.is_dir() and series.is_file() else ()

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition with its talks, or the people of `speakers.yml`."""
        if path.is_dir():
            return _event(path, options)
        if path.name == "speakers.yml":
            return read_speakers(positioned_yaml.load(read_text(path, options.limit)))
        if path.name in ("event.yml", "videos.yml"):
            raise InputError(f"An event is read as a whole; ingest the folder {path.parent.name} instead.")
        unread = Parsed(f"rubyevents:{path.parent.name}/{path.name}", None)
        tally = Tally()
        if path.name == "series.yml":
            tally.read(positioned_yaml.load(read_text(path, options.limit)).value, _SERIES_SHAPE)
        elif path.suffix == ".yml":
            tally.lose(path.name, "")
        return tally.on(unread)


def _event(folder: Path, options: ReadOptions) -> Parsed:
    problems: list[FoundProblem] = []
    document = _part(folder, "event.yml", options.limit)
    event = document.value if document else {}
    if not isinstance(event, dict):
        raise InputError("`event.yml` must be a mapping with id and title.", "event.yml, line 1")
    key = word(event.get("id")) or folder.name
    zone, complaint = schedule_fields.zone(word(event.get("timezone")) or options.timezone)
    if complaint:
        problems.append(FoundProblem("warning", complaint, "event.yml, timezone"))
        zone, _ = schedule_fields.zone(options.timezone)
    videos = _part(folder, "videos.yml", options.limit)
    talks: tuple[TalkRecord, ...] = ()
    reader: TalkReader | None = None
    series = _series(folder, options, problems)
    tally = _count(folder, event)
    if videos is not None and videos.value is not None:
        if not isinstance(videos.value, list):
            raise InputError("`videos.yml` must be a list of talks.", "videos.yml, line 1")
        schedule = _beside(folder, "schedule.yml", options.limit, problems, "Times are left empty.")
        times = scheduled_times(schedule, videos.value, zone, problems) if schedule else {}
        reader = TalkReader(videos, zone, times, problems, word(series.get("language")))
        talks = reader.read()
        tally.read(schedule, SCHEDULE).read(videos.value, VIDEO)
        tally.guess("talk.starts_at", "by order: the talks of a day fill its free slots", reader.by_order)
        tally.guess("talk.end_seconds", "where the next part of the recording begins", reader.by_next)
        tally.guess("talk.kind", "lightning, by the beginning of its title", reader.by_title)
    involvements, sponsors = (
        _beside(folder, name, options.limit, problems, "It is left out.")
        for name in ("involvements.yml", "sponsors.yml")
    )
    tally.read(involvements, INVOLVEMENTS).read(sponsors, SPONSORS)
    edition = _edition(key, event, talks, options.series or word(series.get("name")), options.edition, problems)
    edition = replace(edition, involved=read_involved(involvements, sponsors))
    unreadable = frozenset(reader.unreadable) if reader else frozenset()
    payload = Programme(edition, talks, unreadable, reader.is_whole if reader else True)
    return tally.on(Parsed(f"rubyevents:{key}", payload, tuple(problems)))


def _count(folder: Path, event: object) -> Tally:
    """The fields of the event, and the files beside it that are not read."""
    tally = Tally().read(event, _EVENT)
    for name in sorted(file.name for file in folder.glob("*.yml") if file.name not in _READ):
        tally.lose(name, "")
    return tally


def _part(folder: Path, name: str, limit: int) -> Document | None:
    """The document of that name; None without the file."""
    if not (folder / name).is_file():
        return None
    try:
        return positioned_yaml.load(read_text(folder / name, limit))
    except InputError as error:
        raise InputError(str(error), ", ".join(word for word in (name, error.where) if word)) from error


def _beside(folder: Path, name: str, limit: int, problems: list[FoundProblem], then: str) -> Any:
    """The value of a file that the event can do without; `then` says what becomes of one that cannot be read."""
    try:
        document = _part(folder, name, limit)
    except InputError as error:
        problems.append(FoundProblem("warning", f"{error} {then}", error.where))
        return None
    return document.value if document else None


def _series(folder: Path, options: ReadOptions, problems: list[FoundProblem]) -> Mapping[str, Any]:
    """What `series.yml` says: its name, and the language of talks that do not name theirs."""
    try:
        document = _part(folder.parent, "series.yml", options.limit)
    except InputError as error:
        problems.append(FoundProblem("warning", f"{error} The series is taken from the title.", error.where))
        return {}
    return mapping(document.value) if document else {}


def _edition(
    key: str,
    event: dict[str, Any],
    talks: tuple[TalkRecord, ...],
    series: str | None,
    called: str | None,
    problems: list[FoundProblem],
) -> EditionRecord:
    title = called or word(event.get("title"))
    if title is None:
        problems.append(FoundProblem("warning", "The event has no title; its id stands for it.", "event.yml, title"))
    precise = word(event.get("date_precision")) in (None, "day")
    dates = sorted(talk.date for talk in talks if talk.date)
    start = _day(event, "start_date", problems) if precise else None
    end = _day(event, "end_date", problems) if precise else None
    city, country = _place(word(event.get("location")))
    edition = name_edition(
        title or key,
        folder=key,
        series=series,
        start_date=start or (dates[0] if dates and precise else None),
        end_date=end or (dates[-1] if dates and precise else None),
        city=city,
        country=country,
        references=_references(event),
        guessed=(DATES_OF_TALKS,) if dates and precise and not (start and end) else (),
    )
    slug = edition.slug if called else slugify(key) or edition.slug
    return replace(edition, slug=slug, year=_year(event, edition))


def _year(event: dict[str, Any], edition: EditionRecord) -> int | None:
    """None for a meetup over several years, which no one year would tell the truth of."""
    given = event.get("year")
    if isinstance(given, int) and 1900 <= given < 2100:
        return given
    named = year_of(edition.name) or year_of(edition.slug)
    if named:
        return named
    first, last = edition.start_date, edition.end_date
    return int(first[:4]) if first and (last is None or first[:4] == last[:4]) else None


def _day(event: dict[str, Any], name: str, problems: list[FoundProblem]) -> str | None:
    day = iso_day(event.get(name))
    if day is None and event.get(name) is not None:
        problems.append(FoundProblem("warning", "This is no day of the calendar; left empty.", f"event.yml, {name}"))
    return day


def _place(location: str | None) -> tuple[str | None, str | None]:
    """City and country of "City, State, Country". A lone word is the city; a state after it is no country."""
    parts = [part.strip() for part in (location or "").split(",")]
    if len(parts) < 2:
        return parts[0] or None, None
    last = _COUNTRIES.get(parts[-1], parts[-1])
    return parts[0] or None, None if re.fullmatch("[A-Z]{2}", last) else last or None


def _references(event: dict[str, Any]) -> tuple[dict[str, str], ...]:
    labels = {"website": "Website", "original_website": "Original website", "playlist": "Playlist"}
    found = ((label, word(event.get(name))) for name, label in labels.items())
    return tuple({"label": label, "url": url} for label, url in found if url and url.startswith("http"))
