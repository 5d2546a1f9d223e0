"""Cutting text into passages of about what an embedding model reads. Pure: no database, no model."""

from __future__ import annotations

import re

WORDS = 180

# A sentence ends at its mark, with closing quotes, before white space; a line break with an empty line ends one too.
_SENTENCE_END = re.compile(r"""(?<=[.!?…。！？])["'”’)\]]*\s+|\n\s*\n+""")
_WORD = re.compile(r"\S+\s*")
_HAS_INK = re.compile(r"\S")


def cut_passages(text: str, words: int = WORDS) -> list[str]:
    """Passages of `text` of at most `words` words, cut where sentences end; [] for text without a word.

    Joined, the passages hold every word in order. A longer sentence is cut between words, never inside one.
    Passages of one text are of about equal length, so that no scrap is left at the end.
    """
    sentences = [piece for sentence in split_sentences(text) for piece in _pieces(sentence, words)]
    total = sum(len(sentence.split()) for sentence in sentences)
    if not total:
        return []
    aim = total / -(-total // words)
    passages: list[str] = []
    current: list[str] = []
    size = done = 0
    for sentence in sentences:
        length = len(sentence.split())
        # Close the passage when it would grow too long, or when its end lies nearer to its share without this sentence.
        if current and (size + length > words or done + length / 2 > aim * (len(passages) + 1)):
            passages.append(" ".join(current))
            current, size = [], 0
        current.append(sentence)
        size += length
        done += length
    passages.append(" ".join(current))
    return passages


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
