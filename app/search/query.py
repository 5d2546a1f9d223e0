"""Reading what somebody typed: cleaned text and its words. Pure; anything that can be typed is read without error."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.search.syntax import FieldTerm, PhraseTerm, Typed, take_apart
from app.text.stemming import STOP_WORDS, fold

MOST_CHARACTERS = 2_000
MOST_TERMS = 64

_PLAIN = re.compile("[0-9a-z]+")
UNSPACED = re.compile(
    r"([\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]+)"
)
"""Runs of kana, Han and Hangul."""


@dataclass(frozen=True)
class Query:
    """A query as it was understood."""

    typed: str
    """What was typed, in NFC, without control characters, at most MOST_CHARACTERS long."""
    text: str
    """What of it is searched for by words and meaning: without fields and exclusions."""
    words: tuple[str, ...]
    """Every word of it, in lower case and in order."""
    terms: tuple[str, ...]
    """The distinct words to look up, at most MOST_TERMS: stop words are left out."""
    was_cut: bool
    """Whether it was longer than that."""
    phrases: tuple[PhraseTerm, ...] = ()
    fields: tuple[FieldTerm, ...] = ()

    @property
    def folded(self) -> str:
        """For comparing with titles and names."""
        return " ".join(fold(word) for word in self.words)


def read_query(typed: str, plain: bool = False) -> Query:
    """Understand `typed`; where `plain`, quotes, minus and fields mean nothing.

    Controls, lone surrogates and the like become spaces.
    """
    given = typed[: MOST_CHARACTERS + 1]
    clean = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in given)
    text = " ".join(unicodedata.normalize("NFC", clean).split())[:MOST_CHARACTERS]
    apart = Typed(text) if plain else take_apart(text)
    # An accent that stands on no letter is no word.
    words = [word for word in split_words(apart.text) if fold(word)]
    terms = list(dict.fromkeys(word for word in words if word not in STOP_WORDS))
    was_cut = len(typed) > MOST_CHARACTERS or len(terms) > MOST_TERMS
    return Query(
        typed=text, text=apart.text, words=tuple(words), terms=tuple(terms[:MOST_TERMS]), was_cut=was_cut,
        phrases=apart.phrases, fields=apart.fields,
    )  # fmt: skip


def split_words(text: str) -> list[str]:
    """Words of `text` in lower case: runs of letters, digits and marks, as SQLite's unicode61 tokenizer cuts them.

    Japanese, Chinese and Korean are cut into overlapping pairs of characters, for their words have no spaces between
    them, or have endings (Kwok 1997, Comparing representations in Chinese information retrieval, SIGIR).
    """
    if text.isascii():
        return _PLAIN.findall(text.lower())
    kept = "".join(
        character if character.isalnum() or unicodedata.category(character)[0] in "LNM" else " " for character in text
    )
    words = kept.lower().split()
    return list(_in_pairs(words)) if UNSPACED.search(kept) else words


def _in_pairs(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        for place, run in enumerate(UNSPACED.split(word)):
            if place % 2 and len(run) > 1:
                yield from (run[start : start + 2] for start in range(len(run) - 1))
            elif run:
                yield run


def joined(words: Iterable[str]) -> list[str]:
    """Words with pairs of characters that overlap put together, for people to read: the run they were cut from."""
    runs: list[str] = []
    was_pair = False
    for word in words:
        is_pair = len(word) == 2 and UNSPACED.fullmatch(word) is not None
        if is_pair and was_pair and runs[-1][-1] == word[0]:
            runs[-1] += word[1]
        else:
            runs.append(word)
        was_pair = is_pair
    return runs


def spaced(text: str) -> str:
    """`text`, or where some of it has no spaces between words, its words as `split_words` cuts them."""
    return " ".join(split_words(text)) if UNSPACED.search(text) else text


def fold_phrase(text: str) -> str:
    """Words of `text` without accents and punctuation, joined by single spaces: what equal titles have in common."""
    return " ".join(fold(word) for word in split_words(text))
