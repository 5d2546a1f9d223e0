"""Titles of talks found in text: looked up by their rarest words, then laid over the text letter by letter. Pure.

A title is looked for whole and by its head, the words before a colon or dash. A chunk of text is held against a title
only if it has two of the title's three rarest words; a word with a slip of the pen counts as the word.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import partial_ratio_alignment, ratio

from app.takeaways.recognition.words import Words, is_generic, is_telling, read_words

CHUNK, STEP = 80, 50
"""Words of a block that are looked at together, and how far the next such piece is."""
ALIKE = 0.7
"""A place less alike a title than this does not name it."""
_COVERED = 0.6
_SIGNATURE = 3
_HEAD = re.compile(r"\s*(?::|\?|!|\s[-–—|]|[–—])\s+")
_LABEL = re.compile(
    r"^\W*(?:lightning talk|keynote|sponsored keynote|sponsored session|workshop|tutorial|panel(?: discussion)?|talk"
    r"|vortrag|session|opening keynote|closing keynote)\s*[:–—-]\s*",
    re.IGNORECASE,
)
_WIDE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True)
class Title:
    """A way to write a title and the talks it may mean, each with whether it is the whole title of it.

    `telling` counts the words that say something.
    """

    text: str
    plain: tuple[str, ...]
    stems: tuple[str, ...]
    talks: tuple[tuple[int, bool], ...]
    telling: int
    weight: float


@dataclass(frozen=True)
class Hit:
    """A place that looks like a title: its first and last word, and how alike, 0..1."""

    title: Title
    first: int
    last: int
    alike: float


def bare_title(title: str, speakers: Iterable[str] = ()) -> str:
    """A title without a label in front, and without the speakers that some programmes put at its end."""
    bare = _LABEL.sub("", title).strip() or title
    before, dash, after = bare.rpartition(" - ")
    if dash and any(name and name.casefold() in after.casefold() for name in speakers):
        return before
    return bare


def head_of(title: str) -> str | None:
    """The words before the first colon, dash or question mark, where they are a title by themselves."""
    parts = _HEAD.split(title, maxsplit=1)
    return parts[0] if len(parts) == 2 and parts[1].strip() else None


class TitleIndex:
    """The titles of talks, made once and held against any text."""

    def __init__(self, titles: Sequence[tuple[int, str]], least_head: int = 2) -> None:
        """Of (talk, title), the title bare; heads count that have this many telling words."""
        ways = _ways(titles, least_head)
        read = {text: words for text, (words, _) in ways.items()}
        frequency = Counter(stem for words in read.values() for stem in set(words.stems))
        count = max(2, len(read))
        scale = math.log(1 + count)
        self._weights = {stem: 0.5 + math.log(1 + count / df) / scale for stem, df in frequency.items()}
        self._titles: list[Title] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._needed: list[int] = []
        for text, (words, talks) in ways.items():
            told = {stem for stem, word in zip(words.stems, words.plain, strict=True) if is_telling(word)}
            weight = sum(self._weight(stem, stem in told) for stem in set(words.stems))
            telling = len(told) + len(_WIDE.findall(text)) // 2
            title = Title(text, words.plain, words.stems, tuple(sorted(talks.items())), telling, weight)
            signature = sorted(told or set(words.stems), key=lambda stem: (frequency[stem], stem))[:_SIGNATURE]
            for stem in signature:
                self._by_word[stem].append(len(self._titles))
            self._needed.append(min(2, len(signature)))
            self._titles.append(title)
        self._told = {stem for title in self._titles for stem in title.stems if is_telling(stem)}
        self._near: dict[str, str] = {}
        self._same_start: dict[tuple[str, int], list[str]] = defaultdict(list)
        for stem in frequency:
            if len(stem) >= 4:
                self._same_start[stem[0], len(stem)].append(stem)

    def find(self, words: Words) -> list[Hit]:
        """Every place in a text that is ALIKE a title, the best place of each title in each chunk."""
        stems = [self._read(stem) for stem in words.stems]
        found: dict[tuple[str, int], Hit] = {}
        for start in range(0, max(1, len(words) - CHUNK + STEP), STEP):
            for number in self._candidates(stems[start : start + CHUNK]):
                hit = self._lay(self._titles[number], words, stems, start, min(len(words), start + CHUNK))
                if hit is not None:
                    found.setdefault((hit.title.text, hit.first), hit)
        return list(found.values())

    def coverage(self, title: str, stems: Iterable[str]) -> float:
        """How much of a title's telling words, by weight, stands among these stems: 0..1."""
        there = {self._read(stem) for stem in stems}
        words = read_words(title)
        told = {stem for stem, word in zip(words.stems, words.plain, strict=True) if is_telling(word)}
        whole = sum(self._weight(stem, True) for stem in told)
        return sum(self._weight(stem, True) for stem in told & there) / whole if whole else 0.0

    def _weight(self, stem: str, tells: bool) -> float:
        return self._weights.get(stem, 1.5) if tells else 0.1

    def _read(self, stem: str) -> str:
        """The stem, or the one stem of a title that it is a slip of."""
        if stem in self._weights or len(stem) < 5 or not stem.isalpha():
            return stem
        near = self._near.get(stem)
        if near is None:
            most = 2 if len(stem) >= 9 else 1
            choices = [
                (distance, other)
                for length in range(len(stem) - 1, len(stem) + 2)
                for other in self._same_start.get((stem[0], length), ())
                if (distance := OSA.distance(stem, other, score_cutoff=most)) <= most
            ]
            near = self._near[stem] = min(choices)[1] if choices else stem
        return near

    def _candidates(self, stems: Sequence[str]) -> Iterator[int]:
        there = set(stems)
        met: Counter[int] = Counter()
        for stem in there:
            met.update(self._by_word.get(stem, ()))
        for number, count in met.items():
            if count >= self._needed[number]:
                title = self._titles[number]
                shared = sum(self._weight(stem, stem in self._told) for stem in set(title.stems) & there)
                if shared >= _COVERED * title.weight:
                    yield number

    def _lay(self, title: Title, words: Words, stems: Sequence[str], low: int, high: int) -> Hit | None:
        """The best place of a title between two words."""
        of_title = set(title.stems)
        places = [at for at in range(low, high) if stems[at] in of_title]
        reach = int(1.3 * len(title.stems)) + 3
        best, best_at = 0.0, -1
        for place, at in enumerate(places):
            inside = {stems[other] for other in places[place:] if other < at + reach}
            shared = sum(self._weight(stem, stem in self._told) for stem in inside)
            if shared > best + 1e-9:
                best, best_at = shared, at
        if best < _COVERED * title.weight:
            return None
        first = max(low, best_at - len(title.stems))
        last = min(high, best_at + reach + 3)
        window = _fit(title.text, words.plain, first, last)
        inside = {stems[at] for at in range(window[0], window[1] + 1)} & of_title
        covered = sum(self._weight(stem, stem in self._told) for stem in inside) / title.weight
        letters = ratio(title.text, " ".join(words.plain[window[0] : window[1] + 1])) / 100
        alike = letters * (0.5 + 0.5 * min(1.0, covered)) - _other_numbers(
            title.plain, words.plain[window[0] : window[1] + 1]
        )
        return Hit(title, window[0], window[1], round(alike, 3)) if alike >= ALIKE else None


