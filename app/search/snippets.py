"""Marking what matched in a text and choosing the part of it to show. Pure; text stays plain and unescaped.

Japanese, Chinese and Korean match by pairs of characters, as `query.split_words` cuts them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from app.search.query import UNSPACED
from app.search.shapes import Segment
from app.search.stemming import stem

WINDOW_WORDS = 45
_WORD = re.compile(r"[^\W_]+")
_RUN = UNSPACED.pattern[1:-2]  # of UNSPACED, the class of its characters
_SOME_RUN = re.compile(_RUN)
_WORD_OR_RUN = re.compile(rf"(?P<run>{_RUN}+)|(?:(?!{_RUN})[^\W_])+")
_WORD_OR_PAIR = re.compile(rf"{_RUN}{{1,2}}|(?:(?!{_RUN})[^\W_])+")


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


def _matches_with_pairs(text: str, stems: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """As `_matches`, for any text; pairs may overlap."""
    for word in _WORD_OR_RUN.finditer(text):
        begins, ends = word.span()
        size = min(2, ends - begins) if word["run"] else ends - begins
        for start in range(begins, ends - size + 1):
            stemmed = stem(text[start : start + size])
            if stemmed in stems:
                yield start, start + size, stemmed


def _has_runs(text: str) -> bool:
    return not text.isascii() and _SOME_RUN.search(text) is not None


def _finder(text: str) -> Callable[[str, frozenset[str]], Iterator[tuple[int, int, str]]]:
    """What finds matches in `text` and its parts: most texts are spared the looking for pairs."""
    return _matches_with_pairs if _has_runs(text) else _matches


def stems_of(terms: Iterable[str]) -> frozenset[str]:
    """Stems of the terms of a query, for the functions below."""
    return frozenset(stem(term) for term in terms)


def matched_terms(terms: Iterable[str], *texts: str) -> list[str]:
    """The terms, in their order, whose stem is in any of the texts."""
    terms = list(terms)
    stems = stems_of(terms)
    text = "\n".join(texts)
    there = {stemmed for _, _, stemmed in _finder(text)(text, stems)}
    return [term for term in terms if stem(term) in there]


def marked(text: str, stems: frozenset[str]) -> list[Segment]:
    """All of `text` as segments: words whose stem is among `stems` are matches. Joined they give `text` again.

    Pairs that overlap or touch are one match.
    """
    return _segments(text, _finder(text)(text, stems))


def _segments(text: str, matches: Iterator[tuple[int, int, str]]) -> list[Segment]:
    segments: list[Segment] = []
    start = 0
    for begins, ends, _ in matches:
        opens = begins
        if begins > start:
            segments.append(Segment(text[start:begins], False))
        elif segments and segments[-1].is_match:
            opens = start - len(segments.pop().text)
        segments.append(Segment(text[opens:ends], True))
        start = ends
    if start < len(text):
        segments.append(Segment(text[start:], False))
    return segments


def snippet(text: str, stems: frozenset[str], words: int = WINDOW_WORDS) -> list[Segment]:
    """The window of `words` words of `text` that holds most distinct matches, as segments; its cuts show as "…".

    Two characters of a text without spaces count as a word.
    """
    matches = _finder(text)
    found = [word.span() for word in (_WORD if matches is _matches else _WORD_OR_PAIR).finditer(text)]
    if len(found) <= words:
        return _segments(text, matches(text, stems))
    at = [(bisect_right(found, (begins, len(text))) - 1, stemmed) for begins, _, stemmed in matches(text, stems)]
    first = max(0, min(_best_window(at, words), len(found) - words))
    last = first + words - 1
    start = found[first][0] if first else 0
    end = found[last][1] if last < len(found) - 1 else len(text)
    part = text[start:end]
    segments = _segments(part, matches(part, stems))
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
