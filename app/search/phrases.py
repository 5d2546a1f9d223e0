"""Phrases in quotes that no talk holds: said, and a near one offered. None is replaced unasked: quotes mean it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from app.search.query import Query, split_words
from app.search.spelling import Speller
from app.search.syntax import PhraseTerm, instead
from app.text.stemming import stem

MOST_SPELT, MOST_TRIED = 12, 24
"""Words of one query that near ones are looked for, and wordings that are looked up: the bound on the work."""
MOST_NEAR = 6
"""Near words of one word that are tried."""

MOST_SAID, LONGEST_SAID = 3, 80
"""Phrases that are named in full, and characters of each."""

Held = Callable[[Sequence[str]], int]


class Missed(NamedTuple):
    """What is said of phrases that no talk holds, and the query with phrases that talks do hold in their place."""

    notice: str
    meant: str | None


def missed_phrases(query: Query, speller: Speller | None, held: Held) -> Missed | None:
    """What is to be said of the phrases of a query that found nothing; None where talks hold each.

    `held` tells how many talks have these words in a row. Without a speller nothing near is offered.
    """
    missed = [phrase for phrase in query.phrases if not phrase.negated and not held(split_words(phrase.text))]
    if not missed:
        return None
    more = len(missed) - MOST_SAID
    notice = f"No talk holds {' and none '.join(map(_quoted, missed[:MOST_SAID]))}"
    notice += f"; {more} further phrases neither." if more > 0 else "."
    near = _Near(speller, held)
    meant = query.typed
    for phrase in missed:
        wording = near.wording(split_words(phrase.text))
        if wording is None:
            return Missed(notice, None)
        meant = instead(meant, phrase.typed, f'"{wording}"')
    return Missed(notice, meant)


def _quoted(phrase: PhraseTerm) -> str:
    text = phrase.text if len(phrase.text) <= LONGEST_SAID else f"{phrase.text[:LONGEST_SAID].rstrip()}…"
    return f"the words “{text}” in a row" if len(split_words(phrase.text)) > 1 else f"“{text}”"


class _Near:
    """Looks for near wordings that talks hold, within the bounds of one query."""

    def __init__(self, speller: Speller | None, held: Held) -> None:
        self._speller = speller
        self._held = held
        self._spelt = iter(range(MOST_SPELT))
        self._tries = iter(range(MOST_TRIED))

    def wording(self, words: Sequence[str]) -> str | None:
        """The near wording of a phrase that most talks hold."""
        best, most = None, 0
        for wording, _ in zip(self._wordings(words), self._tries, strict=False):
            held = self._held(wording)
            if held > most:
                best, most = " ".join(wording), held
        return best

    def _wordings(self, words: Sequence[str]) -> Iterator[list[str]]:
        """A phrase with its unknown words replaced; where all are known, with one word replaced by one an edit away.

        Near words come as the speller has them: the most frequent of the nearest first.
        """
        if self._speller is None:
            return
        unknown = [place for place, word in enumerate(words) if not self._speller.index.is_known(word)]
        if len(unknown) > MOST_SPELT:
            return
        if unknown:
            for chosen in product(*(self._near(words[place], 2) for place in unknown)):
                put = dict(zip(unknown, chosen, strict=True))
                yield [put.get(place, word) for place, word in enumerate(words)]
            return
        for place, word in enumerate(words):
            for other in self._near(word, 1):
                yield [*words[:place], other, *words[place + 1 :]]

    def _near(self, word: str, edits: int) -> list[str]:
        if self._speller is None or next(self._spelt, None) is None:
            return []
        others = (one.word for one in self._speller.near(word, edits))
        return list(islice((other for other in others if stem(other) != stem(word)), MOST_NEAR))
