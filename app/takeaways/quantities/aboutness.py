"""Which quantities are about the talks of a programme, and what they count: a theme, a technology, a kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.takeaways.quantities.reading import Quantity
from app.text.stemming import STOP_WORDS, fold, stem

_TALKS = re.compile(
    r"^(?:talks?|sessions?|presentations?|keynotes?|workshops?|panels?|tutorials?|breakouts?|lightning\s+talks?"
    r"|vorträgen?|vortrag|beiträgen?|présentations?|conférences?|charlas?|ponencias?)$",
    re.IGNORECASE,
)
_KINDS = {
    "keynote": "keynote", "lightning": "lightning", "workshop": "workshop", "panel": "panel", "tutorial": "workshop",
    "sponsored": "sponsored", "breakout": "breakout",
}  # fmt: skip
_COPULA = (
    r"(?:\s+(?:were|was|are|is|(?:have|has|had)\s+been|being|sind|waren|war|étaient|sont|était))?"
    r"(?:\s+(?:all|mostly|mainly|directly|primarily|entirely|specifically|really|dealing|clearly))*"
)
_ABOUT = (
    r"(?:about|on|dedicated\s+to|devoted\s+to|cover(?:ed|s|ing)?|dealt\s+with|deal(?:s|ing)?\s+with"
    r"|focus(?:s?ed|es|s?ing)?\s+on|relat(?:ed|ing)\s+to|mention(?:ed|s|ing)?|discuss(?:ed|es|ing)?"
    r"|address(?:ed|es|ing)?|concern(?:ed|s|ing)?(?:\s+with)?|touch(?:ed|es|ing)?\s+on|featur(?:ed|es|ing)|us(?:ed|ing)"
    r"|revolv(?:ed|ing)\s+around|centr?e?(?:d|red)\s+(?:on|around)|tagged\s+(?:with|as)|from\s+the\s+area\s+of"
    r"|handelten\s+(?:von|vom)|über|behandelten|parlaient\s+(?:de|du|des)|portaient\s+sur|sur|sobre"
    r"|trataban\s+de)"
)
_SUBJECT_AFTER = re.compile(
    rf"^(?P<copula>{_COPULA})\s+(?P<about>{_ABOUT})\s+(?:the\s+|der\s+|die\s+|das\s+|la\s+|le\s+|l[’'])?(?P<subject>.+)",
    re.IGNORECASE,
)
_SUBJECT_BEFORE = re.compile(
    r"(?P<subject>[^,;:.()]+?)\s+(?:(?:talks|sessions)\s+)?(?:took\s+up|tak(?:es|ing)\s+up|account(?:ed|s)\s+for"
    r"|ma(?:de|kes?)\s+up|constitut(?:ed|es?)|represent(?:ed|s)?|filled|comprised|came\s+up\s+in|appeared\s+in"
    r"|(?:was|were)\s+(?:the\s+)?(?:topic|subject|theme)s?\s+(?:of|in)"
    r"|(?:was|were)\s+(?:mentioned|covered|discussed)\s+in)\s*$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[,;:.!?()“”\"\n]|\s+(?:and|but|while|whereas|although|because|which|that|who|where|when|so|aber|und|mais|et)\s+"
    r"(?=(?:several|many|some|most|others?|the\s+rest|only|about|another|few|a\s+few|\d|it|they|we|i|there|these|those"
    r"|were|was|einige|viele|plusieurs)\b)|\s+(?:while|whereas|although|because)\s+|\s+[–—-]\s+",
    re.IGNORECASE,
)
_EXISTS = re.compile(
    r"\b(?:there\s+(?:were|are|was|have\s+been)|featur\w+|offer\w+|includ\w+|consist\w+\s+of|programme?|schedule|agenda"
    r"|line-?up|in\s+total|a\s+total\s+of|es\s+gab|il\s+y\s+a(?:vait)?|hubo)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:last|previous|prior|next|other)\s+(?:year|time|edition|summit|conference|event)s?\b|\bcompared\s+(?:to|with)\b"
    r"|\b(?:19|20)\d\d\b|\b(?:my|his|her|their|our)\s+(?:talks?|sessions?|team|compan(?:y|ies))\b",
    re.IGNORECASE,
)
_POPULATIONS = {"breakout": "without-keynotes", "full-length": "full-length", "non-keynote": "without-keynotes"}


class Phrase(NamedTuple):
    """A name of a theme as stems; `weight` 3 for its name, 2 for a synonym, 1 for a cue."""

    stems: tuple[str, ...]
    weight: int


@dataclass(frozen=True)
class Subject:
    """A theme that a claim may count. `talks` of the edition have it; `order` prefers one vocabulary to another."""

    slug: str
    phrases: tuple[Phrase, ...]
    talks: int = 0
    order: int = 0


@dataclass(frozen=True)
class Lexicon:
    """What claims may be about. `technologies` gives the slugs of those that a phrase names, most certain first."""

    themes: Sequence[Subject]
    technologies: Callable[[str], Sequence[str]]


def stems_of(words: str) -> tuple[str, ...]:
    """Stems of the words that carry meaning, in order."""
    found = re.findall(r"[^\W_][\w+#.-]*[\w+#]|[^\W_]", fold(words))
    return tuple(stem(word) for word in found if word not in STOP_WORDS)


def phrases_of(name: str, synonyms: Iterable[str], cues: Iterable[str]) -> tuple[Phrase, ...]:
    """The phrases of a theme: its name, the parts of a name joined by “and” or commas, synonyms and cues."""
    parts = [part for part in re.split(r"\s+and\s+|,\s*|/", name) if part]
    wanted = [
        (name, 3),
        *((part, 3) for part in parts),
        *((word, 2) for word in synonyms),
        *((word, 1) for word in cues),
    ]
    return tuple(Phrase(stems, weight) for words, weight in wanted if (stems := stems_of(words)))


def programme_claim(sentence: str, quantity: Quantity, lexicon: Lexicon) -> dict[str, Any] | None:
    """The claim about talks of the edition that a quantity makes; None for one about anything else.

    `measure` is theme-share, theme-count, technology-share, technology-count, kind-count or talk-count. A sentence
    that speaks of another year or edition makes none, and so does one whose subject no vocabulary names.
    """
    if quantity.form not in ("share", "count", "range") or quantity.unit is None:
        return None
    *described, head = quantity.unit.split()
    if not _TALKS.match(head) or _ELSEWHERE.search(sentence):
        return None
    is_share = quantity.form == "share"
    claim = _values(quantity)
    population = next((_POPULATIONS[word.lower()] for word in described if word.lower() in _POPULATIONS), None)
    of = {"population": population} if population else {}
    subjects = list(_subjects(sentence, quantity, described))
    for subject, is_whole in subjects:
        found = _named(subject, lexicon)
        if found is None:
            continue
        if not is_share and not is_whole and claim["qualifier"] == "exactly":
            claim["qualifier"] = "at least"  # “two talks on Flink showed …” leaves room for more of them
        what, slug = found
        return {"measure": f"{what}-{'share' if is_share else 'count'}", what: slug, **claim, **of}
    if subjects or is_share or not _EXISTS.search(sentence):
        return None
    kind = next((kind for word in (*described, head) if (kind := _kind_of(word))), None)
    return {"measure": "kind-count", "kind": kind, **claim} if kind else {"measure": "talk-count", **claim, **of}


def _values(quantity: Quantity) -> dict[str, Any]:
    ends = {"value": quantity.low} if quantity.low == quantity.high else {"low": quantity.low, "high": quantity.high}
    return {**ends, "qualifier": quantity.qualifier or "exactly"}


def _subjects(sentence: str, quantity: Quantity, described: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """What the talks may be about, and whether the sentence says that of all there were, not of some among them."""
    exists = bool(_EXISTS.search(sentence))
    after = _SUBJECT_AFTER.match(sentence[quantity.after :])
    if after:
        is_whole = exists or bool(after["copula"].strip()) or bool(re.search(r"(?:ed|ered|alt)\b", after["about"]))
        yield _CLAUSE_END.split(after["subject"], maxsplit=1)[0].strip(), is_whole
    before = _SUBJECT_BEFORE.search(sentence[: quantity.start])
    if before:
        yield before["subject"].strip(), True
    naming = [word for word in described if not _kind_of(word) and word.lower() not in _POPULATIONS]
    if naming:
        yield " ".join(naming), exists


def _kind_of(word: str) -> str | None:
    return _KINDS.get(word.lower().removesuffix("s"))


def _named(subject: str, lexicon: Lexicon) -> tuple[str, str] | None:
    """“theme” or “technology” and slug of what names a subject best; of several alike, that with the fewest talks."""
    stems = stems_of(subject)
    strengths = [(_strength(stems, theme.phrases), theme) for theme in lexicon.themes]
    hits = [(strength, theme) for strength, theme in strengths if strength[0]]
    technologies = lexicon.technologies(subject)
    # A cue alone is a word that talks on the theme use; a technology that is named outright says more.
    if hits and (max(strength for strength, _ in hits)[0] > 1 or not technologies):
        best = max(strength for strength, _ in hits)
        alike = [theme for strength, theme in hits if strength == best]
        return "theme", min(alike, key=lambda one: (one.order, one.talks, one.slug)).slug
    return ("technology", technologies[0]) if technologies else None


def _strength(stems: tuple[str, ...], phrases: Iterable[Phrase]) -> tuple[int, int]:
    """(weight, words) of the best phrase that stands in `stems`; (0, 0) without one."""
    best = (0, 0)
    for phrase in phrases:
        size = len(phrase.stems)
        if any(stems[at : at + size] == phrase.stems for at in range(len(stems) - size + 1)):
            best = max(best, (phrase.weight, size))
    return best