def _ways(titles: Sequence[tuple[int, str]], least_head: int) -> dict[str, tuple[Words, dict[int, bool]]]:
    """Words, and talks with whether it is their whole title, by folded text."""
    ways: dict[str, tuple[Words, dict[int, bool]]] = {}
    for talk, title in titles:
        for text, is_whole in ((title, True), (head_of(title), False)):
            if not text:
                continue
            words = read_words(text)
            if words.plain and (is_whole or _is_head(words, least_head)):
                _, talks = ways.setdefault(" ".join(words.plain), (words, {}))
                talks[talk] = is_whole or talks.get(talk, False)
    return ways


def _is_head(words: Words, least: int) -> bool:
    return sum(map(is_telling, words.plain)) >= least and not is_generic(words.plain)


def _fit(text: str, plain: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """First and last word of the place most like `text` among the words from `first` up to `last`."""
    joined = " ".join(plain[first:last])
    starts: list[int] = []
    at = 0
    for word in plain[first:last]:
        starts.append(at)
        at += len(word) + 1
    laid = partial_ratio_alignment(text, joined) if len(joined) > len(text) else None
    begin, end = (laid.dest_start, laid.dest_end) if laid else (0, len(joined))
    left = max((number for number, start in enumerate(starts) if start <= begin), default=0)
    right = max((number for number, start in enumerate(starts) if start < end), default=len(starts) - 1)
    options = (
        (ratio(text, " ".join(plain[first + one : first + two + 1])), one - two, one, two)
        for one in range(max(0, left - 2), min(len(starts), left + 3))
        for two in range(max(one, right - 2), min(len(starts), right + 3))
    )
    _, _, one, two = max(options)
    return first + one, first + two


def _other_numbers(title: Sequence[str], found: Sequence[str]) -> float:
    """What another number takes away: version 3 is not version 2, nor is part 1 part 2."""
    ours = {word for word in title if any(letter.isdigit() for letter in word)}
    theirs = {word for word in found if any(letter.isdigit() for letter in word)}
    return 0.2 if ours != theirs and (ours or theirs) else 0.0
