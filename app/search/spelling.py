"""Words that no passage holds, and the near ones that passages do hold.

Near is one edit in words of 4 to 7 letters and two in longer ones; `reach.py` says what an edit is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from app.search.lexical.protocol import Words
from app.search.query import Query
from app.search.reach import LONGEST, MOST_EDITS
from app.search.shapes import Correction
from app.text.stemming import STOP_WORDS, fold

LEAST_LETTERS, LONG = 4, 8
MOST_CORRECTED = 8
"""Unknown words of one query that near ones are looked for: the bound on the work of pasted gibberish."""
MOST_WEIGHED = 12
"""Near words that are compared by what else their passages hold."""


class Near(NamedTuple):
    """A word near to one that was typed, and how many passages hold it or another of its stem."""

    word: str
    held: int


class Speller:
    """Finds near words among those of one index."""

    def __init__(self, index: Words) -> None:
        """Of the words that an index holds."""
        self.index = index

    def near(self, word: str, most: int = MOST_EDITS) -> list[Near]:
        """The words nearest to `word`, all as many edits away, which are at most so many.

        The same first letter first, then the one that most passages hold, in any form; at most MOST_WEIGHED, those most
        often written. "brokr" is nearer to "broker", of which they say "brokers" too, than to "broke".
        """
        typed = fold(word)
        for edits in range(1, min(most, most_edits(typed)) + 1):
            often = Counter(self.index.written_near(typed, edits))
            del often[typed]
            if len(typed) < LONG:
                # In a short word people seldom get the first letter wrong: "bread" is not "read".
                often = Counter({other: count for other, count in often.items() if _begins_alike(typed, other)})
            order = sorted(often, key=lambda other: (other[:1] != typed[:1], -often[other], other))
            held = self.index.held(order[:MOST_WEIGHED])
            near = [Near(other, count) for other, count in zip(order, held, strict=False) if count]
            if near:
                return sorted(near, key=lambda one: (one.word[:1] != typed[:1], -one.held))
        return []


def _begins_alike(typed: str, other: str) -> bool:
    return typed[:1] == other[:1] or typed[:2] == other[:2][::-1]


def most_edits(word: str) -> int:
    """By how many edits a word may be off: none in a short one, a very long one, or one with a digit."""
    if not LEAST_LETTERS <= len(word) <= LONGEST or any(letter.isdigit() for letter in word):
        return 0
    return 1 if len(word) < LONG else MOST_EDITS


def unknown_words(index: Words, query: Query) -> list[str]:
    """Words to look up that no passage holds and that may be misspelt, at most MOST_CORRECTED."""
    maybe = [term for term in query.terms if most_edits(fold(term))]
    known = dict(zip(maybe, index.held(maybe), strict=True))  # all at once; a term is one word, but for some pairs
    unknown = [term for term in maybe if not known[term] and not index.is_known(term)]
    return unknown[:MOST_CORRECTED]


def correct(query: Query, unknown: Sequence[str], speller: Speller) -> list[Correction]:
    """A near word for each of these words that has one, chosen so that they fit the rest of the query.

    A word that is nearest to a stop word stays as it is: looking that up finds everything.
    """
    known = [term for term in query.terms if term not in unknown]
    corrections = []
    for word in unknown:
        near = [one for one in speller.near(word) if is_sure(fold(word), one.word)]
        best = _best(near, speller.index, known)
        if best is not None and best.word not in STOP_WORDS:
            corrections.append(Correction(typed=word, used=best.word))
            known.append(best.word)
    return corrections


def is_sure(typed: str, other: str) -> bool:
    """Whether a near word may be taken unasked: of the shortest ones only if two letters were swapped.

    Every other name of four letters, of a product or a person, is a letter from some word.
    """
    return len(typed) > LEAST_LETTERS or sorted(typed) == sorted(other)


def _best(near: Sequence[Near], index: Words, known: Sequence[str]) -> Near | None:
    """Of near words the one of whose passages one holds most of the `known` words; of equal ones the first."""
    if not near:
        return None
    evidence = index.most_evidence(known, [one.word for one in near])
    return max(zip(evidence, near, strict=True), key=lambda pair: pair[0])[1]


def corrected(query: Query, corrections: Sequence[Correction]) -> Query:
    """The query with words put in the place of others, wherever they stand."""
    used = {one.typed: one.used for one in corrections}
    if not used:
        return query
    pattern = "|".join(re.escape(typed) for typed in sorted(used, key=len, reverse=True))
    whole = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)

    def mend(text: str) -> str:
        return whole.sub(lambda found: used.get(found[0].lower(), found[0]), text)

    return replace(
        query,
        typed=mend(query.typed),
        text=mend(query.text),
        words=tuple(used.get(word, word) for word in query.words),
        terms=tuple(dict.fromkeys(used.get(term, term) for term in query.terms)),
    )
