"""How a title stands in its block: set apart or amid a sentence, with capitals, with whose name beside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.takeaways.recognition.finding import Block
from app.takeaways.recognition.words import is_telling

_EDGE = re.compile(r"[:–—|()\[\]\"“”«»„;,.!?*_…\n]|\s-\s|\s-$|^-\s")
_FAR = 120
"""Letters before and after a place that are looked at."""
_WEAK = ",;.!?"
_LABELS = frozenset(
    [
        "lightning", "talk", "keynote", "workshop", "tutorial", "panel", "session", "sponsored", "vortrag",
        "conference", "conférence", "opening", "closing", "the", "der", "die", "das", "le", "la", "a", "an",
        "titled", "called", "title", "title's", "by", "mit", "von", "de",
    ]
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_NAME = (
    r"[A-ZÀ-ÖØ-Þ][\w'’.\-]*(?:\s+[\"“'‘(][^\"”'’)]{1,20}[\"”'’)])?(?:\s+(?:[a-z]{2,3}\s+)?[A-ZÀ-ÖØ-Þ][\w'’.\-]*){1,3}"
)
_AFTER = re.compile(rf"^[\"”»*_\])]{{0,3}}\s*(?:[-–—|(,:]|by\b|with\b|von\b|par\b|de\b|mit\b)\s*[*_\[]{{0,3}}({_NAME})")
_BEFORE = re.compile(rf"({_NAME})[*_\])]{{0,3}}\s*(?:[:–—|]|\s-|\()\s*[*_\"“«„\[]{{0,3}}$")
_BY = re.compile(r"[-–—|(,:]")
_SUBTITLE = re.compile(r"^\s*(?::|\s[-–—])\s*[\"“]?[A-ZÀ-ÖØ-Þ0-9]")


@dataclass(frozen=True)
class Standing:
    """How a place stands. `fills` says that it is all of a heading, link, quotation or piece between dashes."""

    fills: bool
    capitals: bool
    goes_on: bool
    """A colon or dash follows and then more words, so that the title may be a longer one."""
    names: tuple[str, ...]
    """Names written right before or after it, as of who gave the talk."""


def standing_of(block: Block, first: int, last: int) -> Standing:
    """How the words from `first` to `last` stand in the block."""
    text, spans = block.text, block.words.spans
    start, end = spans[first][0], spans[last][1]
    left, right = _left_edge(block, start), _right_edge(block, end)
    before = [word for word in _WORD.findall(text[left:start]) if word.lower() not in _LABELS]
    after = [word for word in _WORD.findall(text[end:right]) if word.lower() not in _LABELS]
    by_name = re.match(r"\s*(?:by|with|von|par|mit|de)\s", text[end:right]) is not None
    telling = [at for at in range(first, last + 1) if is_telling(block.words.plain[at])]
    capitals = sum(not text[spans[at][0]].islower() for at in telling) >= 0.75 * len(telling)
    # A comma or a full stop alone sets nothing apart; with another mark it does where the words look like a title.
    marks = (text[max(0, left - 1) : left], text[right : right + 1] if text[right + 1 : right + _FAR].strip() else "")
    apart = 2 * _is_linked(block, left, right) + sum(mark not in _WEAK or not mark for mark in marks)
    fills = not before and (not after or by_name) and apart >= (1 if capitals or len(telling) >= 4 else 2)
    ahead, behind = text[end : end + _FAR], text[max(0, start - _FAR) : start]
    written = [found[1] for found in (_AFTER.match(ahead), _BEFORE.search(behind)) if found]
    names = [name for name in written if name.split()[0].lower() not in _LABELS]
    return Standing(fills, capitals, _SUBTITLE.match(ahead) is not None, tuple(names))


def has_byline(block: Block, first: int, last: int, name: Sequence[str]) -> bool:
    """Whether the folded words of a name stand right after or before the place, as “Title - Name” or “Name: Title”."""
    if not name:
        return False
    words, text, count = block.words, block.text, len(name)
    if words.plain[last + 1 : last + 1 + count] == tuple(name):
        between = text[words.spans[last][1] : words.spans[last + 1][0]]
        return _BY.search(between) is not None
    if words.plain[last + 1 : last + 2 + count] in (("by", *name), ("with", *name), ("von", *name), ("par", *name)):
        return True
    if first >= count and words.plain[first - count : first] == tuple(name):
        return _BY.search(text[words.spans[first - 1][1] : words.spans[first][0]]) is not None
    return False


def _is_linked(block: Block, left: int, right: int) -> bool:
    return any(link.start <= left and right <= link.end for link in block.links)


def _left_edge(block: Block, start: int) -> int:
    edges = [found.end() for found in _EDGE.finditer(block.text, max(0, start - _FAR), start)]
    edges += [link.start for link in block.links if link.start <= start]
    edges += [link.end for link in block.links if link.end <= start]
    return max(edges, default=max(0, start - _FAR))


def _right_edge(block: Block, end: int) -> int:
    found = _EDGE.search(block.text, end)
    edges = [found.start()] if found else [len(block.text)]
    edges += [link.end for link in block.links if link.end >= end]
    edges += [link.start for link in block.links if link.start >= end]
    return min(edges)
