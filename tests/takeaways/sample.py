"""The sample article as blocks, read by the simplest of readers, and what it names, as recognition would tell."""

from __future__ import annotations

import re
from pathlib import Path

from app.takeaways.drafting.statement import Article, Block, Link, Mention, Person

SAMPLE = Path(__file__).parent.parent / "samples" / "article" / "harbour-days-recap.md"
WOUT = Person("Wout Claes", None, "Quay Data")
INES, PER, ADA = Person("Ines Aldana", 1, "Tidewater"), Person("Per Lindqvist", 2, "Kelp"), Person("Ada Brandt", 3)
TALKS = {"Queues at low tide": (11, INES), "Backups nobody reads": (12, PER), "Mooring with eBPF": (13, ADA)}
TECHNOLOGIES = {"Pulsar": 21, "Kafka": 22, "Kubernetes": 23, "Dredge": 24}
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")


def blocks_of(markdown: str) -> list[Block]:
    """Headings, paragraphs, quotes and bullets of simple Markdown."""
    blocks: list[Block] = []
    for piece in re.split(r"\n\s*\n|\n(?=- )", markdown):
        text = " ".join(piece.split())
        for sign, kind in (("#", "heading"), ("- ", "item"), (">", "quote"), ("", "paragraph")):
            if text.startswith(sign):
                level = len(text) - len(text.lstrip("#")) or 1
                blocks.append(_block(kind, text.lstrip("#").strip() if sign != "- " else text[2:], level))
                break
    return [block for block in blocks if block.text]


def _block(kind: str, text: str, level: int) -> Block:
    plain, links, done = "", [], 0
    for found in _LINK.finditer(text):
        plain += text[done : found.start()]
        links.append(Link(len(plain), len(plain) + len(found[1]), found[2]))
        plain, done = plain + found[1], found.end()
    return Block(kind, plain + text[done:], level, tuple(links))


def mentions_of(blocks: list[Block]) -> list[Mention]:
    """Where the blocks name the sample's talks, speakers and technologies."""
    names = [("talk", number, title) for title, (number, _) in TALKS.items()]
    names += [("speaker", person.speaker_id or 0, person.name) for person in (INES, PER, ADA)]
    names += [("technology", number, name) for name, number in TECHNOLOGIES.items()]
    return [
        Mention(kind, number, name, place, found.start(), found.end())
        for place, block in enumerate(blocks)
        for kind, number, name in names
        for found in re.finditer(re.escape(name), block.text)
    ]


def sample_article() -> Article:
    """The whole sample."""
    blocks = blocks_of(SAMPLE.read_text(encoding="utf-8"))
    return Article(
        blocks=blocks,
        mentions=mentions_of(blocks),
        observer=WOUT,
        url="https://blog.example.org/harbour-days",
        speakers={number: [person] for number, person in TALKS.values()},
        people={person.speaker_id or 0: person for person in (INES, PER, ADA)},
    )
