"""The stem of an English word, as SQLite's porter tokenizer cuts it, so that what matched can be marked. Pure.

Porter, M. F. (1980): An algorithm for suffix stripping. Program 14 (3), 130-137, with its author's two later
departures (-bli and -logi) that SQLite takes too.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise

# The 33 words of Lucene's English list, and the words that only make a question of a query.
_STOP_WORDS = """
    a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to
    was will with
    about am can could did do does from had has have how i its me my our s should so than them t us we were what when
    where which who whom why would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_STEP_2 = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("logi", "log"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"),
    ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
    ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
)  # fmt: skip
_STEP_3 = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
)  # fmt: skip
_STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
    "ous", "ive", "ize",
)  # fmt: skip
_LONGEST = 64
# Most words have none of these endings, which one look tells.
_ENDINGS_2, _ENDINGS_3 = tuple(suffix for suffix, _ in _STEP_2), tuple(suffix for suffix, _ in _STEP_3)
_LONGEST_FIRST_4 = tuple(sorted(_STEP_4, key=len, reverse=True))


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """`word` in lower case without accents."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of one word of any case, accents removed. Words of one or two letters are their own stem."""
    folded = fold(word)
    # SQLite works on bytes, so that a letter beyond ASCII counts as several consonants.
    word = folded.encode("utf-8", "surrogatepass").decode("latin-1")
    if len(word) < 3 or len(word) > _LONGEST:
        return folded
    word = _plural(word)
    word = _past_and_gerund(word)
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    if word.endswith(_ENDINGS_2):
        word = _replace(word, _STEP_2)
    if word.endswith(_ENDINGS_3):
        word = _replace(word, _STEP_3)
    if word.endswith(_LONGEST_FIRST_4):
        word = _long_suffix(word)
    return _last_letters(word).encode("latin-1").decode("utf-8", "replace")


def _is_consonant(word: str, at: int) -> bool:
    letter = word[at]
    if letter in "aeiou":
        return False
    return not (letter == "y" and at > 0 and _is_consonant(word, at - 1))


def _measure(word: str) -> int:
    """Porter's m: how often a consonant follows a vowel."""
    kinds = [_is_consonant(word, at) for at in range(len(word))]
    return sum(1 for before, after in pairwise(kinds) if after and not before)


def _has_vowel(word: str) -> bool:
    return any(not _is_consonant(word, at) for at in range(len(word)))


def _ends_doubled(word: str) -> bool:
    return len(word) > 1 and word[-1] == word[-2] and _is_consonant(word, len(word) - 1)


def _ends_short(word: str) -> bool:
    """Porter's *o: consonant, vowel, consonant, the last not w, x or y."""
    if len(word) < 3 or word[-1] in "wxy":
        return False
    return (
        _is_consonant(word, len(word) - 3)
        and not _is_consonant(word, len(word) - 2)
        and _is_consonant(word, len(word) - 1)
    )


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _past_and_gerund(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        if word.endswith(suffix) and _has_vowel(word[: -len(suffix)]):
            word = word[: -len(suffix)]
            break
    else:
        return word
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if _ends_doubled(word) and word[-1] not in "lsz":
        return word[:-1]
    if _measure(word) == 1 and _ends_short(word):
        return word + "e"
    return word


def _replace(word: str, rules: tuple[tuple[str, str], ...]) -> str:
    for suffix, instead in rules:
        if word.endswith(suffix):
            rest = word[: -len(suffix)]
            return rest + instead if _measure(rest) > 0 else word
    return word


def _long_suffix(word: str) -> str:
    for suffix in _LONGEST_FIRST_4:
        if word.endswith(suffix):
            rest = word[: -len(suffix)]
            if suffix == "ion" and not rest.endswith(("s", "t")):
                return word
            return rest if _measure(rest) > 1 else word
    return word


def _last_letters(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        size = _measure(rest)
        if size > 1 or (size == 1 and not _ends_short(rest)):
            word = rest
    if word.endswith("ll") and _measure(word) > 1:
        return word[:-1]
    return word
