"""Marking what matched in a text and choosing the part of it to show. Pure; text stays plain and unescaped."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache

from app.search.shapes import Segment
from app.text.stemming import stem

WINDOW_WORDS = 45
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1_024)
def _beginning(stems: frozenset[str]) -> re.Pattern[str]:
    """What finds words that begin as one of `stems`, or with a letter beyond ASCII, which may be another's capital."""
    letters = {one[0] for one in stems if one[:1].isascii() and one[:1].isalnum()}
    plain = "".join(sorted(letter + letter.upper() for letter in letters))
    first = rf"[{plain}]|[^\W_\x00-\x7f]" if plain else r"[^\W_\x00-\x7f]"
    return re.compile(rf"(?<![^\W_])(?:{first})[^\W_]*")


def _matches(text: str, stems: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Start, end and stem of each word of `text` whose stem is among `stems`.

    A stem begins as its word does, so only words that begin as a stem are cut down to theirs.
    """
    for word in _beginning(stems).finditer(text):
        stemmed = stem(word.group())
        if stemmed in stems:
            yield word.start(), word.end(), stemmed


def stems_of(terms: Iterable[str]) -> frozenset[str]:
    """Stems of the terms of a query, for the functions below."""
    return frozenset(stem(term) for term in terms)


def matched_terms(terms: Iterable[str], *texts: str) -> list[str]:
    """The terms, in their order, whose stem is in any of the texts."""
    terms = list(terms)
    stems = stems_of(terms)
    there = {stemmed for _, _, stemmed in _matches("\n".join(texts), stems)}
    return [term for term in terms if stem(term) in there]


def marked(text: str, stems: frozenset[str]) -> list[Segment]:
    """All of `text` as segments: words whose stem is among `stems` are matches. Joined they give `text` again."""
    segments: list[Segment] = []
    start = 0
    for begins, ends, _ in _matches(text, stems):
        if begins > start:
            segments.append(Segment(text[start:begins], False))
        segments.append(Segment(text[begins:ends], True))
        start = ends
    if start < len(text):
        segments.append(Segment(text[start:], False))
    return segments


def snippet(text: str, stems: frozenset[str], words: int = WINDOW_WORDS) -> list[Segment]:
    """The window of `words` words of `text` that holds most distinct matches, as segments; its cuts show as "…"."""
    found = [word.span() for word in _WORD.finditer(text)]
    if len(found) <= words:
        return marked(text, stems)
    at = [(bisect_left(found, (begins, ends)), stemmed) for begins, ends, stemmed in _matches(text, stems)]
    first = max(0, min(_best_window(at, words), len(found) - words))
    last = first + words - 1
    start = found[first][0] if first else 0
    end = found[last][1] if last < len(found) - 1 else len(text)
    segments = marked(text[start:end], stems)
    if start:
        segments.insert(0, Segment("… ", False))
    if end < len(text):
        segments.append(Segment(" …", False))
    return segments


def _best_window(at: list[tuple[int, str]], size: int) -> int:
    """Where the best window begins, of the places and stems of what matched.

    That with most distinct stems, then with most matches, then a little before its first match.
    """
    best, begins = (0, 0), size // 6
    for place, _ in at:
        inside = [stemmed for other, stemmed in at if place <= other < place + size]
        worth = (len(set(inside)), len(inside))
        if worth > best:
            best, begins = worth, place
    return begins - size // 6
