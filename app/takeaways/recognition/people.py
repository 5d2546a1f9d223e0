"""Speakers named in an article: in full, with an initial or a nickname, then by a part of the name alone. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.takeaways.recognition.finding import CERTAIN, LIKELY, UNSURE, Block, Finding, Person
from app.text.given_names import COMMON_FAMILY_NAMES, GIVEN_NAMES
from app.text.likeness import SAME, compare_names
from app.text.names import name_key
from app.text.stemming import fold
from app.text.written_names import PARTICLES, take_apart

_LONGEST = 5
_BETWEEN = re.compile(r"[\s.\-‐‑\"“”„'’‘()\[\]\\*_]{1,4}")
"""What may stand between the words of one name; a comma or a full stop and a space ends it."""
_SENTENCE_END = re.compile(r"\w{3,}[.!?]\s|[\n,;:]")
_TITLES = frozenset(["dr", "prof", "mr", "mrs", "ms", "herr", "frau", "mme", "m"])
_SCORES = {CERTAIN: 0.97, LIKELY: 0.75, UNSURE: 0.4}


def name_keys(blocks: Iterable[Block]) -> set[str]:
    """Folded names of two to five capitalised words that stand in the text, to look up among all speakers."""
    keys: set[str] = set()
    for block in blocks:
        for first, last in _capitalised(block):
            for one in range(first, last):
                for two in range(one + 1, min(last, one + _LONGEST - 1) + 1):
                    keys.add(_key(block, one, two))
    return keys


def find_people(blocks: Sequence[Block], own: Sequence[Person], others: Mapping[str, int]) -> list[Finding]:
    """Where speakers are named. `own` are those of the edition; `others` are speakers of the base by folded name."""
    exact, anchors = _tables(own)
    found: list[Finding] = []
    for block in blocks:
        taken: list[tuple[int, int]] = []
        for one in (*_exactly(block, exact, others), *_nearly(block, anchors)):
            if all(one.end <= start or end <= one.start for start, end in taken):
                taken.append((one.start, one.end))
                found.append(one)
    found.sort(key=lambda one: (one.block, one.start))
    names = {person.id: person.names for person in own}
    return sorted(found + _by_part(blocks, found, names, others), key=lambda one: (one.block, one.start))


def _tables(own: Sequence[Person]) -> tuple[dict[str, int], dict[str, list[tuple[int, str]]]]:
    """Speakers of the edition by folded name, and by each word of their names that may be a family name."""
    exact: dict[str, int] = {}
    anchors: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for person in own:
        for name in person.names:
            written = take_apart(name)
            if len(written.joined) < 2:
                continue
            exact.setdefault(name_key(name), person.id)
            for word in {*written.apart, *written.joined}:
                if len(word) >= 3 and word not in PARTICLES:
                    anchors[word].append((person.id, name))
    return exact, anchors


def _exactly(block: Block, exact: Mapping[str, int], others: Mapping[str, int]) -> Iterator[Finding]:
    words = block.words
    for one in range(len(words)):
        for two in range(min(len(words), one + _LONGEST) - 1, one, -1):
            if not _is_name(block, one, two, strict=False):
                continue
            key = _key(block, one, two)
            if key in exact:
                yield _finding(block, one, two, exact[key], CERTAIN, "the full name")
            elif key in others and _is_name(block, one, two, strict=True):
                plain = key.split()
                common = plain[0] in GIVEN_NAMES and plain[-1] in COMMON_FAMILY_NAMES
                why = "the full name of a speaker of other editions" + (", a common one" if common else "")
                yield _finding(block, one, two, others[key], UNSURE if common else LIKELY, why)


def _nearly(block: Block, anchors: Mapping[str, list[tuple[int, str]]]) -> Iterator[Finding]:
    """Names written otherwise: with an initial, a nickname, in another order, with a slip."""
    words = block.words
    for at, word in enumerate(words.plain):
        people = anchors.get(word)
        if not people or not block.text[words.spans[at][0]].isupper():
            continue
        best: tuple[float, int, int, int, int, str] | None = None
        for one in range(max(0, at - 3), at + 1):
            for two in range(at, min(len(words), at + 4)):
                if two == one or two - one >= _LONGEST or not _is_name(block, one, two, strict=True):
                    continue
                written = block.text[words.spans[one][0] : _end(block, two)].replace("\\", "")
                for person, name in people:
                    likeness = compare_names(written, name)
                    if likeness.score >= SAME:
                        option = (likeness.score, two - one, -one, two, person, likeness.evidence)
                        best = max(best, option) if best else option
        if best:
            score, width, first, two, person, why = best
            certainty = CERTAIN if score >= 0.95 and width else LIKELY
            yield _finding(block, -first, two, person, certainty, f"the name: {why}", score)


def _by_part(
    blocks: Sequence[Block], full: Sequence[Finding], names: Mapping[int, Sequence[str]], others: Mapping[str, int]
) -> list[Finding]:
    """Given or family names that stand alone after the full name: the one last named so."""
    other_names = {person: key for key, person in others.items()}
    of_block: dict[int, list[Finding]] = defaultdict(list)
    for one in full:
        of_block[one.block].append(one)
    last: dict[str, int] = {}
    said: dict[str, set[int]] = defaultdict(set)
    found: list[Finding] = []
    for block in blocks:
        here = of_block.get(block.number, [])
        for at, word in enumerate(block.words.plain):
            start, end = block.words.spans[at]
            inside = next((one for one in here if one.start <= start < one.end), None)
            if inside is not None:
                if inside.certainty != UNSURE:
                    key = other_names.get(inside.id, "")
                    for part in _parts([block.text[inside.start : inside.end], *names.get(inside.id, [key])]):
                        last[part] = inside.id
                        said[part].add(inside.id)
                continue
            bare = _bare(word, block.text[start:end])
            if bare in last and _stands_alone(block, at):
                why = "a part of the name that was given in full before"
                if len(said[bare]) > 1:
                    why += "; others were named so too"
                score = 0.85 if len(said[bare]) == 1 else 0.6
                end = _end(block, at)
                found.append(
                    Finding("speaker", last[bare], block.number, start, end, score, LIKELY, why, is_full=False)
                )
    return found


def _parts(names: Iterable[str]) -> set[str]:
    """First and last words of names, and nicknames."""
    parts: set[str] = set()
    for name in names:
        written = take_apart(name)
        if len(written.joined) > 1:
            parts |= {written.joined[0], written.joined[-1], *written.asides}
    return {part for part in parts if len(part) >= 3}


def _bare(word: str, written: str) -> str:
    """A folded word without the s of a genitive."""
    return word[:-1] if written[-2:] in ("'s", "’s") else word


def _stands_alone(block: Block, at: int) -> bool:
    """Whether a word is capitalised and has no capitalised word of another name right before or after it."""
    words, text = block.words, block.text
    start, end = words.spans[at]
    if not text[start].isupper() or text[start - 1 : start] in ("@", "#", "/", "-", ".") or text[end : end + 1] == "-":
        return False
    if at + 1 < len(words) and text[words.spans[at + 1][0]].isupper() and text[end : words.spans[at + 1][0]] == " ":
        return False
    before = words.spans[at - 1] if at else None
    if before is None or text[before[1] : start] != " " or not text[before[0]].isupper():
        return True
    # The first word of a sentence has a capital whatever it is: "When Max showed".
    opens = at == 1 or _SENTENCE_END.search(text[max(0, words.spans[at - 2][1] - 3) : before[0]]) is not None
    return opens or words.plain[at - 1] in _TITLES


def _capitalised(block: Block) -> Iterator[tuple[int, int]]:
    """First and last words of runs that may hold a name of two words or more."""
    first = 0
    for at in range(1, len(block.words) + 1):
        if at == len(block.words) or not _joined(block, at - 1):
            if at - first >= 2:
                yield first, at - 1
            first = at


def _joined(block: Block, at: int) -> bool:
    """Whether a word and the next may be of one name."""
    (start, end), (following, _) = block.words.spans[at], block.words.spans[at + 1]
    text = block.text
    between = text[end:following]
    if not _BETWEEN.fullmatch(between) or ("." in between and end - start > 2 and between != "."):
        return False
    return _like_name(text, start, block.words.plain[at]) and _like_name(text, following, block.words.plain[at + 1])


def _like_name(text: str, start: int, word: str) -> bool:
    return text[start].isupper() or word in PARTICLES or not text[start].isascii()


def _is_name(block: Block, one: int, two: int, *, strict: bool) -> bool:
    """Whether the words stand as one name; strictly with capitals at both ends, else in any case."""
    text, spans = block.text, block.words.spans
    for at in range(one, two):
        between = text[spans[at][1] : spans[at + 1][0]]
        if not _BETWEEN.fullmatch(between) or ("." in between and spans[at][1] - spans[at][0] > 2 and " " in between):
            return False
    if not strict:
        return text[spans[one][0]].isupper() or text[spans[two][0]].isupper()
    return (
        all(_like_name(text, spans[at][0], block.words.plain[at]) for at in range(one, two + 1))
        and text[spans[one][0]].isupper()
    )


def _key(block: Block, one: int, two: int) -> str:
    """The words as `name_key` folds them."""
    return name_key(block.text[block.words.spans[one][0] : _end(block, two)])


def _end(block: Block, at: int) -> int:
    """Where a name ends that ends with this word: before the s of a genitive."""
    start, end = block.words.spans[at]
    return end - 2 if block.text[start:end].endswith(("'s", "’s")) else end


def _finding(
    block: Block, one: int, two: int, person: int, certainty: str, why: str, score: float | None = None
) -> Finding:
    start, end = block.words.spans[one][0], _end(block, two)
    told = score if score is not None else _SCORES[certainty]
    return Finding("speaker", person, block.number, start, end, round(min(told, 0.99), 3), certainty, why)


def handles_in(blocks: Iterable[Block]) -> list[tuple[int, int, int, str]]:
    """Accounts written with an at sign: (block, start, end, handle in lower case)."""
    return [
        (block.number, found.start(), found.end(), fold(found[1]))
        for block in blocks
        for found in re.finditer(r"(?<![\w/.@])@([A-Za-z_][\w-]{1,38})\b(?!\.\w)", block.text)
    ]
