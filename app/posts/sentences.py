"""Markdown taken apart into sentences with their footnotes, and put together again without some. No database.

A sentence is what ends in a full stop, question mark or exclamation mark, within a paragraph, an item or a quotation;
a heading and a row of a table are one each, and so is what has no mark at its end. Links, code and quotations in
“marks” are never cut. Fenced and indented code is no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_DEFINITION = re.compile(r" {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATOM = re.compile(
    r"(?P<escape>\\.)|(?<!`)(?P<code>`+)(?!`).+?(?<!`)(?P=code)(?!`)|(?P<note>\[\^(?P<label>[^\]\s]+)\])"
    r"|!?\[(?:[^\[\]\\]|\\.)*\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?: \"[^\"]*\")?\)|<https?://[^>\s]*>|“[^“”]*”",
    re.DOTALL,
)
_END = re.compile(r"[.!?]+[\"'”’)\]*_]*(?:[ \t]*\x01+)*(?=\s|$)|[。！？]+(?:\x01+)*")
_GAP = re.compile(r"\s*")
AROUND = 40
_SHORT = """
    e.g i.e etc vs cf approx no nr mr mrs ms dr prof st inc ltd co corp jr sr p pp fig vol ca z.b d.h bzw
"""
_ABBREVIATIONS = frozenset(_SHORT.split())
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_SOMETHING = re.compile(r"[^\W_]")
_LEFT_OVER = re.compile(r"[\s>]*(?:[-*+]|\d+[.)])?[\s>|]*")


@dataclass(frozen=True)
class Segment:
    """A part of a sentence, as it reads, with the labels of the footnotes it ends in."""

    plain: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Sentence:
    """A sentence: the line it begins on, from 1; its place in the Markdown; how it reads; its parts by footnote.

    What follows the last footnote belongs to the part before it.
    """

    line: int
    start: int
    end: int
    plain: str
    segments: tuple[Segment, ...]
    heading: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """The labels of its footnotes, in order."""
        return tuple(label for segment in self.segments for label in segment.notes)


@dataclass(frozen=True)
class Note:
    """A footnote: the line it begins on, how it reads, and the addresses it links to."""

    line: int
    plain: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """A text taken apart. `text` is the Markdown with line ends as `\\n`, to which places refer."""

    text: str
    sentences: tuple[Sentence, ...]
    notes: dict[str, Note]


def take_apart(markdown: str) -> Taken:
    """The sentences of a text in order, and its footnotes by label; of a label defined twice the first."""
    text = markdown.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    body, notes = _without_notes(text)
    sentences = [found for block in _blocks(body) for found in block.sentences()]
    return Taken(text, tuple(sentences), notes)


def without(taken: Taken, rejected: Sequence[Sentence]) -> str:
    """The Markdown without some of its sentences; lines that are left with a mark of a list or nothing go as well."""
    text = taken.text
    for sentence in sorted(rejected, key=lambda found: -found.start):
        first = text.rfind("\n", 0, sentence.start) + 1
        after = text.find("\n", sentence.end)
        last = len(text) if after < 0 else after
        left = text[first : sentence.start] + text[sentence.end : last].lstrip(" ")
        if _LEFT_OVER.fullmatch(left.strip("#")):
            text = text[:first].rstrip("\n") + "\n" * min(2, len(text[:first])) + text[last:].lstrip("\n")
        else:
            text = text[:first] + left.rstrip() + text[last:]
    return text


def pieces(text: str) -> list[str]:
    """A line of Markdown cut into its sentences, without the space between them."""
    return [text[start:end] for start, end in _spans(text)]


def note_labels(text: str) -> list[str]:
    """The labels of the footnotes that a text refers to, in order; those in code are not."""
    return [found["label"] for found in _ATOM.finditer(text) if found["note"]]


@dataclass
class _Block:
    """Words of one block: `content`, and for each of its letters the place in the Markdown."""

    content: str
    places: list[int]
    line: int
    heading: bool
    whole: bool

    def sentences(self) -> Iterator[Sentence]:
        spans = [(0, len(self.content))] if self.whole else _spans(self.content)
        for start, end in spans:
            source = self.content[start:end]
            plain, segments = _segments(source)
            if _SOMETHING.search(plain):
                line = self.line + self.content.count("\n", 0, start)
                yield Sentence(line, self.places[start], self.places[end - 1] + 1, plain, segments, self.heading)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _without_notes(text: str) -> tuple[str, dict[str, Note]]:
    """The text with its footnotes blanked out, letter for letter, and the footnotes."""
    lines = text.split("\n")
    notes: dict[str, Note] = {}
    fence = ""
    at = 0
    while at < len(lines):
        mark = _FENCE.match(lines[at])
        if mark and (not fence or (mark[1].startswith(fence) and not lines[at].strip(" `~"))):
            fence = "" if fence else mark[1]
        found = None if fence else _DEFINITION.fullmatch(lines[at])
        if found is None:
            at += 1
            continue
        first, words = at, [found[2]]
        lines[at] = " " * len(lines[at])
        at += 1
        while at < len(lines) and lines[at].strip() and not _DEFINITION.fullmatch(lines[at]):
            words.append(lines[at].strip())
            lines[at] = " " * len(lines[at])
            at += 1
        notes.setdefault(found[1], _note(first + 1, " ".join(words)))
    return "\n".join(lines), notes


def _note(line: int, source: str) -> Note:
    plain, links = _read(source)
    return Note(line, plain, tuple(dict.fromkeys((*links, *_ADDRESS.findall(plain)))))


def _blocks(body: str) -> Iterator[_Block]:
    starts = [0]
    for line in body.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    tokens = _parser().parse(body)
    for number, token in enumerate(tokens):
        if token.type == "tr_open" and token.map:
            yield _row(body, starts, token.map[0])
        elif token.type == "inline" and token.map and tokens[number - 1].type not in ("th_open", "td_open"):
            yield _text(body, starts, token, heading=tokens[number - 1].type == "heading_open")


def _row(body: str, starts: list[int], at: int) -> _Block:
    """A row of a table, as one sentence."""
    first, last = starts[at], starts[at + 1] - 1
    return _Block(body[first:last], list(range(first, last)), at + 1, heading=False, whole=True)


def _text(body: str, starts: list[int], token: Token, *, heading: bool) -> _Block:
    """What a block says, found again in its lines, which may begin with marks of quotations and lists."""
    assert token.map is not None
    first, after = token.map
    places: list[int] = []
    for number, words in enumerate(token.content.split("\n")):
        line = min(first + number, after - 1)
        place = body.find(words.strip(), starts[line], starts[line + 1])
        if number:
            places.append(starts[line] - 1)
        # Tabs may have become spaces: then the whole line stands for its words.
        lead = len(words) - len(words.lstrip())
        start = starts[line] if place < 0 else place - lead
        places += [min(start + offset, starts[line + 1] - 1) for offset in range(len(words))]
    return _Block(token.content, places, first + 1, heading, whole=heading)


def _spans(content: str) -> list[tuple[int, int]]:
    masked = _ATOM.sub(lambda found: ("\x01" if found["note"] else "\x02") * len(found[0]), content)
    spans = []
    start = 0
    for end in _END.finditer(masked):
        if end.end() < len(masked) and not _is_end(masked, end):
            continue
        spans.append((start, end.end()))
        gap = _GAP.match(masked, end.end())
        start = gap.end() if gap else end.end()
    if masked[start:].strip():
        spans.append((start, len(masked.rstrip())))
    return [(first, last) for first, last in spans if first < last]


def _is_end(masked: str, end: re.Match[str]) -> bool:
    # A look around is enough, and whole paragraphs may be long.
    if masked[end.end() : end.end() + AROUND].lstrip()[:1].islower():
        return False
    before = masked[max(0, end.start() - AROUND) : end.start()].split()[-1:]
    word = before[0].strip("(“\"'*_") if before else ""
    is_short = word.casefold() in _ABBREVIATIONS or (len(word) == 1 and word.isupper())
    return not (end[0][0] == "." and is_short)


def _segments(source: str) -> tuple[str, tuple[Segment, ...]]:
    """How a sentence reads, and its parts by footnote."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    at = 0
    for found in _ATOM.finditer(source):
        if not found["note"]:
            continue
        words = source[at : found.start()]
        if words.strip(" \t\n.,;:!?") and parts[-1][1]:
            parts.append((words, [found["label"]]))
        else:
            parts[-1] = (parts[-1][0] + words, [*parts[-1][1], found["label"]])
        at = found.end()
    parts[-1] = (parts[-1][0] + source[at:], parts[-1][1])
    read = [Segment(_read(words)[0], tuple(labels)) for words, labels in parts]
    return _read(_ATOM.sub(lambda found: "" if found["note"] else found[0], source))[0], tuple(read)


def _read(source: str) -> tuple[str, list[str]]:
    """How Markdown of one line reads, and where its links lead."""
    words: list[str] = []
    links: list[str] = []
    waiting = list(reversed(_parser().parseInline(source)))
    while waiting:
        token = waiting.pop()
        if token.type == "link_open":
            links.append(str(token.attrs.get("href", "")))
        if token.children:
            waiting += reversed(token.children)
        elif token.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif token.type != "inline":
            words.append(token.content)
    return re.sub(r"\s+", " ", "".join(words)).strip(), links
