"""Whether evidence says what a sentence says: its numbers, names, quotations and words of direction. Pure.

This finds what is made up or has changed; it does not understand sentences. Left unfound: a “not” put in or taken out,
a true number in a wrong place of the same part of a sentence. Names are told by their capitals, which suits English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.posts.sentences import Sentence
from app.text.stemming import STOP_WORDS, stem


@dataclass(frozen=True)
class Saying:
    """Something that evidence says; with a `name`, only to a sentence that has this name too."""

    text: str
    name: str = ""


@dataclass(frozen=True)
class Evidence:
    """What an address of the base says, and what it is in a few words.

    A sentence that refers to evidence with a `subject`, such as the theme of a share, has to name that.
    """

    what: str
    sayings: tuple[Saying, ...]
    subject: str = ""


IsName = Callable[[str], bool]
"""Whether a word by itself is the name of an organisation, technology or theme in the base."""

_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:\s?(%|per cent\b|percent\b))?(?![\w%]|\.\d|,\d)")
_RANGE = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?)\s?[–-]\s?(?=\d+(?:\.\d+)?\s?%)")
_PAIR = re.compile(r"(?<![\w.,])(\d[\d,]*+) (?:out )?of (?:all |the )?(\d[\d,]*+)(?!\s?%|\.\d|\w)")
_ADDRESS = re.compile(r"https?://\S+")
_WORD = re.compile(r"[^\W_][\w.&+#'’/-]*")
_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"")
_OPENING = tuple("“\"'‘([:*_-–—.!?")
_COUNTED = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty
"""
# “One” is hardly ever a number.
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_COUNTED.split()) if word != "one"}
_FAMILIES = """
    rise rises rose risen rising grow grows grew grown growing gain gained increase increased increases
    fall falls fell fallen falling decline declined declines drop dropped drops decrease decreased shrink shrank
    double doubled doubles twice
    triple tripled triples thrice
    half halved halves
    quarter quarters
    majority
"""
"""Words of direction and size, those of a line for one another."""

_DIRECTION = {word: set(line.split()) for line in _FAMILIES.splitlines() for word in line.split()}
_LEAST_LETTERS = 4


def unsupported(sentence: Sentence, evidence: dict[str, Sequence[Evidence]], is_name: IsName) -> list[str]:
    """Why a sentence is not supported by the evidence of its footnotes, by label; nothing where it is.

    Of a heading only numbers and names known in the base are looked at.
    """
    whole = _said([one for found in evidence.values() for one in found], sentence.plain)
    reasons = _not_said_at_all(sentence.plain, whole)
    if not sentence.heading:
        reasons += _not_named([one for found in evidence.values() for one in found], sentence.plain)
    first = True
    for segment in sentence.segments:
        said = _said([one for label in segment.notes for one in evidence.get(label, ())], sentence.plain)
        reasons += _numbers_not_said(segment.plain, said)
        reasons += _names_not_said(segment.plain, said, is_name, begins=first, heading=sentence.heading)
        first = False
    if not reasons and not sentence.heading and not _touches(sentence.plain, whole):
        reasons.append("nothing it says is in what it refers to")
    return list(dict.fromkeys(reasons))


def numbers_unsaid(text: str, evidence: Sequence[Evidence]) -> list[str]:
    """The numbers of a footnote's own words that what it leads to does not say."""
    return _numbers_not_said(_ADDRESS.sub("", text), _said(evidence, text))


@dataclass(frozen=True)
class _Said:
    """What some sayings say, for looking up."""

    numbers: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    words: frozenset[str]
    text: str
    stems: frozenset[str]
    what: str = ""


def _said(evidence: Iterable[Evidence], sentence: str) -> _Said:
    found = list(evidence)
    plain = f" {_plain(sentence)} "
    told = [
        _read(saying.text)
        for one in found
        for saying in one.sayings
        if not saying.name or f" {_plain(saying.name)} " in plain
    ]
    return _Said(
        frozenset().union(*(one.numbers for one in told)),
        frozenset().union(*(one.pairs for one in told)),
        frozenset().union(*(one.words for one in told)),
        "\n".join(one.text for one in told),
        frozenset().union(*(one.stems for one in told)),
        " and ".join(dict.fromkeys(one.what for one in found)) or "its footnote",
    )


