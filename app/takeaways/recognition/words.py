"""The words of a text as titles are compared: folded, stemmed, each with its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.text.stemming import STOP_WORDS, fold, stem

_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_APOSTROPHES = str.maketrans("", "", "'’ʼ")
_SAME = {"k8s": "kubernetes", "k8": "kubernetes", "postgres": "postgresql", "js": "javascript"}
"""Short forms that articles and programmes use for one another's words."""
STOPS = STOP_WORDS | frozenset(
    [
        "und", "der", "die", "das", "mit", "für", "im", "von", "zu", "den", "ein", "eine", "le", "la", "les", "des",
        "du", "et", "en", "un", "une", "el", "los", "las", "y", "con", "para", "por",
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """The words of one text: folded, their stems, and (start, end) of each."""

    plain: tuple[str, ...]
    stems: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.plain)


def read_words(text: str) -> Words:
    """Every word of `text`; case, accents and apostrophes fall away."""
    plain: list[str] = []
    spans: list[tuple[int, int]] = []
    for found in _WORD.finditer(text):
        word = fold(found[0]).translate(_APOSTROPHES)
        plain.append(_SAME.get(word, word))
        spans.append(found.span())
    return Words(tuple(plain), tuple(stem(word) for word in plain), tuple(spans))


def is_telling(word: str) -> bool:
    """Whether a folded word says something: no article, preposition or the like."""
    return word not in STOPS


_GENERIC = frozenset(
    [
        "keynote", "keynotes", "closing", "opening", "welcome", "introduction", "intro", "panel", "session",
        "sessions", "lightning", "talk", "talks", "workshop", "workshops", "lunch", "break", "coffee",
        "registration", "party", "awards", "address", "remarks", "ceremony", "discussion", "demo", "demos",
        "schedule", "agenda", "sponsors", "sponsor", "q", "a", "qa", "day", "one", "two", "three", "first",
        "second", "final", "wrap", "up", "summary", "conclusion", "overview", "update", "updates", "news", "part",
        "1", "2", "3", "4", "eröffnung", "abschluss", "begrüßung", "pause", "ouverture", "clôture", "office",
        "hours", "meeting", "meetup", "best", "practices", "community", "state", "project", "roadmap", "thanks",
        "outlook",
    ]
)  # fmt: skip


def is_generic(words: Iterable[str]) -> bool:
    """Whether these folded words are what every programme and every article has, such as “closing keynote”."""
    return all(word in _GENERIC or not is_telling(word) for word in words)
