"""Marking what matched in a text and choosing the part of it to show. Pure; text stays plain and unescaped.

Japanese, Chinese and Korean match by pairs of characters, as `query.split_words` cuts them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import NamedTuple

from app.search.query import UNSPACED
from app.search.shapes import Segment
from app.text.stemming import fold, stem

WINDOW_WORDS = 45
_RUN = UNSPACED.pattern[1:-2]  # of UNSPACED, the class of its characters
_SOME_RUN = re.compile(_RUN)
_BEYOND = re.compile(r"[^\x00-\x7f]+")
_WORD_OR_RUN = re.compile(rf"(?P<run>{_RUN}+)|(?:(?!{_RUN})[^\W_])+")
_WORD_OR_PAIR = re.compile(rf"{_RUN}{{1,2}}|(?:(?!{_RUN})[^\W_])+")
_LOWER = {code: chr(code) if chr(code) in ascii_lowercase + digits else " " for code in range(128)} | dict(
    zip(map(ord, ascii_uppercase), ascii_lowercase, strict=True)
)
_MARK = "\x7f"
"""In the place of a letter beyond ASCII that is none of ASCII with an accent."""
_LOWER[ord(_MARK)] = _MARK
_MARKED_WORD = re.compile(f"[^ ]*{_MARK}[^ ]*")


class _Read(NamedTuple):
    """A text as it was read."""

    spaced: str | None
    """Letter by letter, small, with a space for all that is in no word; None for a text without spaces between words.
    Several times as quick to make as words are to find by a regular expression."""
    places: list[tuple[int, int, str]]
    """Start, end and stem of each word that matches, in order."""


class Marking:
    """What the words of one query mark. It keeps what it read, so make one for each answer."""

    def __init__(self, terms: Iterable[str]) -> None:
        """Of the terms of a query: a word is marked that has the stem of one."""
        self._terms = {term: stem(term) for term in terms}
        # Of accents alone nothing is left, and nothing is everywhere.
        self._stems = frozenset(filter(None, self._terms.values()))
        # A stem begins as its word does, but for two letters at its end (usability: usabl), so only words that begin
        # like that are cut down to theirs.
        self._beginnings = _without_longer(f" {one[: max(1, len(one) - 2)]}" for one in self._stems)
        self._texts: dict[str, _Read] = {}

    def read(self, texts: Iterable[str]) -> None:
        """Read many texts at once, ahead of when they are marked: together they take half the time."""
        new = [text for text in dict.fromkeys(texts) if text not in self._texts]
        whole = "\n".join(new)
        beyond = _beyond(whole)
        if _SOME_RUN.search(beyond):
            for text in new:
                if _SOME_RUN.search(text):
                    self._texts[text] = _Read(None, list(_matches_with_pairs(text, self._stems)))
            new = [text for text in new if text not in self._texts]
            whole = "\n".join(new)
        spaced = _spaced(whole, beyond)
        found = iter(sorted(self._found(whole, spaced)))
        place = next(found, None)
        start = 0
        for text in new:
            end = start + len(text)
            places = []
            while place is not None and place[0] < end:
                places.append((place[0] - start, place[1] - start, place[2]))
                place = next(found, None)
            self._texts[text] = _Read(spaced[start:end], places)
            start = end + 1

    def terms_in(self, *texts: str) -> list[str]:
        """The terms, in their order, whose stem is in any of the texts."""
        there = {stemmed for text in texts for _, _, stemmed in self._read(text).places}
        return [term for term, stemmed in self._terms.items() if stemmed in there]

    def marked(self, text: str) -> list[Segment]:
        """All of `text` as segments: words that match are matches. Joined they give `text` again.

        Pairs that overlap or touch are one match.
        """
        return _segments(text, 0, len(text), self._read(text).places)

    def snippet(self, text: str, words: int = WINDOW_WORDS) -> list[Segment]:
        """The window of `words` words of `text` that holds most distinct matches, as segments; its cuts show as "…".

        Two characters of a text without spaces count as a word.
        """
        spaced, places = self._read(text)
        if spaced is None:
            found = [word.span() for word in _WORD_OR_PAIR.finditer(text)]
            at = [(bisect_right(found, (begins, len(text))) - 1, stemmed) for begins, _, stemmed in places]
            first, last = _window(at, len(found), words)
            start, end = found[first][0] if first else 0, found[last - 1][1] if last < len(found) else len(text)
        else:
            # Fewer spaces than that leave no room for more words.
            count = len(spaced.split()) if spaced.count(" ") >= words else 0
            if count <= words:
                return self.marked(text)
            first, last = _window(_counted(spaced, places), count, words)
            start = _start_of(spaced, first) if first else 0
            end = len(spaced[: _start_of(spaced, last)].rstrip()) if last < count else len(text)
        if not start and end == len(text):
            return self.marked(text)
        segments = self.marked(text[start:end]) if spaced is None else _segments(text, start, end, places)
        if start:
            segments.insert(0, Segment("… ", False))
        if end < len(text):
            segments.append(Segment(" …", False))
        return segments

    def _read(self, text: str) -> _Read:
        if text not in self._texts:
            self.read([text])
        return self._texts[text]

    def _found(self, text: str, spaced: str) -> set[tuple[int, int, str]]:
        """Start, end and stem of the words of `text` that match."""
        found = set()
        padded = f" {spaced} "  # its space before a word is where the word is in `text`
        for beginning in self._beginnings:
            at = padded.find(beginning)
            while at >= 0:
                end = padded.find(" ", at + 1) - 1
                stemmed = stem(text[at:end])
                if stemmed in self._stems:
                    found.add((at, end, stemmed))
                at = padded.find(beginning, end + 1)
        for word in _MARKED_WORD.finditer(spaced) if _MARK in spaced else ():
            start, end = word.span()
            stemmed = stem(text[start:end])
            if stemmed in self._stems:
                found.add((start, end, stemmed))
        return found


def _beyond(text: str) -> str:
    """The characters beyond ASCII, each once."""
    return "" if text.isascii() else "".join(set("".join(_BEYOND.findall(text))))


def _spaced(text: str, beyond: str) -> str:
    """A text with spaces between words letter by letter, see `_Read`; letters `beyond` ASCII go without accents."""
    text = text.replace(_MARK, " ")
    for character in beyond:
        text = text.replace(character, _in_ascii(character))
    return text.translate(_LOWER)


@lru_cache(maxsize=4_096)
def _in_ascii(character: str) -> str:
    """The one character of ASCII that `fold` makes of one beyond it, _MARK for another letter, else a space."""
    folded = fold(character)
    if len(folded) == 1 and folded.isascii():
        return folded if folded.isalnum() else " "
    return _MARK if character.isalnum() else " "


def _without_longer(beginnings: Iterable[str]) -> list[str]:
    """Those that begin with no other of them."""
    kept: list[str] = []
    for one in sorted(beginnings):
        if not kept or not one.startswith(kept[-1]):
            kept.append(one)
    return kept


def _counted(spaced: str, places: Iterable[tuple[int, int, str]]) -> list[tuple[int, str]]:
    """How many words come before each place, and its stem."""
    counted = []
    count = before = 0
    for begins, _, stemmed in places:
        count += len(spaced[before:begins].split())
        before = begins
        counted.append((count, stemmed))
    return counted


def _start_of(spaced: str, nth: int) -> int:
    """Where the `nth` word begins, counted from 0."""
    return len(spaced) - len(spaced.split(None, nth)[nth])


def _matches_with_pairs(text: str, stems: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Start, end and stem of what matches in any text; pairs may overlap."""
    # A stem begins with the letter of its word, and of letters there are few: of pairs more than are kept.
    letters = {stemmed[0] for stemmed in stems}
    for word in _WORD_OR_RUN.finditer(text):
        begins, ends = word.span()
        size = min(2, ends - begins) if word["run"] else ends - begins
        for start in range(begins, ends - size + 1):
            letter = fold(text[start])[:1]
            if letter and letter not in letters:
                continue
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
    """Where the best window begins, of the places and stems of what matched, by place.

    That with most distinct stems, then with most matches, then a little before its first match.
    """
    best, begins = (0, 0), size // 6
    places, stems = [place for place, _ in at], [stemmed for _, stemmed in at]
    for first, place in enumerate(places):
        inside = stems[first : bisect_left(places, place + size)]
        worth = (len(set(inside)), len(inside))
        if worth > best:
            best, begins = worth, place
    return begins - size // 6
