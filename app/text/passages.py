"""Cutting text into passages of about what an embedding model reads. Pure: no database, no model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

WORDS = 180
_STRETCH = 4
"""A sentence of a transcript that is longer than this part of a window is cut between cues."""

# A sentence ends at its mark, with closing quotes, before white space; a line break with an empty line ends one too.
_SENTENCE_END = re.compile(r"""(?<=[.!?…。！？])["'”’)\]]*\s+|\n\s*\n+""")
_WORD = re.compile(r"\S+\s*")
_FULL_STOP = re.compile(r"""[.!?…。！？]["'”’)\]]*$""")
_HAS_INK = re.compile(r"\S")


def cut_passages(text: str, words: int = WORDS) -> list[str]:
    """Passages of `text` of at most `words` words, cut where sentences end; [] for text without a word.

    Joined, the passages hold every word in order. A longer sentence is cut between words, never inside one.
    Passages of one text are of about equal length, so that no scrap is left at the end.
    """
    sentences = [piece for sentence in split_sentences(text) for piece in _pieces(sentence, words)]
    lengths = [len(sentence.split()) for sentence in sentences]
    return [" ".join(sentences[first:after]) for first, after in _grouped(lengths, words)]


class Spoken(NamedTuple):
    """A stretch of what was said, from `start` seconds on."""

    start: float
    text: str


def cut_spoken(cues: Iterable[tuple[float, str]], words: int = WORDS) -> list[Spoken]:
    """Windows of at most `words` words of a transcript, given as (start in seconds, text) of its cues in order.

    They are cut where sentences end, and between cues where nobody set full stops. A window starts with the cue that
    its first word is in.
    """
    sentences = list(_spoken_sentences(cues, words))
    groups = _grouped([len(one.text.split()) for one in sentences], words)
    return [
        Spoken(sentences[first].start, " ".join(one.text for one in sentences[first:after])) for first, after in groups
    ]


def _spoken_sentences(cues: Iterable[tuple[float, str]], words: int) -> Iterator[Spoken]:
    """Sentences over the cues they go on in; without full stops, runs of whole cues."""
    said: list[str] = []
    began = 0.0
    for start, text in cues:
        for place, sentence in enumerate(split_sentences(text)):
            for piece in _pieces(sentence, words):
                new = piece.split()
                is_long = place == 0 and len(said) >= words // _STRETCH
                if said and (is_long or len(said) + len(new) > words):
                    yield Spoken(began, " ".join(said))
                    said = []
                began = began if said else start
                said += new
            if _FULL_STOP.search(sentence):
                yield Spoken(began, " ".join(said))
                said = []
    if said:
        yield Spoken(began, " ".join(said))


def _grouped(lengths: Sequence[int], words: int) -> list[tuple[int, int]]:
    """Sentences of these lengths in words as groups of at most `words`, each as (first, after the last)."""
    total = sum(lengths)
    if not total:
        return []
    aim = total / -(-total // words)
    groups: list[tuple[int, int]] = []
    first = size = done = 0
    for place, length in enumerate(lengths):
        # Close the passage when it would grow too long, or when its end lies nearer to its share without this sentence.
        if place > first and (size + length > words or done + length / 2 > aim * (len(groups) + 1)):
            groups.append((first, place))
            first, size = place, 0
        size += length
        done += length
    return [*groups, (first, len(lengths))]


def split_sentences(text: str) -> list[str]:
    """Sentences of `text` without the white space around them. Abbreviations may cut one in two; no word is lost."""
    sentences: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        sentences.append(text[start : end.end()].strip())
        start = end.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if _HAS_INK.search(sentence)]


def _pieces(sentence: str, words: int) -> list[str]:
    """`sentence` itself, or where it is longer than `words` its runs of that many words."""
    found = _WORD.findall(sentence)
    if len(found) <= words:
        return [sentence]
    return ["".join(found[start : start + words]).strip() for start in range(0, len(found), words)]
