"""Affiliation and job title read from a tagline, a bio or the name field, with the words they were read from. Pure.

Conservative: what might be a nickname, a pronoun, a degree or a second person is never taken for a company.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest

from app.ingest.record import SpeakerRecord
from app.text.given_names import GIVEN_NAMES
from app.text.likeness import SUSPECTED, compare_names
from app.text.markup import one_line
from app.text.names import name_key
from app.text.written_names import PARTICLES

_ROLES = (
    "engineer|developer|architect|manager|director|scientist|researcher|consultant|advocate|evangelist|founder|lead|"
    "leader|head|officer|president|vp|cto|ceo|cio|ciso|coo|cfo|cpo|professor|lecturer|student|analyst|designer|"
    "specialist|programmer|administrator|admin|sre|devrel|partner|owner|principal|fellow|maintainer|writer|editor|"
    "teacher|trainer|coach|intern|strategist|technologist|chief|member|contributor|tester|postdoc|works|working|work"
)
_ROLE = re.compile(rf"\b(?:co-?)?(?:{_ROLES})s?\b", re.IGNORECASE)
_PAST = re.compile(r"\b(?:ex|former|formerly|previous|previously|past|retired|was|were|worked)\b", re.IGNORECASE)
_AT = re.compile(
    r"(?P<role>.*?\S)?\s*(?:(?P<sign>(?<!\S)@|(?<=\s)@|@(?=\s))\s*|\bat\s+(?=[^a-z\s]|[a-z]+[A-Z]|the\s+[A-Z]))"
)
_END = re.compile(r"\s*(?:[;|·•/(]|\s[-–—]\s|,(?!\s*(?:Inc|Ltd|LLC|GmbH|Corp|S\.A)\b)|\.\s|\.$).*", re.DOTALL)
_WITHIN = frozenset(["of", "de", "del", "la", "du", "des", "der", "für", "for", "the", "and", "di", "da", "y", "et"])
_COMPANY = re.compile(
    r"\b(?:inc|ltd|llc|gmbh|ag|corp|labs?|university|universität|université|universidad|institute|foundation|college|"
    r"technologies|systems|software|bank|consulting|group|research|company|limited|solutions|school|studios?|"
    r"\w+\.(?:com|io|org|net|de|dev|ai))\b\.?",
    re.IGNORECASE,
)
_DEGREES = frozenset(
    [
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "phd",
        "ph",
        "d",
        "md",
        "mba",
        "msc",
        "bsc",
        "ma",
        "ba",
        "esq",
        "cissp",
        "dr",
        "prof",
    ]
) | frozenset(["pmp", "cpa", "et", "al", "mvp"])
_ASIDE = re.compile(r"^(?P<name>[^()（）]+?)\s*[(（]\s*(?P<aside>[^()（）]+?)\s*[)）]$")
_COMMA = re.compile(r"^(?P<name>[^,]+?)\s*,\s*(?P<aside>.+)$")
_NO_COMPANY = re.compile(
    r"^(?:she|he|they|ze|it|her|him|moderator|host|chair|speaker|keynote|panel\w*|remote|virtual|online|organi[sz]er|mc|"
    r"unknown|tba|tbd|(?:aka|the)\b.*|\w{1,2}|day\b.*)$",
    re.IGNORECASE,
)
_TWO = re.compile(r"\s+(?:and|&|und|et|y)\s+")
_SENTENCE = re.compile(r"(?<=[a-z0-9)][.!?])\s+(?=[A-Z])")
_OPENING = re.compile(
    r"^(?P<who>.{1,60}?)\s+(?:is|am|'m|works|work|serves)\s+(?:currently\s+|now\s+)?(?:as\s+)?(?:an?\s+|the\s+)?(?P<rest>.+)$",
    re.DOTALL,
)
_LONGEST = 60
_LONGEST_NAME = 160
_CUSTOM = 3


@dataclass(frozen=True)
class Reading:
    """What was read, and the words it was read from."""

    affiliation: str | None
    job_title: str | None
    evidence: str
    name: str | None = None
    """The name without what was read, where it was read from the name."""


def read_tagline(text: str) -> Reading | None:
    """`CTO at X`, `Principal Engineer, AI @ Workday`; None where no organisation is named with "at"."""
    line = one_line(text)[:300]
    for start, part in enumerate(re.split(r"\s*[|·•]\s*", line)):
        found = _read_at(part)
        if found is None and start == 0:
            continue
        if found:
            return Reading(found[1], found[0], f"tagline: {line}")
    return None


def read_bio(text: str, name: str) -> Reading | None:
    """The first sentence, if it is about the speaker: `Ana Souza is a data engineer at Acme.`"""
    plain = one_line(re.sub(r"<[^<>]{0,200}>", " ", text[:800]))
    sentence = _SENTENCE.split(plain, maxsplit=1)[0][:300]
    opening = _OPENING.match(sentence.replace("I'm ", "I am ").replace("I’m ", "I am "))
    if not opening:
        return None
    who = name_key(opening["who"])
    words = name_key(name).split()
    if who not in ("i", "he", "she", "they") and not (set(who.split()) & set(words)):
        return None
    found = _read_at(opening["rest"])
    if found is None and re.match(r"\S+\s+works?\b|\S+\s+\S+\s+works?\b", sentence):
        found = _read_at("works " + re.sub(r"^for\s+", "at ", opening["rest"]))
    return Reading(found[1], found[0], f"bio: {sentence}") if found else None


def _read_at(text: str) -> tuple[str | None, str] | None:
    """Job title and organisation of `ROLE at ORGANISATION`."""
    at = _AT.match(text)
    if not at:
        return None
    role = (at["role"] or "").strip(" ,-–")
    if _PAST.search(role) or len(role) > 100 or (role and not at["sign"] and not _ROLE.search(role)):
        return None
    place = _organisation(text[at.end() :])
    if not (_looks_like_organisation(place) or (at["sign"] and role and re.fullmatch(r"[\w.-]{3,30}", place))):
        return None
    title = None if not role or re.fullmatch(r"(?:.* )?(?:works?|working)", role, re.IGNORECASE) else role
    return title, place


def _organisation(text: str) -> str:
    """The name at the start of a text: as far as words are capitalised or belong within a name."""
    kept: list[str] = []
    words = _END.sub("", text.strip().removeprefix("the ")).split()
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        if kept and word[0].islower() and not any(letter.isupper() for letter in word):
            starts = following[:1]
            if word not in _WITHIN or not starts or starts.islower() or (word == "and" and _ROLE.search(following)):
                break
        kept.append(word)
    return " ".join(kept).strip(" ,")


def _looks_like_organisation(text: str) -> bool:
    if not text or len(text) > _LONGEST or len(text.split()) > 6:
        return False
    return any(letter.isupper() or letter.isdigit() for letter in text.split()[0]) or not text[0].isascii()


def read_name(listed: str, custom: int = 0) -> Reading | None:
    """`Name (Company)` or `Name, Company`; None where the addition is, or may be, anything else.

    `custom` is how many names the programme writes so, if it writes most so; else the addition must look like a company
    by itself, since most that stands in brackets after a name is a nickname, and after a comma often a second person.
    """
    found = (_ASIDE.match(listed) or _COMMA.match(listed)) if len(listed) <= _LONGEST_NAME else None
    if not found:
        return None
    name, aside = found["name"].strip(), found["aside"].strip()
    words = name_key(aside).split()
    if not _is_full_name(name) or not words or set(words) <= _DEGREES or words[0] in _DEGREES - {"dr", "prof", "ma"}:
        return None
    evidence = f"name: {listed}"
    at = read_tagline(aside)
    if at:
        return replace(at, evidence=evidence, name=name)
    if "," in aside:
        title, place = (part.strip() for part in aside.split(",", 1))
        if _ROLE.search(title) and _looks_like_organisation(place) and "," not in place and not _ROLE.search(place):
            return Reading(place, title, evidence, name)
        return None
    if _NO_COMPANY.match(aside) or "/" in aside or aside.startswith("@") or not _looks_like_organisation(aside):
        return None
    if _ROLE.search(aside):
        return Reading(None, aside, evidence, name) if not _COMPANY.search(aside) and len(words) > 1 else None
    least = 0 if _COMPANY.search(aside) else 1
    if len(words) > 1 and least:
        least = 0 if _ASIDE.match(listed) else _CUSTOM
    if custom < least or words[0] in GIVEN_NAMES or compare_names(name, aside).score >= SUSPECTED:
        return None
    return Reading(aside, None, evidence, name)


def has_addition(listed: str) -> bool:
    """Whether a name is followed by something in brackets or after a comma that might be a company."""
    return read_name(listed, _CUSTOM) is not None


def split_two(listed: str) -> tuple[str, str] | None:
    """The two people of `Ana Souza and Ben Orr` or `Ana Souza & Ben Orr`, if both halves look like full names."""
    halves = _TWO.split(listed) if len(listed) <= _LONGEST_NAME else []
    if len(halves) != 2 or not all(_is_full_name(half) for half in halves):
        return None
    return (halves[0].strip(), halves[1].strip()) if not any(_COMPANY.search(half) for half in halves) else None


def _is_full_name(text: str) -> bool:
    words = text.split()
    if not 2 <= len(words) <= 4 or any(letter.isdigit() or letter in ':;!?()[]"' for letter in text):
        return False
    return all(word[0].isupper() or word.casefold() in PARTICLES or not word[0].isascii() for word in words)


def count_custom(names: Iterable[str]) -> int:
    """How many names of a programme carry an addition, if at least half of them do; else 0."""
    listed = list(dict.fromkeys(names))
    added = sum(has_addition(name) for name in listed)
    return added if added * 2 >= len(listed) else 0


def with_affiliation(speaker: SpeakerRecord, custom: int) -> SpeakerRecord:
    """The speaker with affiliation and job title filled where they can be read; what is listed stays."""
    reading = read_name(speaker.name, custom)
    if reading and reading.name:
        speaker = _fill(replace(speaker, name=reading.name), reading)
    if not speaker.affiliation and speaker.tagline and (reading := read_tagline(speaker.tagline)):
        speaker = _fill(speaker, reading)
    if not speaker.affiliation and speaker.bio and (reading := read_bio(speaker.bio, speaker.name)):
        speaker = _fill(speaker, reading)
    return speaker


def _fill(speaker: SpeakerRecord, reading: Reading) -> SpeakerRecord:
    title = speaker.job_title or reading.job_title
    if speaker.affiliation or not reading.affiliation:
        return replace(speaker, job_title=title)
    return replace(speaker, affiliation=reading.affiliation, job_title=title, affiliation_evidence=reading.evidence)
