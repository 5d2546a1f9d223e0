"""pyvideo: a folder with `category.json` and one JSON file per talk under `videos/`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.ingest.formats import careful_json
from app.ingest.formats.field_use import Tally, shape
from app.ingest.formats.noted import noted, together
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.naming import DATES_OF_TALKS, iso_day, name_edition
from app.ingest.record import (
    EditionRecord,
    FoundProblem,
    Parsed,
    Programme,
    ResourceRecord,
    SpeakerRecord,
    TalkRecord,
)
from app.text.language import language_code

_HIDDEN = "NO_PUBLISH.json"
_CATEGORY = shape("category", "title url start_date end_date")
_VIDEO = shape(
    "video",
    "title summary abstract description language duration recorded speakers tags copyright_text quality_notes "
    "related_urls related_url source_url",
    videos=shape("video.videos", "url"),
    related_urls=shape("video.related_urls", "url label"),
    related_url=shape("video.related_url", "url label"),
)
_NUMBERS = re.compile(r"\ufeff?\s*\[[\s\d,]*(\]\s*)?\Z")


class PyvideoJson:
    """One category folder is one edition. The date of a talk is when it was recorded."""

    name = "pyvideo"

    def recognises_folder(self, folder: Path) -> bool:
        """`category.json` beside a `videos` folder."""
        return (folder / "category.json").is_file() and (folder / "videos").is_dir()

    def recognises_file(self, path: Path, head: str) -> bool:
        """Only the list of hidden talks at the root; a video file says nothing of its edition."""
        return path.name == _HIDDEN and bool(_NUMBERS.match(head))

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def also_reads(self, path: Path) -> tuple[Path, ...]:
        """Files outside the unit that its records are read from."""
        hidden = path.parent / _HIDDEN
        return (hidden,) if path.is_dir() and hidden.is_file() else ()

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition and every talk that can be read; a broken video file costs only that talk.

        Talks whose `id` is listed in `NO_PUBLISH.json` beside the category are hidden and left out.
        """
        if path.is_file():
            return Parsed("pyvideo:no-publish", None)
        problems: list[FoundProblem] = []
        hidden = _hidden(path.parent / _HIDDEN, options.limit, problems)
        category = _object(path / "category.json", options.limit, problems)
        title = category.get("title")
        if not isinstance(title, str) or not title.strip():
            raise InputError("`title` is missing or not text; add it.", "category.json, title")
        tally = Tally().read(category, _CATEGORY)
        talks: list[TalkRecord] = []
        unreadable: set[str] = set()
        for file in sorted((path / "videos").glob("*.json")):
            key = file.stem
            try:
                video = _object(file, options.limit, problems)
                if _number(video.get("id")) not in hidden:
                    tally.read(video, _VIDEO)
                    talks.append(_talk(key, f"videos/{file.name}", video, problems))
            except InputError as error:
                unreadable.add(key)
                where = f"videos/{file.name}" + (f", {error.where}" if error.where else "")
                problems.append(FoundProblem("error", f"{error} This talk is left out.", where))
        edition = _edition(path.name, title.strip(), category, talks)
        programme = Programme(edition, tuple(talks), frozenset(unreadable))
        return tally.on(Parsed(f"pyvideo:{path.name}", programme, tuple(problems)))


def _hidden(path: Path, limit: int, problems: list[FoundProblem]) -> frozenset[int]:
    """Ids of the talks that are not to be shown."""
    if not path.is_file():
        return frozenset()
    try:
        ids = careful_json.load(read_text(path, limit), [])
    except InputError:
        ids = None
    if not isinstance(ids, list):
        message = "This is no list of numbers, so nothing is hidden. Mend it and ingest again."
        problems.append(FoundProblem("warning", message, f"../{path.name}"))
        return frozenset()
    return frozenset(number for number in map(_number, ids) if number is not None)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _object(path: Path, limit: int, problems: list[FoundProblem]) -> dict[str, Any]:
    doubled: list[FoundProblem] = []
    value = careful_json.load(read_text(path, limit), doubled)
    problems += [replace(problem, where=path.name) for problem in doubled]
    if not isinstance(value, dict):
        raise InputError("A JSON object is expected here.", "line 1")
    return value


def _edition(folder: str, title: str, category: dict[str, Any], talks: list[TalkRecord]) -> EditionRecord:
    dates = sorted(talk.date for talk in talks if talk.date)
    start = iso_day(category.get("start_date")) or (dates[0] if dates else None)
    url = category.get("url")
    return name_edition(
        title,
        folder=folder,
        start_date=start,
        end_date=iso_day(category.get("end_date")) or (dates[-1] if dates else None),
        references=({"label": title, "url": url},) if isinstance(url, str) and url else (),
        guessed=() if iso_day(category.get("start_date")) and iso_day(category.get("end_date")) else (DATES_OF_TALKS,),
    )


def _talk(key: str, position: str, video: dict[str, Any], problems: list[FoundProblem]) -> TalkRecord:
    title = video.get("title")
    if not isinstance(title, str) or not title.strip():
        raise InputError("`title` is missing or not text; add it.", "title")
    said = (video.get(name) for name in ("summary", "abstract", "description"))
    texts = [text.strip() for text in said if isinstance(text, str)]
    abstract = "\n\n".join(dict.fromkeys(text for text in texts if text)) or None
    language = video.get("language")
    code = language_code(language) if isinstance(language, str) else None
    if isinstance(language, str) and code is None:
        problems.append(FoundProblem("warning", f"Unknown language code “{language}”; left empty.", position))
    duration = video.get("duration")
    return TalkRecord(
        key=key,
        title=title,
        raw_title=title,
        position=position,
        language=code,
        date=iso_day(video.get("recorded")),
        duration_minutes=round(duration / 60, 1) if isinstance(duration, (int, float)) and duration > 0 else None,
        raw_abstract=abstract,
        markup="rst",
        speakers=tuple(SpeakerRecord(name) for name in _strings(video.get("speakers"))),
        resources=tuple(_resources(video)),
        note=together(
            noted("Tags", *_strings(video.get("tags"))),
            noted("Licence", video.get("copyright_text")),
            noted("Quality", video.get("quality_notes")),
        ),
    )


def _resources(video: dict[str, Any]) -> list[ResourceRecord]:
    found = [
        ResourceRecord("video", item["url"])
        for item in careful_json.listing(video.get("videos"))
        if isinstance(item, dict) and isinstance(item.get("url"), str)
    ]
    listed = (video.get("related_urls"), video.get("related_url"), [video.get("source_url")])
    for related in (item for items in listed for item in careful_json.listing(items)):
        if isinstance(related, str):
            found.append(ResourceRecord("article", related))
        elif isinstance(related, dict) and isinstance(related.get("url"), str):
            label = related.get("label")
            kind = "slides" if isinstance(label, str) and "slide" in label.lower() else "article"
            found.append(ResourceRecord(kind, related["url"], label if isinstance(label, str) else None))
    return found


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
