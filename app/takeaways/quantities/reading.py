"""Quantities in a sentence: shares, counts, ranges and changes, each with its place, qualifier and unit. Pure.

A number counts when it measures something: dates, times, versions, ordinals, slide numbers and the numbers in names
do not. Lengths of time count only where they change or carry a qualifier, for “two days” is the calendar’s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.takeaways.quantities.numbers import FRACTION, NUMBER, fraction_of, value_of

_QUALIFIERS = (
    ("more than", (r"more than|over|above|in excess of|upwards? of|well over|exceed(?:s|ed|ing)?|mehr als|über|plus de"
                   r"|más de|>")),
    ("at least", r"at least|a minimum of|no fewer than|no less than|mindestens|au moins|al menos|≥"),
    ("less than", r"less than|fewer than|under|below|not even|weniger als|unter|moins de|menos de|<"),
    ("up to", r"up to|at most|no more than|as many as|as much as|a maximum of|bis zu|jusqu[’']à|hasta|≤"),
    ("about", (r"about|around|roughly|approximately|approx\.?|some|nearly|almost|close to|an estimated|circa|ca\.?|~|≈"
               r"|or so|etwa|rund|ungefähr|fast|knapp|environ|près de|unos|unas|alrededor de|casi")),
)  # fmt: skip
_QUALIFIER = re.compile(
    r"(?:^|(?<=[\s(“\"—–-]))(?:"
    + "|".join(f"(?P<q{i}>{words})" for i, (_, words) in enumerate(_QUALIFIERS))
    + r")\s*(?:the\s+|a\s+total\s+of\s+)?$",
    re.IGNORECASE,
)
_PERCENT = r"\s?(?:%|percent\b|per\s+cent\b|prozent\b|pour\s+cent\b|por\s+ciento\b|pct\b)"
_DASH = r"\s?[-–—]\s?|\s+(?:to|bis|à)\s+"
_START = r"(?<![\w.,:/#$€£@&-])(?<!\d )"

_AND = r"(?:to|and|down to|up to|bis|auf|und|à|et|a|y)"
_ITS = r"(?:(?:the|our|all|their|its|every|top|den)\s+)*"
_SPAN = (
    rf"{_START}(?:from|between|von|zwischen|de|entre)\s+(?P<s1>{NUMBER})(?P<su>\s?%|\s[a-zµ]+)?\s+{_AND}\s+"
    rf"(?:about\s+|around\s+|only\s+)?(?P<s2>{NUMBER})(?P<sp>{_PERCENT})?"
)
_PART = rf"{_START}(?P<o1>{NUMBER}|one|eine[rsn]?|un|une)\s+(?:out\s+of|of|in|von|sur)\s+{_ITS}(?P<o2>{NUMBER})"
_SHARE = rf"{_START}(?P<p1>{NUMBER})(?:(?:{_DASH})(?P<p2>{NUMBER}))?{_PERCENT}"
_TIMES = rf"{_START}(?P<t1>{NUMBER})(?:(?:{_DASH})(?P<t2>{NUMBER}))?(?:\s?[x×]\b|\s?-?(?:times|fold|fach)\b)"
_COUNT = rf"{_START}(?P<money>[$€£]\s?)?(?P<c1>{NUMBER})(?:(?:{_DASH})(?P<c2>{NUMBER}))?(?P<open>\+)?"
_EVERY_NTH = r"\bevery\s+(?P<e1>other|second|third|fourth|fifth)\b"
_VERB = r"\b(?:doubled|tripled|quadrupled|halved|verdoppelt|halbiert|doublé)\b"
_FRACTION = rf"(?<![\w-])(?P<f1>{FRACTION})(?=\s+(?:of|the|der|aller|des|de|our|all)\b)"
_PATTERNS = re.compile(
    f"(?P<span>{_SPAN})|(?P<of>{_PART})|(?P<every>{_EVERY_NTH})|(?P<share>{_SHARE})|(?P<times>{_TIMES})"
    f"|(?P<verb>{_VERB})|(?P<fraction>{_FRACTION})|(?P<count>{_COUNT})",
    re.IGNORECASE,
)
_VERBS = {
    "doubled": 2.0, "verdoppelt": 2.0, "doublé": 2.0, "tripled": 3.0, "quadrupled": 4.0, "halved": 0.5,
    "halbiert": 0.5,
}  # fmt: skip
_ONES = {"one", "ein", "eine", "einer", "eines", "einen", "un", "une"}
_EVERY = {"other": 1 / 2, "second": 1 / 2, "third": 1 / 3, "fourth": 1 / 4, "fifth": 1 / 5}
_CHANGING = re.compile(
    r"\b(?:reduc|cut|drop|fell|fall|went|grew|grow|increas|decreas|improv|shr[aiu]nk|lower|brought|bring|down|rose|rise"
    r"|rais|sav|speed|sped|scal|jump|climb|slash|boost|halv|doubl|senk|sank|stieg|wuchs|réduit|augment|pass[ée])\w*\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"^\s*(?:faster|slower|cheaper|less|more|fewer|lower|higher|smaller|larger|bigger|better|reduction|increase|decrease"
    r"|growth|drop|improvement|savings?|speed-?up|boost|rise|schneller|weniger|mehr|plus|moins)\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni?|july?|juli?|aug(?:ust)?"
    r"|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?|janvier|février|mars|avril|juin|juillet|août)"
)
_NAMED_BEFORE = re.compile(
    rf"(?:\b(?:slides?|part|day|page|chapter|version|v|release|room|hall|figure|fig|table|step|episode|booth|number|no|nr"
    rf"|issue|rfc|port|http|error|java|python|http/|track|phase|level|tier|top|stage|building|class|covid|season|week"
    rf"|tag|folie|teil|seite|{_MONTH})\.?\s*[#:]?\s*$)",
    re.IGNORECASE,
)
_DATED_AFTER = re.compile(
    rf"^(?:\s*(?:st|nd|rd|th)\b|\.?\s*(?:[-–]\s*\d+\.?\s*)?(?:of\s+)?{_MONTH}\b|\s?(?:am|pm|a\.m|p\.m|uhr|h)\b|[:/]\d|\s?[-–]?on[-–]\d)",
    re.IGNORECASE,
)
_CALENDAR = {
    "day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minute", "minutes", "second",
    "seconds", "weekend", "weekends", "morning", "mornings", "evening", "evenings", "tage", "tagen", "wochen", "jahre",
    "jahren", "stunden", "minuten", "jours", "semaines", "mois", "ans", "heures", "días", "años", "horas",
}  # fmt: skip
_STOP_WORDS = """
    of on in at from with for to and or that which who whom whose were was are is be been being have has had
    will can could would should may might must by per as than then if when while so but into onto over under
    about around between through during after before because since until within without via not also still just
    only even never more less i we you they he she it this these those there here the a an my our your their its
    his her all both came went took made gave got did do does und oder von der die das den dem im in mit für auf
    zu sind waren war hatte haben et ou de des du la le les dans avec pour sur à sont étaient ont y o en con
    para
