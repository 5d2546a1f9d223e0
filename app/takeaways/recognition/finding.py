"""The records of recognition: blocks as they are read, and what was found in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.takeaways.recognition.words import Words, read_words

CERTAIN, LIKELY, UNSURE = "certain", "likely", "unsure"


@dataclass(frozen=True)
class Link:
    """An address with the words that carry it."""

    start: int
    end: int
    url: str


@dataclass(frozen=True)
class Block:
    """A block of an article, with its words; `heading` is the number of the heading it stands under, if any."""

    number: int
    kind: str
    text: str
    words: Words
    links: tuple[Link, ...] = ()
    heading: int | None = None


@dataclass(frozen=True)
class Talk:
    """A talk that an article may name. `own` says that it is of the article's edition."""

    id: int
    slug: str
    title: str
    kind: str = "talk"
    edition_id: int = 0
    speakers: tuple[int, ...] = ()
    urls: tuple[str, ...] = ()
    own: bool = True


@dataclass(frozen=True)
class Person:
    """A speaker with every way to write the name that the base knows."""

    id: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class RunnerUp:
    """What else a place might name, and how alike it is, 0..1."""

    slug: str
    name: str
    score: float


@dataclass(frozen=True)
class Finding:
    """Something that a place of an article names. `start` and `end` are places in the text of the block."""

    kind: str
    id: int
    block: int
    start: int
    end: int
    score: float
    certainty: str
    why: str
    runner_up: RunnerUp | None = None
    is_full: bool = True
    """Of a speaker: named in full, and not by a part of the name that stood there before."""


def read_blocks(rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Blocks as `ArticleText` stores them."""
    blocks: list[Block] = []
    heading: int | None = None
    for number, row in enumerate(rows):
        text = str(row.get("text") or "")
        if row.get("kind") == "heading":
            heading = number
        links = _links(row.get("links") or (), len(text))
        blocks.append(Block(number, str(row.get("kind") or "paragraph"), text, read_words(text), links, heading))
    return blocks


def _links(rows: Iterable[Mapping[str, Any]], length: int) -> tuple[Link, ...]:
    return tuple(
        Link(max(0, int(row["start"])), min(length, int(row["end"])), str(row["url"])) for row in rows if row.get("url")
    )
