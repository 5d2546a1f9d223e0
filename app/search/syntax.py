"""The signs in a query: phrases in quotes, words after a minus, and fields such as `speaker:`. Pure.

Whatever is not one of these is a word, so nothing that can be typed is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FIELDS = ("speaker", "edition", "series", "theme", "company", "tech", "kind", "lang", "year", "has")
SYNONYMS = {
    "organisation": "company", "organization": "company", "technology": "tech", "language": "lang", "years": "year",
    "conference": "series",
}  # fmt: skip
MOST_SIGNS = 16
"""Phrases, exclusions and fields of one query; further ones are words."""

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_TOKEN = re.compile(
    r"""(?<!\S)
    (?P<minus>-)?
    (?:(?P<field>[A-Za-z]+):)?
    (?: "(?P<quoted>[^"]*)"(?!\w) | (?P<plain>[^\s"]\S*) )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class FieldTerm:
    """`field:value` as it was typed; `negated` where a minus stands before it."""

    field: str
    value: str
    typed: str
    negated: bool


@dataclass(frozen=True)
class PhraseTerm:
    """Words that must, or where `negated` must not, stand in a talk in this order. A single word is a phrase too."""

    text: str
    typed: str
    negated: bool


@dataclass(frozen=True)
class Typed:
    """A query taken apart. `text` is what is searched for by words and meaning: phrases stay in it, without quotes."""

    text: str
    phrases: tuple[PhraseTerm, ...] = ()
    fields: tuple[FieldTerm, ...] = ()


def take_apart(text: str) -> Typed:
    """Phrases, exclusions and fields of `text`, and the words left."""
    phrases: list[PhraseTerm] = []
    fields: list[FieldTerm] = []
    words: list[str] = []
    done = 0
    plain = text.translate(_QUOTES)
    for found in _TOKEN.finditer(plain):
        term = _term(found) if len(phrases) + len(fields) < MOST_SIGNS else None
        if term is None:
            continue
        words.append(plain[done : found.start()])
        done = found.end()
        if isinstance(term, FieldTerm):
            fields.append(term)
            continue
        phrases.append(term)
        if not term.negated:
            words.append(term.text)
    words.append(plain[done:])
    return Typed(" ".join(" ".join(words).split()), tuple(phrases), tuple(fields))


def _term(found: re.Match[str]) -> FieldTerm | PhraseTerm | None:
    """The sign that a token is, None for plain words."""
    typed, negated = found[0], bool(found["minus"])
    value = (found["quoted"] if found["quoted"] is not None else found["plain"]).strip()
    field = (found["field"] or "").lower()
    field = SYNONYMS.get(field, field)
    if field in FIELDS and re.search(r"\w", value):
        return FieldTerm(field, value, typed, negated)
    if found["field"]:
        return None
    if found["quoted"] is not None and re.search(r"\w", value):
        return PhraseTerm(value, typed, negated)
    return PhraseTerm(value, typed, negated) if negated and re.match(r"\w", value) else None


def instead(text: str, typed: str, other: str) -> str:
    """`text` with a token in the place of another, once."""
    return re.sub(rf"(?<!\S){re.escape(typed)}", lambda _: other, text.translate(_QUOTES), count=1)


def without(text: str, *typed: str) -> str:
    """`text` without these tokens, each taken out once: what a query is when a part of it is dropped."""
    plain = text.translate(_QUOTES)
    for token in typed:
        plain = re.sub(rf"(?<!\S){re.escape(token)}", " ", plain, count=1)
    return " ".join(plain.split())
