"""Whether two written names are the same person's, judged from the names alone: a score and the evidence in words.

A score of SAME or more means that people who write both ways have nearly always been one person; SUSPECTED or more is
worth a question. Given names merely cut short stay below SAME: a Zach and a Zachary of one family name turn out to be
two accounts too often. Pure; who is merged is decided elsewhere, with more than names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.fuzz import ratio

from app.text.given_names import COMMON_FAMILY_NAMES, GIVEN_NAMES, same_given_name
from app.text.written_names import PARTICLES, WrittenName, handles_of, skeleton, sound, take_apart, without_number

SAME = 0.9
SUSPECTED = 0.6
_MOST_WORDS = 8
_LONGEST = 400


@dataclass(frozen=True)
class Likeness:
    """How alike two names are, 0..1, and why, in words."""

    score: float
    evidence: str

    @property
    def is_same(self) -> bool:
        """Whether the names alone say that it is one person."""
        return self.score >= SAME


@dataclass(frozen=True)
class _Match:
    """How two words of names agree. `weight` 1 is equality."""

    weight: float
    why: str = ""


_CUT, _FORM = 0.85, 0.86
_EQUAL = _Match(1.0)
_INITIAL = _Match(0.6, "an initial")


def compare_names(one: str, other: str) -> Likeness:
    """How alike two written names are; the order of the two makes no difference."""
    if len(one) + len(other) > _LONGEST:
        return Likeness(0.0, "too long for names")
    left, right = sorted((take_apart(one), take_apart(other)), key=lambda name: (len(name.joined), name.key))
    if not left.apart or not right.apart:
        return Likeness(1.0 if left.key == right.key and left.key else 0.0, "no words to compare")
    if left.key == right.key:
        return Likeness(1.0, "equal but for case, accents and punctuation")
    if left.letters == right.letters:
        return Likeness(0.98, "equal but for spaces and hyphens")
    if left.is_single:
        return max(_with_single(left, right), _by_words(left.apart, right.apart), key=lambda found: found.score)
    best = _by_words(left.joined, right.joined)
    if (left.apart, right.apart) != (left.joined, right.joined):
        best = max(best, *_hyphens_apart(left, right), key=lambda found: found.score)
    if best.score < SAME and (left.asides or right.asides):
        aside = _by_words(_with_asides(left), _with_asides(right))
        best = max(best, aside, key=lambda found: found.score)
    return best


def _hyphens_apart(left: WrittenName, right: WrittenName) -> list[Likeness]:
    return [_by_words(*_shorter_first(one, two)) for one, two in (
        (left.apart, right.apart), (left.joined, right.apart), (left.apart, right.joined),
    )]  # fmt: skip


def _shorter_first(one: tuple[str, ...], two: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (one, two) if len(one) <= len(two) else (two, one)


def _with_asides(name: WrittenName) -> tuple[str, ...]:
    return name.joined[:1] + name.asides + name.joined[1:]


def _with_single(left: WrittenName, right: WrittenName) -> Likeness:
    """A name of one word, such as a handle, against another name."""
    word = left.letters
    if right.is_single and left.apart[0] == word and right.letters:
        stem, other = without_number(word), without_number(right.letters)
        if stem == other and len(stem) >= 4:
            return Likeness(0.92, "handles that differ by a number at the end")
    if word in right.asides:
        return Likeness(0.95, f"“{word}” is given as a nickname")
    if word in right.apart and len(right.apart) > 1:
        if word in GIVEN_NAMES or word in COMMON_FAMILY_NAMES or len(word) < 4:
            return Likeness(0.4, f"“{word}” alone is a common name")
        return Likeness(0.8, f"“{word}” is one of the words")
    if len(right.apart) > 1 and len(word) >= 4 and without_number(word) in handles_of(right.apart):
        return Likeness(0.7, f"“{word}” may be made of initial and name")
    return Likeness(0.0, "nothing in common")


@lru_cache(maxsize=200_000)
def _word_match(one: str, two: str) -> _Match | None:
    if one == two:
        return _EQUAL
    if len(one) == 1 or len(two) == 1:
        return _INITIAL if one[0] == two[0] else None
    if sound(one) == sound(two) and min(len(one), len(two)) >= 3:
        return _Match(0.97, f"“{one}” may be spelt “{two}”")
    found = [_typing_error(one, two), _short_form(one, two)]
    if same_given_name(one, two):
        cut = one.startswith(two) or two.startswith(one)
        found.append(_Match(_CUT if cut else _FORM, f"“{one}” and “{two}” are forms of one given name"))
    return max((match for match in found if match), key=lambda match: match.weight, default=None)


def _typing_error(one: str, two: str) -> _Match | None:
    shorter, longer = sorted((one, two), key=len)
    if shorter[0] != longer[0] or len(shorter) < 5:
        return None
    if len(one) == len(two) and sorted(one) == sorted(two) and one[-1] == two[-1] and len(one) >= 6:
        return _Match(0.93, f"“{one}” and “{two}” have the same letters in another order")
    left, right = sound(shorter), sound(longer)
    distance = int(DamerauLevenshtein.distance(left, right, score_cutoff=1))
    if distance > 1:
        return None
    bones = skeleton(shorter)
    # The last vowel tells Alessandro from Alessandra and Yuka from Yuki, so it is never a slip.
    if bones == skeleton(longer) and len(bones) >= 3 and left[-1] == right[-1]:
        return _Match(0.93, f"“{one}” and “{two}” differ by a vowel")
    if len(shorter) >= 8 and len(left) != len(right) and left[-1] == right[-1]:
        return _Match(0.92, f"“{one}” and “{two}” differ by one letter")
    return _Match(0.75, f"“{one}” and “{two}” differ by one letter")


def _short_form(one: str, two: str) -> _Match | None:
    shorter, longer = sorted((one, two), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter) and len(longer) - len(shorter) <= 6:
        return _Match(0.78, f"“{longer}” may be shortened to “{shorter}”")
    return None


def _by_words(left: tuple[str, ...], right: tuple[str, ...]) -> Likeness:
    """Pair the words of the name with fewer words with those of the other, best agreement first."""
    if len(right) > _MOST_WORDS:
        return Likeness(0.0, "too many words for a name")
    if len(left) > 1:
        core_left = tuple(word for word in left if word not in PARTICLES)
        core_right = tuple(word for word in right if word not in PARTICLES)
        if len(core_left) > 1 and len(core_right) > 1:
            left, right = _shorter_first(core_left, core_right)
    ranked = sorted(
        (
            (-match.weight, abs(row - column), row, column, match)
            for row, word in enumerate(left)
            for column, other in enumerate(right)
            if (match := _word_match(word, other)) is not None
        ),
        key=lambda found: found[:4],
    )
    pairs: dict[int, tuple[int, _Match]] = {}
    taken: set[int] = set()
    for _, _, row, column, match in ranked:
        if row not in pairs and column not in taken:
            pairs[row] = (column, match)
            taken.add(column)
    if len(pairs) < len(left):
        return _partly(left, right, pairs)
    return _whole(left, right, pairs)


def _partly(left: tuple[str, ...], right: tuple[str, ...], pairs: dict[int, tuple[int, _Match]]) -> Likeness:
    equal = [left[row] for row, (_, match) in pairs.items() if match.weight >= 0.97 and len(left[row]) > 2]
    if len(equal) >= 2 and left[0] in equal:
        return Likeness(0.7, f"they share “{' '.join(equal)}”")
    alike = ratio(" ".join(left), " ".join(right)) / 100
    return Likeness(round(0.55 * alike, 2), f"letters {round(100 * alike)} % alike")


def _whole(left: tuple[str, ...], right: tuple[str, ...], pairs: dict[int, tuple[int, _Match]]) -> Likeness:
    """Every word of `left` has found one of `right`."""
    matches = [pairs[row][1] for row in range(len(left))]
    columns = [pairs[row][0] for row in range(len(left))]
    full = [match for match in matches if match is not _INITIAL]
    equal = [match for match in full if match.weight >= 0.97]
    score = min((match.weight for match in full), default=0.0)
    said = [match.why for match in full if match.why]
    if _INITIAL in matches:
        said.append("an initial stands for a name")
        score = min(score, 0.97) if len(equal) >= 2 else min(score, 0.7)
    if score < SAME and len(equal) >= 2 and len(full) > len(equal) and min(m.weight for m in full) >= 0.78:
        score = 0.93  # One word differs in a way that has a reason, and two others agree.
    elif len(equal) == 1 and len(full) == 2 and score < 0.97:
        score = _beside_one(left, matches, score)
    if len(left) < len(right):
        extra, why = _extra(left, right, columns)
        said.append(why)
        if len(full) < 2:
            extra = min(extra, 0.6)
        # Two reservations at once are more than the worse of them.
        score = min(score, extra) if not full or score >= 0.97 else min(score, extra) - 0.03
    if columns != sorted(columns):
        said.append("the words stand in another order")
        order = 0.97
        if len(left) == len(right) == 2 and all(word in GIVEN_NAMES for word in left):
            order = 0.7  # James Thomas and Thomas James.
        score = min(score, order)
    return Likeness(round(score, 2), "; ".join(said) or "equal words")


def _beside_one(left: tuple[str, ...], matches: list[_Match], score: float) -> float:
    """The score of two words of which one agrees: a common family name makes little of a slip in the given name."""
    place = next(row for row, match in enumerate(matches) if match.weight >= 0.97)
    rest = left[place]
    common = rest in COMMON_FAMILY_NAMES or rest in GIVEN_NAMES
    if score == _FORM and not common:
        return SAME
    return min(score, _CUT) if common and place == len(left) - 1 else score


def _extra(left: tuple[str, ...], right: tuple[str, ...], columns: list[int]) -> tuple[float, str]:
    """What words that only the longer name has take away."""
    over = [word for column, word in enumerate(right) if column not in columns]
    why = f"“{' '.join(over)}” stands in one only"
    if len(left) < 2:
        return 0.6, why
    if all(len(word) == 1 for word in over):
        return 0.97, why
    ends = {columns[0], columns[-1]} == {0, len(right) - 1}
    if ends or (columns != sorted(columns) and {0, len(right) - 1} <= set(columns)):
        return 0.95, why
    common = left[-1] in COMMON_FAMILY_NAMES or left[-1] in GIVEN_NAMES
    if common and left[0] in GIVEN_NAMES:
        return 0.8, why + ", and the rest is common"
    return (0.91 if 0 in columns else 0.9), why