@lru_cache(maxsize=2048)
def _read(text: str) -> _Said:
    """One saying."""
    words = _words(text)
    return _Said(
        frozenset((*_numbers(text), *(_NUMBER_WORDS[word] for word in words if word in _NUMBER_WORDS))),
        frozenset(_pairs(text)),
        frozenset(words),
        f" {_plain(text)} ",
        frozenset(stem(word) for word in words),
    )


def _not_said_at_all(text: str, said: _Said) -> list[str]:
    reasons = [
        f"“{quoted}” is not said in {said.what}"
        for found in _QUOTED.finditer(text)
        if (quoted := found[1] or found[2]) and f" {_plain(quoted)} " not in said.text
    ]
    for word in _words(text):
        family = _DIRECTION.get(word)
        if family and not said.words & family:
            reasons.append(f"“{word}” is not said in {said.what}")
        number = _NUMBER_WORDS.get(word)
        if number and word not in said.words and number not in said.numbers:
            reasons.append(f"“{word}” is not said in {said.what}")
    return reasons


def _not_named(evidence: Iterable[Evidence], text: str) -> list[str]:
    stems = {stem(word) for word in _words(text)}
    return [
        f"it does not name “{one.subject}”, which {one.what} is about"
        for one in evidence
        if not stems.issuperset(map(stem, _words(one.subject)))
    ]


def _numbers_not_said(text: str, said: _Said) -> list[str]:
    missing = [f"{number} is not said in {said.what}" for number in _numbers(text) if number not in said.numbers]
    pairs = [pair for pair in _pairs(text) if pair not in said.pairs]
    if not missing:
        missing = [f"{first} of {of} is not said in {said.what}" for first, of in pairs]
    return missing


def _names_not_said(text: str, said: _Said, is_name: IsName, *, begins: bool, heading: bool) -> list[str]:
    missing = []
    for found in _WORD.finditer(text):
        word = found[0].rstrip(".'’&/-")
        plain = _key(word)
        lead = text[: found.start()].rstrip()
        opens = lead.endswith(_OPENING) or (begins and not lead)
        if plain in said.words or not plain or not _looks_named(word, opens=opens or heading, is_name=is_name):
            continue
        if not all(part in said.words for part in re.split(r"[-/&]", plain) if part):
            missing.append(f"“{word}” is not named in {said.what}")
    return missing


def _looks_named(word: str, *, opens: bool, is_name: IsName) -> bool:
    bare = re.sub(r"['’]s$", "", word)
    letters = [letter for letter in bare if letter.isalpha()]
    if not letters or bare in ("I", "A"):
        return False
    if any(letter.isdigit() for letter in bare) or any(letter.isupper() for letter in bare[1:]):
        return not re.fullmatch(r"\d+(?:st|nd|rd|th|s)", bare)
    return letters[0].isupper() and (not opens or is_name(bare))


def _touches(text: str, said: _Said) -> bool:
    """Whether any word that means something, or any number, is in what is said; or else all of it."""
    if f" {_plain(text)} " in said.text:
        return True
    told = [word for word in _words(text) if len(word) >= _LEAST_LETTERS and word not in STOP_WORDS]
    return any(stem(word) in said.stems for word in told) or any(number in said.numbers for number in _numbers(text))


def _numbers(text: str) -> list[str]:
    """Numbers as they are compared: without the commas of thousands, per cent marked; of a range of these both."""
    spaced = text.replace("\u00a0", " ").replace("\u202f", " ")
    spaced = _RANGE.sub(lambda found: f"{found[1]}% ", spaced)
    return [
        f"{found[1].replace(',', '')}{found[2] or ''}{'%' if found[3] else ''}" for found in _NUMBER.finditer(spaced)
    ]


def _pairs(text: str) -> list[tuple[str, str]]:
    spaced = text.replace("\u00a0", " ")
    return [(found[1].replace(",", ""), found[2].replace(",", "")) for found in _PAIR.finditer(spaced)]


def _words(text: str) -> list[str]:
    found = []
    for match in _WORD.finditer(text):
        whole = _key(match[0].rstrip(".'’&/-"))
        found.append(whole)
        if parts := [part for part in re.split(r"[-/&.]", whole) if part and part != whole]:
            found += parts
    return found


def _key(word: str) -> str:
    return re.sub(r"['’]s$", "", unicodedata.normalize("NFKC", word).casefold())


def _plain(text: str) -> str:
    """The words alone, with one space between them."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))