"""
_STOPS = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"\s*(?:[“\"(])?([^\W\d_][\w’'+#-]*)")
_COLLECTIVE = {"people", "folks", "staff", "leute", "personen", "vorträge", "vorträgen", "gens", "personnes"}
_LONGEST_UNIT = 5
_YEARS = (1900, 2100)
_LONGEST_NUMBER = 12
"""Digits in a row; more are an identifier."""


@dataclass(frozen=True)
class Quantity:
    """A quantity with its place in the sentence. Of a share `low` and `high` are 0..1; of `whole` it may be known.

    `form` is share, count, range or change. `after` is where the unit, if any, ends.
    """

    start: int
    end: int
    form: str
    low: float
    high: float
    qualifier: str | None
    unit: str | None
    after: int
    whole: float | None = None


def find_quantities(sentence: str) -> list[Quantity]:
    """The quantities a sentence states, from left to right."""
    return list(_found(sentence))


def _found(sentence: str) -> Iterator[Quantity]:
    for match in _PATTERNS.finditer(sentence):
        kind = str(match.lastgroup)
        kind = next(name for name in _READERS if match.group(name))
        quantity = _READERS[kind](sentence, match)
        if quantity is not None:
            yield quantity


def _qualifier(sentence: str, start: int) -> tuple[str | None, int]:
    """The qualifier that stands right before `start`, and where it begins."""
    found = _QUALIFIER.search(sentence, max(0, start - 24), start)
    if not found:
        return None, start
    number = next(i for i in range(len(_QUALIFIERS)) if found.group(f"q{i}"))
    return _QUALIFIERS[number][0], found.start()


def _unit(sentence: str, end: int) -> tuple[str | None, int]:
    """The nouns after a number up to the first that looks like a plural, and where they end."""
    words: list[str] = []
    at = end
    while len(words) < _LONGEST_UNIT:
        found = _WORD.match(sentence, at)
        if not found or found[1].lower() in _STOPS:
            break
        words.append(found[1])
        at = found.end()
        after = _WORD.match(sentence, at)
        # “five Kubernetes talks”: a word that looks like a plural need not be the noun.
        if _is_plural(found[1]) and not (after and after[1].islower() and _is_plural(after[1])):
            break
    if not words or not _is_plural(words[-1]):
        return None, end
    return " ".join(words), at


def _is_plural(word: str) -> bool:
    lower = word.lower()
    if lower in _COLLECTIVE:
        return True
    return len(lower) > 3 and lower.endswith("s") and not lower.endswith(("ss", "us", "is", "ous", "’s", "'s"))


def _is_name_or_date(sentence: str, start: int, end: int) -> bool:
    before = sentence[max(0, start - 16) : start]
    return bool(_NAMED_BEFORE.search(before)) or bool(_DATED_AFTER.match(sentence[end : end + 24]))


def _changes(sentence: str, start: int, end: int) -> bool:
    return bool(_CHANGING.search(sentence, max(0, start - 60), start)) or bool(
        _COMPARED.match(sentence[end : end + 24])
    )


def _made(sentence: str, start: int, end: int, form: str, low: float, high: float, **more: object) -> Quantity:
    qualifier, begins = _qualifier(sentence, start)
    fields = {"unit": None, "after": end, "whole": None, **more}
    return Quantity(begins, end, form, low, high, qualifier, **fields)  # type: ignore[arg-type]  # named just above


def _span(sentence: str, match: re.Match[str]) -> Quantity | None:
    low, high = value_of(match["s1"]), value_of(match["s2"])
    if (
        low is None
        or high is None
        or _is_year(match["s1"])
        or _is_name_or_date(sentence, match.start("s1"), match.end())
    ):
        return None
    if match["sp"]:
        form = "change" if _changes(sentence, match.start(), match.end()) else "share"
        return _made(
            sentence, match.start(), match.end(), form, low / 100, high / 100, **_of_what(sentence, match.end())
        )
    unit, after = _unit(sentence, match.end())
    if unit is None and match["su"]:
        unit = match["su"].strip()
    form = "change" if _changes(sentence, match.start(), match.end()) else "range"
    if unit is None:
        return None
    if unit.lower() in _CALENDAR and form == "range":
        return None
    return _made(sentence, match.start(), max(match.end(), after), form, low, high, unit=unit, after=after)


def _part_of(sentence: str, match: re.Match[str]) -> Quantity | None:
    part, whole = value_of(match["o1"]), value_of(match["o2"])
    part = 1.0 if part is None and match["o1"].lower() in _ONES else part
    if part is None or not whole or part > whole or _is_year(match["o2"]):
        return None
    unit, after = _unit(sentence, match.end())
    share = part / whole
    return _made(
        sentence, match.start(), max(match.end(), after), "share", share, share, unit=unit, after=after, whole=whole
    )


def _every(sentence: str, match: re.Match[str]) -> Quantity | None:
    share = _EVERY[match["e1"].lower()]
    word = _WORD.match(sentence, match.end())
    if not word:
        return None
    return _made(sentence, match.start(), word.end(), "share", share, share, unit=word[1], after=word.end())


def _of_what(sentence: str, end: int) -> dict[str, object]:
    """Unit and end of “of the talks”, after a share."""
    found = re.match(
        r"\s+(?:of\s+)?(?:(?:all|of|the|our|their|its|these|those|der|aller|den|des|de|las|los)\s+)*",
        sentence[end:],
        re.IGNORECASE,
    )
    if not found or not found[0].strip():
        return {"unit": None, "after": end}
    unit, after = _unit(sentence, end + found.end())
    return {"unit": unit, "after": after if unit else end}


def _share(sentence: str, match: re.Match[str]) -> Quantity | None:
    low = value_of(match["p1"])
    high = value_of(match["p2"]) if match["p2"] else low
    if low is None or high is None or len(match["p1"]) > _LONGEST_NUMBER:
        return None
    if _changes(sentence, match.start(), match.end()):
        return _made(sentence, match.start(), match.end(), "change", low / 100, high / 100)
    return _made(
        sentence, match.start(), match.end(), "share", low / 100, high / 100, **_of_what(sentence, match.end())
    )


def _fraction(sentence: str, match: re.Match[str]) -> Quantity | None:
    share = fraction_of(match["f1"])
    what = _of_what(sentence, match.end())
    if share is None or what["unit"] is None:
        return None
    return _made(sentence, match.start(), match.end(), "share", share, share, **what)


def _times(sentence: str, match: re.Match[str]) -> Quantity | None:
    low = value_of(match["t1"])
    high = value_of(match["t2"]) if match["t2"] else low
    if low is None or high is None:
        return None
    is_change = _changes(sentence, match.start(), match.end()) or match[0].rstrip().lower().endswith(
        ("x", "×", "fold", "fach")
    )
    return _made(sentence, match.start(), match.end(), "change" if is_change else "count", low, high, unit="times")


def _verb(sentence: str, match: re.Match[str]) -> Quantity | None:
    value = _VERBS[match[0].lower()]
    return _made(sentence, match.start(), match.end(), "change", value, value, unit="times")


def _is_year(words: str) -> bool:
    return bool(re.fullmatch(r"\d{4}", words)) and _YEARS[0] <= int(words) <= _YEARS[1]


def _count(sentence: str, match: re.Match[str]) -> Quantity | None:
    low = value_of(match["c1"])
    high = value_of(match["c2"]) if match["c2"] else low
    if low is None or high is None or low > high or _is_year(match["c1"]) or len(match["c1"]) > _LONGEST_NUMBER:
        return None
    if sentence[match.end() : match.end() + 1].isalpha() or _is_name_or_date(sentence, match.start("c1"), match.end()):
        return None
    unit, after = _unit(sentence, match.end())
    form = "range" if match["c2"] else "count"
    quantity = _made(sentence, match.start(), max(match.end(), after), form, low, high, unit=unit, after=after)
    if match["money"]:
        return _made(sentence, match.start(), match.end(), form, low, high, unit=match["money"].strip())
    if unit is None:
        return None
    if match["open"] and quantity.qualifier is None:
        quantity = Quantity(**{**vars(quantity), "qualifier": "at least"})
    if unit.split()[-1].lower() in _CALENDAR and quantity.qualifier is None:
        return None
    return quantity


_READERS = {
    "span": _span, "of": _part_of, "every": _every, "share": _share, "times": _times, "verb": _verb,
    "fraction": _fraction, "count": _count,
}  # fmt: skip
