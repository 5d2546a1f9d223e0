"""Marking what matched in a text and choosing the part of it to show. Pure; text stays plain and unescaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from app.search.shapes import Segment
from app.search.stemming import stem

WINDOW_WORDS = 45
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8_192)
def _words(text: str) -> tuple[tuple[int, int, str], ...]:
    """Start, end and stem of each word. Titles and passages come up in answer after answer, so this is kept."""
    return tuple((*word.span(), stem(word.group())) for word in _WORD.finditer(text))


def stems_of(terms: Iterable[str]) -> frozenset[str]:
    """Stems of the terms of a query, for the functions below."""
    return frozenset(stem(term) for term in terms)


def matched_terms(terms: Iterable[str], *texts: str) -> list[str]:
    """The terms, in their order, whose stem is in any of the texts."""
    there = {stemmed for text in texts for _, _, stemmed in _words(text)}
    return [term for term in terms if stem(term) in there]


def marked(text: str, stems: frozenset[str]) -> list[Segment]:
    """All of `text` as segments: words whose stem is among `stems` are matches. Joined they give `text` again."""
    segments: list[Segment] = []
    start = 0
    for begins, ends, stemmed in _words(text):
        if stemmed in stems:
            if begins > start:
                segments.append(Segment(text[start:begins], False))
            segments.append(Segment(text[begins:ends], True))
            start = ends
    if start < len(text):
        segments.append(Segment(text[start:], False))
    return segments


def snippet(text: str, stems: frozenset[str], words: int = WINDOW_WORDS) -> list[Segment]:
    """The window of `words` words of `text` that holds most distinct matches, as segments; its cuts show as "…"."""
    found = _words(text)
    if len(found) <= words:
        return marked(text, stems)
    first = _best_window([stemmed for _, _, stemmed in found], stems, words)
    last = min(first + words, len(found)) - 1
    start = found[first][0] if first else 0
    end = found[last][1] if last < len(found) - 1 else len(text)
    segments = marked(text[start:end], stems)
    if start:
        segments.insert(0, Segment("… ", False))
    if end < len(text):
        segments.append(Segment(" …", False))
    return segments


def _best_window(words: list[str], stems: frozenset[str], size: int) -> int:
    """Where the best window begins: most distinct stems, then most matches, then a little before its first match."""
    at = [position for position, word in enumerate(words) if word in stems]
    if not at:
        return 0
    best, begins = (0, 0), 0
    for position in at:
        inside = [other for other in at if position <= other < position + size]
        worth = (len({words[other] for other in inside}), len(inside))
        if worth > best:
            best, begins = worth, position
    return max(0, min(begins - size // 6, len(words) - size))
