"""What was read of an article: its plain words in blocks, and what it says of itself. Pure, like `record`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "quote"]


@dataclass(frozen=True)
class LinkRecord:
    """An http(s) address behind the words `start` up to `end` of a block; both are equal where no word carries it."""

    start: int
    end: int
    url: str


@dataclass(frozen=True)
class BlockRecord:
    """A stretch of an article as plain text on one line.

    `level` is 1..6 of a heading, the depth from 1 of an item, else 0. `line` is that of the source, from 1.
    """

    kind: BlockKind
    text: str
    line: int
    level: int = 0
    links: tuple[LinkRecord, ...] = ()


@dataclass(frozen=True)
class ArticleContent:
    """An article. Nothing of its markup is kept; `published_on` is an ISO day, month or year.

    `edition` is the slug or name of an edition that whoever imports it gave; `event` is what the article's own head
    says it is about, with its description and tags. `observer` is the attendee it reports of, where that is certain.
    """

    title: str
    format: Literal["markdown", "html", "text"]
    blocks: tuple[BlockRecord, ...]
    language: str | None = None
    author: str | None = None
    observer: str | None = None
    observer_affiliation: str | None = None
    publisher: str | None = None
    published_on: str | None = None
    url: str | None = None
    event: str = ""
    edition: str | None = None
