"""Speakers at the end of a calendar's titles: “Title - Ana Souza, Acme & Bo Li, Beta”. A guess, and said to be one."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.ingest.record import SpeakerRecord

_DASH = re.compile(r"\s+[-–—]\s*|[-–—]\s+")
_GROUPS = re.compile(r"\s*;\s*")
_PEOPLE = re.compile(r"\s+(?:&|and|und|et|y)\s+")
_NAME_WORD = re.compile(r"[^\W\d_][\w’'.\-]*\Z|[\"“(].{1,30}[\"”)]\Z")
_PARTICLES = re.compile(r"(?:da|de|del|della|den|der|di|do|dos|du|el|la|le|ten|ter|van|von|bin|al|y|zu|zum)")
_NO_NAME = re.compile(
    r"events?|sessions?|days?|required\)?|workshops?|hosted|part|edition|am|pm|full-day|half-day|intro|deep|dive|talks?|"
    r"updates?|panel|demos?|hands-on|track|the|an?|of|in|on|for|with|to|how|what|why|and|or|your|you|we|our|is|are|"
    r"introduction|overview|opening|closing|remarks|keynote|tutorial|lightning|break|lunch|party|meeting|community|"
    r"project|open|source|cloud|native|kubernetes|guide|journey|report|live|online|maintainers?|contributor|lead|"
    r"engineer|architect|director|manager|developer|founder|cto|ceo|owner"
)
"""Words of titles and of roles, in any one of which a name is none."""


class SplitTitle(NamedTuple):
    """A title and the speakers that stood at its end."""

    title: str
    speakers: tuple[SpeakerRecord, ...]


def split_title(summary: str, *, is_surely_last: bool) -> SplitTitle | None:
    """Title and speakers, parted at the last dash; None where what follows does not look like names.

    `is_surely_last`: the calendar is known to write speakers there (pretalx), so that names of any form will do.
    """
    dashes = list(_DASH.finditer(summary))
    if not dashes:
        return None
    # "Title - Ana Li - Acme": from the last dash back to the one after which all looks like names.
    for dash in reversed(dashes[-2:]):
        title, tail = summary[: dash.start()].strip(), summary[dash.end() :].strip()
        speakers = _speakers(tail, is_surely_last)
        if title and speakers:
            return SplitTitle(title, speakers)
    return None


def _speakers(tail: str, is_surely_last: bool) -> tuple[SpeakerRecord, ...]:
    if is_surely_last:
        return tuple(SpeakerRecord(name.strip()) for name in re.split(r"\s*[,;]\s*", tail) if name.strip())
    found: list[SpeakerRecord] = []
    for group in _GROUPS.split(tail):
        pieces = [[part.strip() for part in piece.split(",")] for piece in _people(group)]
        shared = ""
        members: list[SpeakerRecord] = []
        # "A & B, Acme": B's firm is A's too.
        for name, *rest in reversed(pieces):
            shared = ", ".join(rest) if rest else shared
            if not _looks_like_name(name):
                return ()
            members.append(SpeakerRecord(name, tagline=shared or None))
        found += reversed(members)
    return tuple(found)


def _people(group: str) -> list[str]:
    """Parts at “&”, unless what follows is no name: “Robert Sirchia, Kubewarden & Core Maintainer, Helm” is one man."""
    pieces: list[str] = []
    start = 0
    for mark in _PEOPLE.finditer(group):
        if _looks_like_name(group[mark.end() :].split(",")[0].split(" & ")[0].split(" and ")[0]):
            pieces.append(group[start : mark.start()])
            start = mark.end()
    return [*pieces, group[start:]]


def _looks_like_name(text: str) -> bool:
    words = text.split()
    if not 2 <= len(words) <= 6 or len(text) > 60:
        return False
    if any(_NO_NAME.fullmatch(word.casefold()) for word in words):
        return False
    return (
        all(
            _NAME_WORD.match(word)
            and (word[0] in '"“(' or not word[0].islower() or _PARTICLES.fullmatch(word.casefold()))
            for word in words
        )
        and sum(word[0].isupper() for word in words) >= 2
    )
