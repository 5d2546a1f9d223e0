"""Finding the names of a vocabulary in text: one table by first word, the longest name wins, precision first.

A name that is a common word counts only where the talk gives it away: one of the words it needs stands in the talk,
or one of those beside it. Pure: no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.text.terms import are_joined, phrase_of, spans_of, words_of

NEAR = 40
"""Words of a transcript before and after an ambiguous name that can give it away; it wanders too far for more."""
SHORT = 4
"""A name of fewer letters may not have a version glued to it: “Django4” is Django, “Go2” need not be Go."""
_VERSION = ".0123456789"
LONGEST_VERSION = 2
"""Characters of a version glued to a name; “SciPy2013” is a conference."""
_AROUND_A_LETTER = frozenset("'’&-*.")
"""Characters that make of a single letter something else: “C'est”, “R&D”, “C-level”, “J. R. Smith”."""


@dataclass(frozen=True)
class Term:
    """A technology as it is matched; what the fields mean stands in `data/README.md`, under Technologies."""

    id: int
    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    ambiguous: frozenset[str] = frozenset()
    exact: bool = False
    needs: tuple[str, ...] = ()
    beside: frozenset[str] = frozenset()
    not_in: tuple[str, ...] = ()


class Place(NamedTuple):
    """A text of a talk, as `read_for_names` leaves it, with its words: title, abstract, summary or transcript.

    Of a transcript also the second it begins at.
    """

    where: str
    text: str
    words: list[str]
    start: float | None = None


