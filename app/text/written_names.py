"""A written name taken apart: its words, nicknames in quotes or brackets, and the sound of a word. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from app.text.names import clean_name, name_key

PARTICLES = frozenset(
    ["al", "bin", "da", "das", "de", "del", "della", "der", "di", "dos", "du", "el", "la", "le", "los", "ten", "ter"]
) | frozenset(["van", "von", "zu"])
_DROPPED = frozenset(
    ["dr", "prof", "mr", "mrs", "ms", "sir", "phd", "msc", "bsc", "mba", "md", "jr", "sr", "ii", "iii", "iv", "esq"]
)
_ASIDE = re.compile(
    r"[\"“”„«»「」『』](.+?)[\"“”„«»「」『』]|[(\[（](.+?)[)\]）]|(?<!\w)['‘](\w[^'’]*\w)['’](?!\w)|(?<!\S)@([\w.-]+)"
)
_TRAILING_DIGITS = re.compile(r"(?<=\D)\d+$")
_SOUNDS = (
    ("y", "i"), ("w", "v"), ("ck", "k"), ("ph", "f"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("ou", "o"),
)  # fmt: skip
_LONG_O = re.compile(r"oh(?=[^aeiou]|$)")
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = re.compile(r"(?<=.)[aeiou]+")


@dataclass(frozen=True)
class WrittenName:
    """The words of a name, folded. `apart` has hyphened words as several, `joined` as one; `asides` are nicknames."""

    key: str
    apart: tuple[str, ...]
    joined: tuple[str, ...]
    asides: tuple[str, ...]

    @property
    def letters(self) -> str:
        """All words run together."""
        return "".join(self.apart)

    @property
    def is_single(self) -> bool:
        """Whether it is one word, as a handle or a mere given name is."""
        return len(self.joined) <= 1


@lru_cache(maxsize=100_000)
def take_apart(name: str) -> WrittenName:
    """The name taken apart; titles and generations such as Dr. and III are dropped, particles kept."""
    cleaned = clean_name(name)
    asides = tuple(
        key for found in _ASIDE.findall(cleaned) for part in found if part and (key := name_key(part).replace(" ", ""))
    )
    bare = _ASIDE.sub(" ", cleaned)
    if not name_key(bare):
        bare, asides = cleaned, ()
    apart: list[str] = []
    joined: list[str] = []
    for word in re.split(r"[\s.,;/|]+", bare.replace("'", "").replace("’", "")):
        parts = [part.replace("_", "") for part in name_key(word).split()]
        parts = [part for part in parts if part and part not in _DROPPED]
        apart.extend(parts)
        if parts:
            joined.append("".join(parts))
    return WrittenName(name_key(cleaned), tuple(apart), tuple(joined), asides)


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """The word as it might be romanised otherwise: long vowels short, umlauts plain, y as i, no doubled letters."""
    if len(word) < 4:
        return word
    for letters, plain in _SOUNDS:
        word = word.replace(letters, plain)
    return _DOUBLED.sub(r"\1", _LONG_O.sub("o", word))


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """The first letter and the consonants of the sound."""
    return _VOWELS.sub("", sound(word))


def handles_of(words: tuple[str, ...]) -> frozenset[str]:
    """What people make of their name: initial and family name, and the like."""
    first, last = words[0], words[-1]
    return frozenset([first[0] + last, last[0] + first, first + last[0], last + first[0], last + first])


def without_number(word: str) -> str:
    """A handle without the digits at its end."""
    return _TRAILING_DIGITS.sub("", word)


def other_orders(name: str) -> tuple[str, ...]:
    """The folded key with the family name first or last: rotations by one word, for names of two to four words."""
    words = name_key(name).split()
    if not 2 <= len(words) <= 4:
        return ()
    turned = (" ".join([*words[1:], words[0]]), " ".join([words[-1], *words[:-1]]))
    return tuple(key for key in dict.fromkeys(turned) if key != " ".join(words))
