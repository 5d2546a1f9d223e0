"""Speakers of pretalx submissions, in full or by code, with what they answered on company, job and own pages.

Addresses of mail and the answers to other questions are not taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.ingest.formats.careful_json import listing, mapping, text_of, word
from app.ingest.record import SpeakerRecord

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_SHORT = 80

_JOB = ("job title", "position", "job role")
_COMPANY = ("company", "employer", "affiliation", "organization /", "organisation")
_PAGES = ("homepage", "website", "linkedin", "github")
LEVEL = ("expertise", "audience level", "intended audience")
ASKED_OF_SPEAKERS = (*_JOB, *_COMPANY, *_PAGES, "social")
ASKED_OF_TALKS = LEVEL
"""Topics of questions whose answers are kept."""


def speakers_of(
    item: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], nameless: set[str]
) -> tuple[SpeakerRecord, ...]:
    """The speakers of a submission. Codes without a person go into `nameless`."""
    found: list[SpeakerRecord] = []
    for listed in listing(item.get("speakers")):
        code = word(mapping(listed).get("code")) or word(listed)
        person = {**known.get(code or "", {}), **{key: value for key, value in mapping(listed).items() if value}}
        name = text_of(person.get("name")) or text_of(person.get("public_name"))
        if name:
            found.append(_speaker(name, person))
        elif code:
            nameless.add(code)
    return tuple(found)


def answer(asked: Mapping[str, Any], *topics: str) -> str | None:
    """The short answer to the first question, of a submission or person, that names one of the topics."""
    for question, said in _answers(asked):
        if any(topic in question for topic in topics) and len(said) <= _SHORT:
            return said
    return None


def _speaker(name: str, person: Mapping[str, Any]) -> SpeakerRecord:
    links = [
        address
        for question, said in _answers(person)
        if question.startswith("social") or any(word_ in question for word_ in _PAGES)
        for address in _ADDRESS.findall(said[:2000])
    ]
    return SpeakerRecord(
        name,
        job_title=text_of(person.get("job")) or answer(person, *_JOB),
        affiliation=text_of(person.get("affiliation")) or text_of(person.get("company")) or answer(person, *_COMPANY),
        bio=text_of(person.get("biography")),
        links=tuple(dict.fromkeys(links)),
    )


def _answers(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for listed in listing(asked.get("answers")):
        given = mapping(listed)
        question = given.get("question")
        words = text_of(mapping(question).get("question"), "en") if isinstance(question, dict) else text_of(question)
        said = text_of(given.get("answer"), "en")
        if words and said and said.casefold() not in ("n/a", "none", "-", "no"):
            yield words.casefold(), said
