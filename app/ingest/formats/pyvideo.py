"""pyvideo: a folder with `category.json` and one JSON file per talk under `videos/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.errors import InputError
from app.ingest.formats.protocol import ReadOptions, read_text
from app.ingest.naming import iso_day, name_edition
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


class PyvideoJson:
    """One category folder is one edition. The date of a talk is when it was recorded."""

    name = "pyvideo"

    def recognises_folder(self, folder: Path) -> bool:
        """`category.json` beside a `videos` folder."""
        return (folder / "category.json").is_file() and (folder / "videos").is_dir()

    def recognises_file(self, path: Path, head: str) -> bool:
        """Never: a video file says nothing of its edition."""
        return False

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The edition and every talk that can be read; a broken video file costs only that talk."""
        problems: list[FoundProblem] = []
        category = _object(path / "category.json", options.limit)
        title = category.get("title")
        if not isinstance(title, str) or not title.strip():
            raise InputError("`title` is missing or not text; add it.", "category.json, title")
        talks: list[TalkRecord] = []
        unreadable: set[str] = set()
        for file in sorted((path / "videos").glob("*.json")):
            key = file.stem
            try:
                talks.append(_talk(key, f"videos/{file.name}", _object(file, options.limit), problems))
            except InputError as error:
                unreadable.add(key)
                where = f"videos/{file.name}" + (f", {error.where}" if error.where else "")
                problems.append(FoundProblem("error", f"{error} This talk is left out.", where))
        edition = _edition(path.name, title.strip(), category, talks)
        return Parsed(f"pyvideo:{path.name}", Programme(edition, tuple(talks), frozenset(unreadable)), tuple(problems))


def _object(path: Path, limit: int) -> dict[str, Any]:
    try:
        value = json.loads(read_text(path, limit))
    except json.JSONDecodeError as error:
        raise InputError(
            f"This is not valid JSON: {error.msg}.", f"line {error.lineno}, column {error.colno}"
        ) from error
    except RecursionError as error:
        raise InputError("The JSON is nested too deep to be a record.") from error
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
    )


def _talk(key: str, position: str, video: dict[str, Any], problems: list[FoundProblem]) -> TalkRecord:
    title = video.get("title")
    if not isinstance(title, str) or not title.strip():
        raise InputError("`title` is missing or not text; add it.", "title")
    texts = [text.strip() for text in (video.get("summary"), video.get("description")) if isinstance(text, str)]
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
    )


def _resources(video: dict[str, Any]) -> list[ResourceRecord]:
    found = [
        ResourceRecord("video", item["url"])
        for item in video.get("videos") or ()
        if isinstance(item, dict) and isinstance(item.get("url"), str)
    ]
    for related in video.get("related_urls") or ():
        if isinstance(related, str):
            found.append(ResourceRecord("article", related))
        elif isinstance(related, dict) and isinstance(related.get("url"), str):
            label = related.get("label")
            kind = "slides" if isinstance(label, str) and "slide" in label.lower() else "article"
            found.append(ResourceRecord(kind, related["url"], label if isinstance(label, str) else None))
    return found


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
