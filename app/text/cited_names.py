"""A name as bibliographies want it: family name, given names, and a generation such as Jr. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.text.names import clean_name, name_key
from app.text.written_names import PARTICLES

_GENERATIONS = frozenset(["jr", "sr", "ii", "iii", "iv"])


@dataclass(frozen=True)
class CitedName:
    """The parts of a name. A name of one word, or one that was written without spaces, is all family name."""

    family: str
    given: str = ""
    generation: str = ""

    @property
    def inverted(self) -> str:
        """“de la Cruz, Jr., Ana María”: family, generation and given names, the missing left out."""
        return ", ".join(part for part in (self.family, self.generation, self.given) if part)


def cited_name(name: str) -> CitedName:
    """The last word is the family name, with particles such as “van der” before it; a comma says where it ends.

    That is a guess for orders other than the western one, which a name does not tell.
    """
    cleaned = clean_name(name)
    if "," in cleaned:
        family, rest = (part.strip() for part in cleaned.split(",", 1))
        if name_key(rest) in _GENERATIONS:
            apart = cited_name(family)
            return CitedName(apart.family, apart.given, rest)
        return CitedName(family, rest) if family else CitedName(rest)
    words = cleaned.split(" ")
    generation = words.pop() if len(words) > 2 and name_key(words[-1]) in _GENERATIONS else ""
    first = len(words) - 1
    while first > 1 and name_key(words[first - 1]) in PARTICLES:
        first -= 1
    return CitedName(" ".join(words[first:]), " ".join(words[:first]), generation)
