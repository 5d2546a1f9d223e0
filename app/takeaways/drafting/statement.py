"""What drafting is given of an article, and what it finds: statements with their cues. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Person(NamedTuple):
    """Someone who may say something; `speaker_id` where the base knows them as a speaker."""

    name: str
    speaker_id: int | None = None
    affiliation: str | None = None


def same_person(one: Person | None, other: Person | None) -> bool:
    """Whether two are one person: the same speaker, or the same name."""
    if one is None or other is None:
        return False
    if one.speaker_id is not None and other.speaker_id is not None:
        return one.speaker_id == other.speaker_id
    return one.name.casefold() == other.name.casefold()


class Link(NamedTuple):
    """An address in a block, and where its words stand."""

    start: int
    end: int
    url: str


class Block(NamedTuple):
    """A block of an article, as `ArticleText.blocks` has it."""

    kind: str
    text: str
    level: int = 1
    links: tuple[Link, ...] = ()


class Mention(NamedTuple):
    """What a block names: `kind` as in `ArticleMention`, `id` the row it means, `name` as the base writes it."""

    kind: str
    id: int
    name: str
    block: int
    start: int
    end: int


@dataclass(frozen=True)
class Article:
    """An article to draft from: its blocks, what they name for certain or likely, and who wrote it."""

    blocks: Sequence[Block]
    mentions: Sequence[Mention] = ()
    observer: Person | None = None
    url: str | None = None
    speakers: Mapping[int, Sequence[Person]] = field(default_factory=dict)
    """Who gave a talk, by talk id, for the talks that are mentioned."""
    people: Mapping[int, Person] = field(default_factory=dict)
    """The speakers that are mentioned, by id."""


@dataclass
class Statement:
    """A sentence or bullet that may be a takeaway. `evidence` is that of `TakeawayDraft`; `start` a place or second."""

    text: str
    kind: str
    stance: str
    score: float
    why: list[str]
    conditions: str | None = None
    said_as: str = "observer"
    person: Person | None = None
    talk_id: int | None = None
    technologies: list[str] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    block: int = 0
    start: float = 0
