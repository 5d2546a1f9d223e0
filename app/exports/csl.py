"""Talks as CSL-JSON (Citation Style Language 1.0.2), type `speech`, for Zotero, pandoc and word processors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from app.catalog.citations import Citation
from app.exports.addresses import absolute
from app.text.cited_names import cited_name


def write(talks: Sequence[Citation]) -> bytes:
    """An array of items, UTF-8, in the order given. The same talks give the same bytes."""
    return (json.dumps([_item(talk) for talk in talks], ensure_ascii=False, indent=1) + "\n").encode()


def _item(talk: Citation) -> dict[str, Any]:
    date = [int(part) for part in talk.date.split("-")] if talk.date else [talk.year, talk.month]
    date = [part for part in date if part]
    video, slides = absolute(talk.video), absolute(talk.slides)
    links = [f"{name}: {link}" for name, link in (("Video", video), ("Slides", slides)) if link]
    fields: dict[str, Any] = {
        "id": talk.slug,
        "type": "speech",
        "title": talk.title,
        "author": [_author(name) for name in talk.speakers],
        "event-title": talk.edition,
        "event-place": ", ".join(part for part in (talk.city, talk.country) if part),
        "issued": {"date-parts": [date]} if date else None,
        "genre": talk.genre,
        "language": talk.language,
        "URL": absolute(talk.url),
        "note": ". ".join(links),
    }
    return {name: value for name, value in fields.items() if value}


def _author(name: str) -> dict[str, str]:
    parts = cited_name(name)
    named = {"family": parts.family, "given": parts.given, "suffix": parts.generation}
    return {part: value for part, value in named.items() if value}