@dataclass
class Found:
    """Where one talk names a technology: {"where", "words", "count"}, of a transcript also "start", place by place."""

    term: Term
    places: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How often, in all places."""
        return sum(int(str(place["count"])) for place in self.places.values())

    @property
    def rank(self) -> tuple[int, int, str]:
        """Named in the title first, then anywhere written, then only said; the more often the earlier."""
        best = 0 if "title" in self.places else 2 if set(self.places) == {"transcript"} else 1
        return best, -self.count, self.term.slug


class _Name(NamedTuple):
    """A way to write a technology: its words after the first; `written` where case tells; no term: a trap."""

    rest: tuple[str, ...]
    written: tuple[str, ...] | None
    term: Term | None
    is_sure: bool


class _Hit(NamedTuple):
    """A name met in a text: which words of it, and what stands around them."""

    term: Term
    where: str
    words: str
    start: float | None
    is_sure: bool
    beside: tuple[str, str]
    near: str


class Matcher:
    """A vocabulary compiled to be matched; made once, used for every talk."""

    def __init__(self, terms: Sequence[Term]) -> None:
        """Of these technologies."""
        self._names: dict[str, dict[str, list[_Name]]] = {}
        """By first word, then by second, "" where there is none."""
        for term in terms:
            for name in (term.name, *term.aliases):
                if "(" not in name:  # “Black (Python)” is for readers; nobody writes so
                    is_sure = name not in term.ambiguous
                    tells = term.exact and (name == term.name or not is_sure)
                    self._add(phrase_of(name), tuple(words_of(name)) if tells else None, term, is_sure)
            for phrase in term.not_in:
                self._add(phrase_of(phrase), None, None, True)
        for by_second in self._names.values():
            for names in by_second.values():
                # Of two names equally long the trap goes first, then the one whose case tells.
                names.sort(key=lambda name: (-len(name.rest), name.term is not None, name.written is None))
        self._needs = {need: f" {' '.join(phrase_of(need))} " for term in terms for need in term.needs}
        self._versioned = {
            first
            for first, by_second in self._names.items()
            if len(first) >= SHORT and any(name.is_sure and name.term for name in by_second.get("", ()))
        }

    def _add(self, phrase: tuple[str, ...], written: tuple[str, ...] | None, term: Term | None, is_sure: bool) -> None:
        entry = _Name(phrase[1:], written, term, is_sure)
        names = self._names.setdefault(phrase[0], {}).setdefault(phrase[1] if len(phrase) > 1 else "", [])
        if entry not in names:
            names.append(entry)

    def _of(self, lower: list[str], at: int) -> Iterator[_Name]:
        """Names that may begin at this word, the longest first."""
        by_second = self._names.get(lower[at]) or self._names[lower[at].strip(_VERSION)]
        if at + 1 < len(lower):
            yield from by_second.get(lower[at + 1], ())
        yield from by_second.get("", ())

    def find(self, places: Iterable[Place], context: str = "") -> list[Found]:
        """What the texts of one talk name, by rank. `context` is read for needs alone, such as the talk's track."""
        hits: list[_Hit] = []
        told = [word.lower() for word in words_of(context)]
        for place in places:
            lower = [word.lower() for word in place.words]
            if place.where != "transcript":
                told += lower
            hits += self._scan(place, lower)
        sure = {hit.term.slug for hit in hits if hit.is_sure}
        said = "" if all(hit.is_sure for hit in hits) else _spaced(told)
        found: dict[int, Found] = {}
        for hit in hits:
            if hit.is_sure or hit.term.slug in sure or self._gives_away(hit, said, sure):
                one = found.setdefault(hit.term.id, Found(hit.term))
                place_of = one.places.get(hit.where)
                if place_of is None:
                    one.places[hit.where] = place_of = {"where": hit.where, "words": hit.words, "count": 0}
                    if hit.start is not None:
                        place_of["start"] = hit.start
                place_of["count"] = int(str(place_of["count"])) + 1
        return sorted(found.values(), key=lambda one: one.rank)

    def _gives_away(self, hit: _Hit, said: str, sure: set[str]) -> bool:
        """Whether the words around an ambiguous name, or elsewhere in the talk, say that the technology is meant."""
        if not hit.term.beside.isdisjoint(hit.beside):
            return True
        return any(
            need in sure or self._needs[need] in said or (hit.near and self._needs[need] in hit.near)
            for need in hit.term.needs
        )

    def _scan(self, place: Place, lower: list[str]) -> list[_Hit]:
        """Every name in a text, sure or not; a word belongs to one name only, the longest that begins first."""
        starts = [at for at, word in enumerate(lower) if word in self._names or self._is_versioned(word)]
        if not starts:
            return []
        spans = spans_of(place.text)
        hits: list[_Hit] = []
        after = 0
        for at in starts:
            if at < after:
                continue
            longest: int | None = None
            for name in self._of(lower, at):
                # Another technology of the very same name is a hit too; what each needs decides.
                if (longest is None or len(name.rest) == longest) and self._fits(name, at, place, lower, spans):
                    longest = len(name.rest)
                    after = at + 1 + longest
                    if name.term is None:
                        break
                    words = place.text[spans[at][0] : spans[after - 1][1]]
                    hits.append(_hit(name.term, name.is_sure, place, at, after, lower, words))
        return hits

    def _is_versioned(self, word: str) -> bool:
        if word.isalpha():
            return False
        name = word.strip(_VERSION)
        return len(word) - len(name) <= LONGEST_VERSION and name in self._versioned

    @staticmethod
    def _fits(name: _Name, at: int, place: Place, lower: list[str], spans: list[tuple[int, int]]) -> bool:
        """Whether the words from `at` on are this name, written as one."""
        end = at + 1 + len(name.rest)
        if name.rest and tuple(lower[at + 1 : end]) != name.rest:
            return False
        if name.written is not None and tuple(place.words[at:end]) != name.written:
            return False
        if name.rest and not all(are_joined(place.text, spans[i][1], spans[i + 1][0]) for i in range(at, end - 1)):
            return False
        return len(lower[at]) > 1 or end > at + 1 or _stands_alone(place.text, *spans[at])


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a single letter is a word by itself and no part of another; a full stop may end its sentence."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if after == "." and text[end + 1 : end + 2].isspace():
        after = "." if text[end + 2 : end + 3].isupper() else ""  # “J. R. Smith” and not “written in C. we”
    elif after == "." and end + 1 == len(text):
        after = ""
    return not {before, after} & _AROUND_A_LETTER


def _hit(term: Term, is_sure: bool, place: Place, at: int, end: int, lower: list[str], words: str) -> _Hit:
    around = (lower[at - 1] if at else "", lower[end] if end < len(lower) else "")
    near = _spaced(lower[max(0, at - NEAR) : end + NEAR]) if place.where == "transcript" and not is_sure else ""
    return _Hit(term, place.where, " ".join(words.split()), place.start, is_sure, around, near)


def _spaced(words: Iterable[str]) -> str:
    """The words in lower case with a space on either side of each, to look phrases up in."""
    return f" {' '.join(words)} "
