"""Reading talks with the themes that people gave them, one JSON object a line. Bad lines are named by number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import InputError


@dataclass(frozen=True)
class LabelledTalk:
    """A talk, its labels in the order given, and the event it was given at ("" where none is named)."""

    id: str
    title: str
    abstract: str
    labels: tuple[str, ...]
    event: str


def read_labelled(file: Path) -> list[LabelledTalk]:
    """Talks of a file of {"id", "title", "abstract", "labels": [...], "event"} lines.

    Lines without labels are kept. Raises InputError with the line of the first fault, or where there is no talk.
    """
    talks = list(_talks(file))
    if not talks:
        raise InputError(f"{file.name} holds no talks; write one JSON object a line.", str(file))
    return talks


def _talks(file: Path) -> Iterator[LabelledTalk]:
    seen: dict[str, int] = {}
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"Not UTF-8 (byte {error.start:,}). Save it as UTF-8.", str(file)) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            talk = _talk(line, f"{file}, line {number}", number)
            if talk.id in seen:
                raise InputError(
                    f"The id “{talk.id}” is that of line {seen[talk.id]} too. Give each talk its own.",
                    f"{file}, line {number}",
                )
            seen[talk.id] = number
            yield talk


def _talk(line: str, where: str, number: int) -> LabelledTalk:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"Not JSON: {error}. Write one object a line.", where) from error
    if not isinstance(found, dict):
        raise InputError("Not a JSON object; write {“title”: ..., “labels”: [...]}.", where)
    labels = found.get("labels", [])
    if not isinstance(labels, list) or not all(isinstance(label, str) and label.strip() for label in labels):
        raise InputError("“labels” is not a list of names; write [“security”], or [] for none.", where)
    title, abstract = _text(found, "title", where), _text(found, "abstract", where)
    if not title and not abstract:
        raise InputError("Neither “title” nor “abstract” holds a word, so there is nothing to read.", where)
    return LabelledTalk(
        id=str(found.get("id") or number),
        title=title,
        abstract=abstract,
        labels=tuple(dict.fromkeys(labels)),
        event=_text(found, "event", where),
    )


def _text(found: dict[str, Any], field: str, where: str) -> str:
    value = found.get(field)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise InputError(f"“{field}” is not a text.", where)
    return str(value).strip()
