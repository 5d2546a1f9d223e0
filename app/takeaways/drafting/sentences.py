"""Sentences with their places, for text of articles and abstracts: abbreviations do not end one, bullets begin one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_END = re.compile(r"""[.!?…。！？]+["'”’»)\]]*(?=\s|$)|\n\s*\n|\n(?=\s*(?:[-*•–·]|\d+[.)])\s)""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|approx|resp|incl|no|fig|dr|mr|mrs|ms|prof|st|inc|ltd|jr|sr|z\.\s?b|d\.\s?h|u\.\s?a"
    r"|bzw|ca|p\.\s?ej|[A-ZÀ-Ý])\.)$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:(?:[-*•–·◦▪]|\d{1,2}[.)])\s+)+")
_NUMBER = 6
"""Characters of the number of a list's entry, with its full stop and white space."""
_WORD = re.compile(r"[^\W_][\w'’+#./-]*")


class Sentence(NamedTuple):
    """A sentence and its place in the text it was cut from."""

    text: str
    start: int
    end: int


def sentences_of(text: str, start: int = 0, end: int | None = None) -> list[Sentence]:
    """Sentences between two places of `text`, in order, without bullets and the white space around them."""
    end = len(text) if end is None else end
    found = [_trimmed(text, first, after) for first, after in _cuts(text, start, end)]
    return [sentence for sentence in found if sentence is not None]


def _cuts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for mark in _END.finditer(text, start, end):
        dotted = mark.group().startswith(".")
        if dotted and _goes_on(text, first, mark.end(), end):
            continue
        yield first, mark.end()
        first = mark.end()
    yield first, end


def _goes_on(text: str, first: int, stop: int, end: int) -> bool:
    """Whether a full stop ends an abbreviation only, or the next letter is a small one."""
    if _ABBREVIATION.search(text, max(first, stop - 8), stop):
        following = text[stop : min(end, stop + 6)].lstrip()
        return not following or not text[stop - 2 : stop - 1].isdigit()
    if stop - first <= _NUMBER and text[first : stop - 1].strip().isdigit():  # the number of a list's entry
        return True
    following = text[stop : min(end, stop + 6)].lstrip()
    return following[:1].islower() and not following.startswith(("http", "iOS"))


def _trimmed(text: str, start: int, end: int) -> Sentence | None:
    bullet = _BULLET.match(text[start:end])
    if bullet:
        start += bullet.end()
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()
    while piece.endswith(("”", "»")) and piece.count("“") + piece.count("„") + piece.count("«") < piece.count(
        piece[-1]
    ):
        piece = piece[:-1].rstrip()  # the end of a quotation that began before
    return Sentence(piece, start, start + len(piece)) if _WORD.search(piece) else None


def count_words(text: str) -> int:
    """Words of `text`; marks alone do not count."""
    return len(_WORD.findall(text))


def plain_words(text: str) -> str:
    """`text` without line breaks and doubled white space."""
    return " ".join(text.split())
