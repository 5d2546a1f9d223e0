"""Marking what matched in a text and choosing the part of it to show. Pure; text stays plain and unescaped.

Japanese, Chinese and Korean match by pairs of characters, as `query.split_words` cuts them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from string import ascii_lowercase, ascii_uppercase, digits
from typing import NamedTuple

from app.search.query import UNSPACED
from app.search.shapes import Segment
from app.text.stemming import stem

WINDOW_WORDS = 45
_RUN = UNSPACED.pattern[1:-2]  # of UNSPACED, the class of its characters
_SOME_RUN = re.compile(_RUN)
_WORD_OR_RUN = re.compile(rf"(?P<run>{_RUN}+)|(?:(?!{_RUN})[^\W_])+")
_WORD_OR_PAIR = re.compile(rf"{_RUN}{{1,2}}|(?:(?!{_RUN})[^\W_])+")
_LOWER = {code: chr(code) if chr(code) in ascii_lowercase + digits else " " for code in range(128)} | dict(
    zip(map(ord, ascii_uppercase), ascii_lowercase, strict=True)
)


class _Read(NamedTuple):
    """A text as it was read: letter by letter with a space for all that is in no word; and its words that match,
    with their stems."""

    spaced: str
    words: int
    matching: dict[str, str]


class Marking:
    """What the words of one query mark. It keeps what it read, so make one for each answer."""

    def __init__(self, terms: Iterable[str]) -> None:
        """Of the terms of a query: a word is marked that has the stem of one."""
        self._terms = {term: stem(term) for term in terms}
        self._stems = frozenset(self._terms.values())
        # A stem begins as its word does, so only words that begin as a stem are cut down to theirs.
        letters = {one[:1] for one in self._stems}
        self._letters = letters | {letter.upper() for letter in letters}
        self._texts: dict[str, _Read] = {}

    def terms_in(self, *texts: str) -> list[str]:
        """The terms, in their order, whose stem is in any of the texts."""
        there = {stemmed for text in texts for stemmed in self._stems_in(text)}
        return [term for term, stemmed in self._terms.items() if stemmed in there]

    def marked(self, text: str) -> list[Segment]:
        """All of `text` as segments: words that match are matches. Joined they give `text` again.

        Pairs that overlap or touch are one match.
        """
        return _segments(text, 0, len(text), self._places(text))

    def snippet(self, text: str, words: int = WINDOW_WORDS) -> list[Segment]:
        """The window of `words` words of `text` that holds most distinct matches, as segments; its cuts show as "…".

        Two characters of a text without spaces count as a word.
        """
        if _has_runs(text):
            found = [word.span() for word in _WORD_OR_PAIR.finditer(text)]
            at = [(bisect_right(found, (begins, len(text))) - 1, stemmed) for begins, _, stemmed in self._places(text)]
            first, last = _window(at, len(found), words)
            start, end = found[first][0] if first else 0, found[last - 1][1] if last < len(found) else len(text)
        else:
            spaced, count, _ = self._read(text)
            at = [(len(spaced[:begins].split()), stemmed) for begins, _, stemmed in self._places(text)]
            first, last = _window(at, count, words)
            start = _start_of(spaced, first) if first else 0
            end = len(spaced[: _start_of(spaced, last)].rstrip()) if last < count else len(text)
        if not start and end == len(text):
            return self.marked(text)
        segments = self.marked(text[start:end]) if _has_runs(text) else _segments(text, start, end, self._places(text))
        if start:
            segments.insert(0, Segment("… ", False))
        if end < len(text):
            segments.append(Segment(" …", False))
        return segments

    def _stems_in(self, text: str) -> Iterable[str]:
        if _has_runs(text):
            return [stemmed for _, _, stemmed in self._places(text)]
        return self._read(text).matching.values()

    def _read(self, text: str) -> _Read:
        known = self._texts.get(text)
        if known is None:
            spaced = _spaced(text)
            words = spaced.split()
            letters, stems = self._letters, self._stems
            if text.isascii():
                near = [word for word in words if word[0] in letters]
            else:  # a letter beyond ASCII may be another's capital
                near = [word for word in words if word[0] in letters or word[0] > "\x7f"]
            matching = {word: stemmed for word in near if (stemmed := stem(word)) in stems}
            known = self._texts[text] = _Read(spaced, len(words), matching)
        return known

    def _places(self, text: str) -> list[tuple[int, int, str]]:
        """Start, end and stem of each word of `text` that matches, in order."""
        if _has_runs(text):
            return list(_matches_with_pairs(text, self._stems))
        spaced, _, matching = self._read(text)
        padded = f" {spaced} "  # its space before a word is where the word is in `text`
        found = []
        for word, stemmed in matching.items():
            whole = f" {word} "
            at = padded.find(whole)
            while at >= 0:
                found.append((at, at + len(word), stemmed))
                at = padded.find(whole, at + len(word) + 1)
        return sorted(found)


def _spaced(text: str) -> str:
    """`text` with a space for every character that is in no word: for all but letters and digits.

    Where it is ASCII, its letters are made small. Several times as quick as a regular expression that finds words.
    """
    if text.isascii():
        return text.translate(_LOWER)
    for character in set(text):
        if not character.isalnum():
            text = text.replace(character, " ")
    return text


def _start_of(spaced: str, nth: int) -> int:
    """Where the `nth` word begins, counted from 0."""
    return len(spaced) - len(spaced.split(None, nth)[nth])


def _has_runs(text: str) -> bool:
    return not text.isascii() and _SOME_RUN.search(text) is not None


def _matches_with_pairs(text: str, stems: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Start, end and stem of what matches in any text; pairs may overlap."""
    for word in _WORD_OR_RUN.finditer(text):
        begins, ends = word.span()
        size = min(2, ends - begins) if word["run"] else ends - begins
        for start in range(begins, ends - size + 1):
            stemmed = stem(text[start : start + size])
            if stemmed in stems:
                yield start, start + size, stemmed


def _segments(text: str, start: int, end: int, places: Iterable[tuple[int, int, str]]) -> list[Segment]:
    """`text` from `start` to `end`, where only places within that count."""
    segments: list[Segment] = []
    for begins, ends, _ in [one for one in places if start <= one[0] and one[1] <= end]:
        opens = begins
        if begins > start:
            segments.append(Segment(text[start:begins], False))
        elif segments and segments[-1].is_match:
            opens = start - len(segments.pop().text)
        segments.append(Segment(text[opens:ends], True))
        start = ends
    if start < end:
        segments.append(Segment(text[start:end], False))
    return segments


def _window(at: list[tuple[int, str]], count: int, words: int) -> tuple[int, int]:
    """The first word of the best window of so many words, of `count` in all, and the one after its last."""
    first = max(0, min(_best_window(at, words), count - words)) if count > words else 0
    return first, min(count, first + words)


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
