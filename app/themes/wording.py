"""Words of talks and themes as themes compare them: stems, and phrases found on word boundaries. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.text.stemming import STOP_WORDS, stem

_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
"""A run of letters and digits; C++ and C# keep what tells them from C."""

Words = tuple[str, ...]


def words_of(text: str) -> list[str]:
    """Words of `text` in lower case, in order."""
    return _WORD.findall(text.casefold())


def stems_of(words: Iterable[str]) -> list[str]:
    """Stems of words, stop words left out."""
    return [stem(word) for word in words if word not in STOP_WORDS]


@lru_cache(maxsize=65_536)
def phrase_words(phrase: str) -> Words:
    """A phrase as the words that must stand next to one another."""
    return tuple(words_of(phrase))


class Phrases:
    """Phrases of many themes, found in one pass over the words of a text."""

    def __init__(self, phrases: Sequence[Iterable[str]]) -> None:
        """`phrases[i]` are those of theme i."""
        self._starting: dict[str, dict[Words, list[int]]] = defaultdict(dict)
        self.written: dict[Words, str] = {}
        for place, own in enumerate(phrases):
            for phrase in dict.fromkeys(map(phrase_words, own)):
                if phrase:
                    self._starting[phrase[0]].setdefault(phrase, []).append(place)
                    self.written[phrase] = " ".join(phrase)

    def found(self, words: Sequence[str]) -> dict[int, list[Words]]:
        """By theme: its distinct phrases that are in `words`, in order of appearance."""
        found: dict[int, list[Words]] = {}
        for at, word in enumerate(words):
            for phrase, places in self._starting.get(word, {}).items():
                if tuple(words[at : at + len(phrase)]) == phrase:
                    for place in places:
                        own = found.setdefault(place, [])
                        if phrase not in own:
                            own.append(phrase)
        return found
