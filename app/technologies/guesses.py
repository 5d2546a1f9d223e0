"""Names that look like technologies though no vocabulary has them: how they are written gives them away. Pure.

Guesses from the shape of a word and the words before it, never added to a vocabulary on their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from app.technologies.matcher import Place
from app.text.terms import phrase_of

LONGEST = 30
_APACHE = re.compile(r"\bApache ([A-Z][A-Za-z]{2,})\b")
_CAMEL = re.compile(r"(?:[A-Z]?[a-z]+[A-Z][A-Za-z]*|[A-Z]{2,}[a-z]{2,}[A-Za-z]*)\d{0,2}")
_NUMBERED = re.compile(r"[A-Za-z]{2,}[a-z]\d{1,2}")
_AFTER_A_CUE = re.compile(
    r"\b(?:using|built (?:on|with)|based on|powered by|written in|on top of|(?:framework|library|tool) called|"
    r"integrates? with|migrat(?:ed?|ing) (?:to|from)) ([A-Z][a-z]{2,}[A-Za-z0-9]*)(?=[\s,.;:)])"
)
_EVENTS = (
    r"(?:Py|Ruby|Rails|Django|Euro|Sci|Fos|Dev|Kube)[A-Za-z]*"
    r"(?:Con|Day|Days|Camp|Fest|Kaigi|Summit|Meetup|Group|Girls|Ladies|Conf)[A-Za-z]*\d*"
)
_PEOPLE = r"(?:Mc|Mac|Di|De|La|Le|Van|Von|Fitz|O)[A-Z][a-z]+"
_COMPANIES = r"(?:LinkedIn|YouTube|Facebook|PayPal|WhatsApp|BlackRock|InfoQ|SoundCloud|McKinsey)"
_PLURALS = r"[A-Z]{2,}s"
_COUNTED = r"(?i:(?:version|chapter|day|part|page|room|step|track|level|week|year|session|covid)[a-z]*\d+)"
_NO_NAMES = (
    r"(?i:iot|devops|devsecops|mlops|llmops|nosql|dataframes?|opensource|apache|voip|iphones?|ipads?|sharealike|"
    r"noncommercial|numfocus|stackoverflow|mapreduce|microservices?|saas|paas|iaas|faas|todo|wifi|webapps?|ebooks?|genai)"
)
"""Kinds of things, licences and gadgets, for all that they are written like names."""
_COMMON = (
    r"(?:The|This|That|These|Those|Our|Your|New|Open|Free|Modern|Real|Such|Different|Various|Many|Some|All|Any|Both|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|Monday|English|Machine|Deep)"
)
_NO_TECHNOLOGY = re.compile(f"{_EVENTS}|{_PEOPLE}|{_COMPANIES}|{_PLURALS}|{_COUNTED}|{_NO_NAMES}|{_COMMON}")


def guesses_in(places: Iterable[Place], known: Collection[tuple[str, ...]]) -> dict[str, str]:
    """Names in the texts of a talk that look like technologies, by lower case, as first written; `known` left out.

    `known` are the names of the vocabulary as `phrase_of` has them. Title-case alone says nothing: a capital within a
    word, a number at its end, “Apache” before it or a phrase such as “built on” before it does.
    """
    found: dict[str, str] = {}
    for place in places:
        for name in _shaped(place):
            if len(name) <= LONGEST and not _NO_TECHNOLOGY.fullmatch(name) and not _is_known(name, known):
                found.setdefault(name.lower(), name)
    return found


def _shaped(place: Place) -> Iterator[str]:
    for word in place.words:
        if word[-1].isdigit():
            if _NUMBERED.fullmatch(word) or _CAMEL.fullmatch(word):
                yield word
        elif not (word.islower() or word.istitle() or word.isupper()) and _CAMEL.fullmatch(word):
            yield word
    if "Apache " in place.text:
        yield from (f"Apache {name}" for name in _APACHE.findall(place.text))
    yield from _AFTER_A_CUE.findall(place.text)


def _is_known(name: str, known: Collection[tuple[str, ...]]) -> bool:
    """Whether the vocabulary has it, be it with a version at its end or without “Apache” before it."""
    phrase = phrase_of(name)
    return phrase in known or (phrase[-1].rstrip("0123456789"),) in known or phrase[1:] in known
