"""Three letters in a row, by which near words are found among very many. Pure.

A word is taken with two spaces on either side, so one of n letters has n + 2 trigrams. An edit (see `reach`) changes
four of them at most: those over the place where two neighbours are swapped. So of any 4 k + 1 trigrams of a word, each
word within k edits has one (the q-gram lemma: Ukkonen 1992, Approximate string-matching with q-grams and maximal
matches), and to look for the words that have one of so many misses none.
"""

from __future__ import annotations

EDGE = "  "


def trigrams(word: str) -> list[str]:
    """Every trigram of a word, in order, some maybe twice."""
    padded = f"{EDGE}{word}{EDGE}"
    return [padded[at : at + 3] for at in range(len(word) + 2)]


def telling(word: str, edits: int) -> list[str]:
    """Trigrams of which every word within so many edits has one, each once: those without spaces, so the rarer, first.

    For words of at least 4 * edits - 1 letters.
    """
    found = sorted(trigrams(word), key=lambda one: one.count(" "))[: 4 * edits + 1]
    return list(dict.fromkeys(found))
