"""Talks of RubyEvents' `videos.yml`. An item with talks of its own is a container, and those are the talks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from itertools import pairwise
from typing import Any

from app.ingest.formats.careful_json import listing, word
from app.ingest.formats.field_use import shape
from app.ingest.formats.positioned_yaml import Document, Path
from app.ingest.formats.rubyevents_schedule import TimeOfTalk, time_of
from app.ingest.formats.spans import objects, words
from app.ingest.naming import iso_day
from app.ingest.record import FoundProblem, ResourceRecord, SpeakerRecord, TalkRecord
from app.text.language import NAMES

_KINDS = {"talk": "talk", "keynote": "keynote", "lightning_talk": "lightning", "panel": "panel", "workshop": "workshop"}
_LIGHTNING = re.compile(r"\s*lightning talk:", re.IGNORECASE)
_STATES = {
    "scheduled": "Scheduled; the source has no recording of it yet.",
    "not_published": "Recorded, but not published.",
    "not_recorded": "Not recorded.",
}
_RESOURCES = {
    "repo": "code", "code": "code", "source-code": "code", "github": "code", "gem": "code", "library": "code",
    "presentation": "slides", "video": "video",
}  # fmt: skip
_CUE = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)\Z")
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*[-–—]\s*(\d{1,2}:\d{2})\Z")
_LANGUAGES = {name.casefold(): code for code, name in NAMES.items()}
Item = dict[str, Any]

_KEPT = (
    "id title raw_title original_title description date time track language location kind status speakers "
    "video_provider video_id start_cue end_cue slides_url external_player_url"
)
_BESIDE = {
    "additional_resources": shape("video.additional_resources", "url type title name"),
    "alternative_recordings": shape(
        "video.alternative_recordings", "note title video_provider video_id external_url url"
    ),
}
VIDEO = shape("video", _KEPT, talks=shape("video.talks", _KEPT, also=_BESIDE), also=_BESIDE)
"""An item of `videos.yml`; the talks inside one are items themselves."""


@dataclass
class TalkReader:
    """Reads a whole `videos.yml`; `problems` is added to, `unreadable` and `is_whole` are as in Programme.

    `language`: of the series, for talks that do not name theirs. `by_order`, `by_title` and `by_next` count the times
    given by the order of talks, the kinds told by titles, and the ends of parts told by the beginning of the next.
    """

    document: Document
    zone: tzinfo | None
    times: Mapping[str, TimeOfTalk]
    problems: list[FoundProblem]
    language: str | None = None
    unreadable: set[str] = field(default_factory=set)
    is_whole: bool = True
    by_order: int = 0
    by_title: int = 0
    by_next: int = 0

    def read(self) -> tuple[TalkRecord, ...]:
        """Containers and talks in the order of the file."""
        talks: list[TalkRecord | None] = []
        for index, item in enumerate(self.document.value):
            talks.append(self._talk(item, (index,), None))
            if isinstance(item, dict):
                parts = listing(item.get("talks"))
                found = [self._talk(part, (index, "talks", number), item) for number, part in enumerate(parts)]
                talks += self._until_the_next([part for part in found if part is not None])
        return tuple(talk for talk in talks if talk is not None)

    def _until_the_next(self, parts: list[TalkRecord]) -> list[TalkRecord]:
        """The parts of one recording, each of unknown end with that of the next beginning."""
        begins = sorted({part.start_seconds for part in parts if part.start_seconds is not None})
        after = dict(pairwise(begins))

        def closed(part: TalkRecord) -> TalkRecord:
            if part.start_seconds is None or part.end_seconds is not None or part.start_seconds not in after:
                return part
            self.by_next += 1
            return replace(part, end_seconds=after[part.start_seconds])

        return [closed(part) for part in parts]

    def _talk(self, item: object, path: Path, parent: Item | None) -> TalkRecord | None:
        key, title = (word(item.get("id")), word(item.get("title"))) if isinstance(item, dict) else (None, None)
        if not isinstance(item, dict) or key is None:
            self.is_whole = False
            self._say("error", "A talk without an id; it is left out.", path)
            return None
        if title is None:
            self.unreadable.add(key)
            self._say("error", "`title` is missing or not text; add it. This talk is left out.", path, "title")
            return None
        date = self._date(item, path) or (iso_day(parent.get("date")) if parent else None)
        said_time = self._time(item, date)
        at = said_time or self.times.get(key)
        self.by_order += at is not None and said_time is None
        cues = self._seconds(item, "start_cue", path), self._seconds(item, "end_cue", path)
        is_container = bool(objects(item.get("talks")))
        kind, notes = _kind(item, title, is_container)
        self.by_title += kind == "lightning" and not word(item.get("kind"))
        playing = _playing(item, parent)
        state = _STATES.get(word(playing.get("video_provider")) or "")
        spoken = cues if playing is parent and (cues[1] is None or (cues[0] or 0) < cues[1]) else (None, None)
        return TalkRecord(
            key=key,
            title=title,
            raw_title=word(item.get("raw_title")) or title,
            position=self._where(path),
            kind=kind,
            track=word(item.get("track")),
            language=self._language(item, parent, path),
            date=date,
            starts_at=at.starts_at if at else None,
            duration_minutes=self._length(cues, path) or (at.minutes if at else None),
            room=word(item.get("location")),
            parent_key=word(parent.get("id")) if parent else None,
            start_seconds=spoken[0],
            end_seconds=spoken[1] if spoken[0] is not None else None,
            is_container=is_container,
            raw_abstract=word(item.get("description")),
            markup="markdown",
            speakers=tuple(SpeakerRecord(name) for name in words(item.get("speakers"))),
            resources=tuple(self._resources(item, parent, cues[0], path)),
            note=" ".join([*([state] if state and not is_container else []), *notes]) or None,
        )

    def _say(self, severity: Any, message: str, path: Path, *field_name: str) -> None:
        self.problems.append(FoundProblem(severity, message, self._where((*path, *field_name))))

    def _where(self, path: Path) -> str:
        return f"videos.yml, {self.document.where(path)}"

    def _date(self, item: Item, path: Path) -> str | None:
        date = iso_day(item.get("date"))
        if date is None and item.get("date") is not None:
            self._say("warning", "This is no day of the calendar; left empty.", path, "date")
        return date

    def _time(self, item: Item, date: str | None) -> TimeOfTalk | None:
        span = _SPAN.match((word(item.get("time")) or "").strip())
        return time_of(date, span[1], span[2], self.zone) if span and date else None

    def _language(self, item: Item, parent: Item | None, path: Path) -> str | None:
        name = word(item.get("language")) or (word(parent.get("language")) if parent else None) or self.language
        if name is None:
            return None
        parts = [part.strip().casefold() for part in re.split("[,;]", name)]
        code = next((_LANGUAGES[part] for part in parts if part in _LANGUAGES), None)
        if code is None:
            self._say("warning", f"Unknown language “{name[:80]}”; left empty.", path, "language")
        return code

    def _seconds(self, item: Item, name: str, path: Path) -> int | None:
        cue = (word(item.get(name)) or "TODO").strip()
        found = _CUE.match(cue)
        if found and not (found[1] and int(found[2]) > 59):
            return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
        if cue.upper() != "TODO":
            self._say("warning", f"“{cue[:80]}” is no time such as 12:30 or 1:02:30; left empty.", path, name)
        return None

    def _length(self, cues: tuple[int | None, int | None], path: Path) -> float | None:
        start, end = cues
        if start is None or end is None:
            return None
        if end <= start:
            self._say("warning", "The talk ends before it starts; its length is left empty.", path, "end_cue")
            return None
        return round((end - start) / 60, 2)

    def _resources(self, item: Item, parent: Item | None, cue: int | None, path: Path) -> list[ResourceRecord]:
        found: list[ResourceRecord] = []
        playing = _playing(item, parent)
        self._play(playing, cue, None, path, found)
        page = word(item.get("external_player_url"))
        if page:
            found.append(ResourceRecord("video", page, "Player"))
        for other in objects(item.get("alternative_recordings")):
            label = word(other.get("note")) or word(other.get("title"))
            self._play(other, None, label, (*path, "alternative_recordings"), found)
            address = word(other.get("external_url")) or word(other.get("url"))
            if address:
                found.append(ResourceRecord("video", address, label))
        slides = word(item.get("slides_url"))
        if slides:
            found.append(ResourceRecord("slides", slides))
        for more in objects(item.get("additional_resources")):
            address = word(more.get("url"))
            if address:
                kind = word(more.get("type")) or "link"
                label = word(more.get("title")) or word(more.get("name")) or kind
                found.append(ResourceRecord(_RESOURCES.get(kind, "article"), address, label))
        return found

    def _play(self, item: Item, cue: int | None, label: str | None, path: Path, found: list[ResourceRecord]) -> None:
        """Add the address of the recording, from the cue on. A provider without an address is said."""
        provider, key = word(item.get("video_provider")), (word(item.get("video_id")) or "").strip()
        if provider is None or provider in _STATES or provider == "children":
            return
        if provider == "parent":
            self._say("warning", "Its recording is said to be its parent's, which has none.", path, "video_provider")
            return
        url = _address(provider, key, cue)
        if url is None:
            self._say("warning", f"“{key[:80]}” at “{provider[:40]}” is no known recording.", path, "video_id")
            return
        found.append(ResourceRecord("video", url, label))


def _playing(item: Item, parent: Item | None) -> Item:
    """The item whose recording shows this one: its container for a part that says so."""
    if parent is None or item.get("video_provider") != "parent":
        return item
    return item if parent.get("video_provider") == "children" else parent


def _address(provider: str, key: str, cue: int | None) -> str | None:
    if provider == "youtube" and re.fullmatch(r"[\w-]{4,32}", key):
        return f"https://www.youtube.com/watch?v={key}" + (f"&t={cue}s" if cue else "")
    if provider == "vimeo" and re.fullmatch(r"\d{1,15}(?:[/?][\w=&/-]+)?", key):
        return f"https://vimeo.com/{key}" + (f"#t={cue}s" if cue else "")
    if key.startswith(("http://", "https://")):
        return key + (f"#t={cue}" if cue and "#" not in key else "")
    return None


def _kind(item: Item, title: str, is_container: bool) -> tuple[str, list[str]]:
    """The kind in our words, and notes on what these words do not carry."""
    notes: list[str] = []
    given = word(item.get("kind"))
    kind = _KINDS.get(given, "other") if given else "lightning" if _LIGHTNING.match(title) else "talk"
    if given and given not in _KINDS:
        notes.append(f"Listed as {given.replace('_', ' ')}.")
    if isinstance(item.get("talks"), list) and not is_container and not given and not _has_recording(item):
        kind = "other"
        notes.append("The source lists no talks of this event.")
    if status := word(item.get("status")):
        notes.append(f"Status in the source: {status}.")
    if original := word(item.get("original_title")):
        notes.append(f"Original title: {original}.")
    return kind, notes


def _has_recording(item: Item) -> bool:
    return word(item.get("video_provider")) in ("youtube", "vimeo", "mp4")
