"""Plain text as blocks of an article: headings guessed from short lines, bullets, quotes, paragraphs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from app.ingest.formats.article_blocks import Blocks

_BULLET = re.compile(r"(\s*)(?:[•◦‣▪●∙·*+–—-]|o(?=\s{2,})|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+(?=\S)")
_UNDERLINE = re.compile(r"\s*(=|-|~|\*|#|_)\1{2,}\s*\Z")
_MARKED = re.compile(r"\s{0,3}(#{1,6})\s+(.+?)\s*#*\s*\Z")
_OPENS_QUOTE = ("“", '"', "„", "«", ">")
_INNER_END = re.compile(r"[.!?][”\"')]?\s+\S")
_SAYS = re.compile(
    r"\b(?:says?|said|explains?|explained|adds?|added|details?|wrote|writes|puts it|notes?|noted|are|is|were|was|"
    r"following|sagt|erklärt|dit|explique|dice|ajoute)\b[^:]{0,20}:\Z",
    re.IGNORECASE,
)
_HEADING_WORDS, _HEADING_LENGTH = 14, 90
_WITH_SPEAKER = re.compile(
    r"\S.{8,160} \((?:[A-ZÀ-ÖØ-Þ][^\s()]*[,&]? ?|(?:and|und|et|y|de|van|von|from|of) ){2,10}\)\Z"
)
"""A talk as a heading: its title may be long and may have a full stop in it."""
_LONG_LINE = 120
_BYLINE = re.compile(r"(?i:by|von|par|posted|published|veröffentlicht|publié|publicado)\b.*\d|(?i:by|von|par) [A-ZÀ-Þ]")
_TABS = 4


class _Line(NamedTuple):
    """A line, its number from 1, and how far it is set in."""

    number: int
    text: str
    indent: int


def read_plain(text: str, blocks: Blocks) -> None:
    """Put the blocks of a plain text into `blocks`."""
    lines = [_Line(number, line.strip(), _indent(line)) for number, line in enumerate(text.split("\n"), start=1)]
    lengths = [len(line.text) for line in lines if line.text]
    # A text that breaks no line within a paragraph has each on a line of its own.
    is_wrapped = bool(lengths) and max(lengths) <= _LONG_LINE and median(lengths) > 0
    groups = [part for group in _groups(lines, is_wrapped) for part in _heads_apart(group)]
    signs: set[str] = set()
    before = ""
    for at, group in enumerate(groups):
        following = groups[at + 1] if at + 1 < len(groups) else []
        heading = _heading(group, following)
        if heading:
            text_of, level = heading
            sign = _sign(text_of)
            if level == 0:
                level = 3 if before == "heading" or sign in signs else 2
            if level == 3 and sign:
                signs.add(sign)
            blocks.begin("heading", group[0].number, level)
            blocks.add(text_of)
            before = "heading"
        else:
            before = "text"
            _text(group, blocks)
    blocks.end()


def _indent(line: str) -> int:
    shown = line.expandtabs(_TABS)
    return len(shown) - len(shown.lstrip())


def _groups(lines: Sequence[_Line], is_wrapped: bool) -> Iterator[list[_Line]]:
    """Lines that belong together: between empty lines, or each alone where lines are whole paragraphs."""
    group: list[_Line] = []
    for line in lines:
        is_bullet = bool(_BULLET.match(line.text))
        alone = not is_wrapped and not is_bullet and not _UNDERLINE.match(line.text)
        if group and (not line.text or (alone and not _BULLET.match(group[0].text))):
            yield group
            group = []
        if line.text:
            group.append(line)
    if group:
        yield group


def _heads_apart(group: list[_Line]) -> list[list[_Line]]:
    """A short line right above bullets is a heading of notes, and no part of them, unless it leads into them."""
    is_head = len(group) > 1 and not _BULLET.match(group[0].text) and bool(_BULLET.match(group[1].text))
    words = group[0].text.split()
    if is_head and len(words) <= (3 if group[0].text.endswith(":") else 8):
        return [group[:1], group[1:]]
    return [group]


def _heading(group: Sequence[_Line], following: Sequence[_Line]) -> tuple[str, int] | None:
    """(words, level) of a heading, level 0 where nothing tells it; None for anything else."""
    first = group[0].text
    if marked := _MARKED.match(first):
        return (marked[2], len(marked[1])) if len(group) == 1 else None
    if len(group) == 2 and _UNDERLINE.match(group[1].text) and not _BULLET.match(first):
        return first, 1 if "=" in group[1].text else 2
    if len(group) != 1 or not following or _BULLET.match(first) or first.startswith(_OPENS_QUOTE):
        return None
    if _WITH_SPEAKER.match(first):
        return first, 0
    if len(first) > _HEADING_LENGTH or len(first.split()) > _HEADING_WORDS or _INNER_END.search(first):
        return None
    if (
        _BYLINE.match(first)
        or not any(letter.isalpha() for letter in first)
        or first.endswith((".", ",", ";", "…"))
        or "://" in first
    ):
        return None
    if first[0].isalpha() and first[0].islower():
        return None
    if first.endswith(":"):
        # "Ann explains:" brings in what she says, and is no heading.
        return None if _SAYS.search(first) else (first.rstrip(": "), 2)
    return first, 0


def _sign(heading: str) -> str:
    """How a heading is written, for those of one kind: "Title (Speaker)", "Title - Speaker", "Speaker: Title"."""
    if heading.endswith(")"):
        return "()"
    return next((mark for mark in (" - ", " – ", " — ", ": ", " by ") if mark in heading), "")


def _text(group: Sequence[_Line], blocks: Blocks) -> None:
    """Paragraph, quote and items of lines that belong together."""
    indents: list[int] = []
    is_open = False
    for line in group:
        bullet = _BULLET.match(line.text)
        if bullet:
            while indents and indents[-1] > line.indent:
                indents.pop()
            if not indents or indents[-1] < line.indent:
                indents.append(line.indent)
            blocks.begin("item", line.number, len(indents))
            blocks.add(line.text[bullet.end() :])
        elif line.text.startswith(">"):
            if not is_open or indents:
                blocks.begin("quote", line.number)
            blocks.add(" " + line.text.lstrip("> "))
            indents = []
        elif not _UNDERLINE.match(line.text):
            if not is_open:
                blocks.begin("quote" if _is_quoted(group) else "paragraph", line.number)
            blocks.add(" " + line.text)
        is_open = True
    blocks.end()


def _is_quoted(group: Sequence[_Line]) -> bool:
    first, last = group[0].text[:1], group[-1].text[-1:]
    return (first, last) in {("“", "”"), ("„", "“"), ("«", "»"), ('"', '"')}
