"""Titles: what of one is its own, and what names its speakers, its event or only the kind of session. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from app.ingest.naming import series_name
from app.text.names import name_key

_SEGMENT = re.compile(r"\s+[-–—|•·/]+\s+|\s*[:|–—]\s+|[()\[\]]|\s+by\s+(?=[A-Z])")
_KINDS = frozenset(
    [
        "keynote", "opening keynote", "closing keynote", "tutorial", "workshop", "talk", "lightning talk", "panel",
        "invited talk", "plenary", "poster", "session", "video", "live", "remote", "sponsored", "sponsor talk",
    ]
)  # fmt: skip
_GENERIC = re.compile(
    r"""
    (?: opening | closing | morning | afternoon | evening | final | welcome | introductory | conference | day ) \b .*
    | (?: lightning | flash ) \s talks? \b .* | panel \s discussion .* | sprints? .*
    | (?: keynotes? | plenary | panel | remarks | ceremony | session | address )
      (?: \s (?: address | speech | speaker | session | discussion | talks? | day | by ) )* (?: \s \d+ )?
    | (?: the \s )? state \s of \s (?: the \s )? \w+ (?: \s \w+ )?
    | .* \b (?: status | community | language | project | annual | yearly ) \s (?: update | report | meeting )
    | q \s? a \b .* | questions? | intro (?: duction )? | untitled | tba | tbd | todo | announcements?
    | workshop | tutorial
    | poster (?: \s session )? | talk | group \s photo | awards? | raffle | unconference | ask \s me \s anything | ama
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"\d+|\b(?:i{1,3}|iv|one|two|three|four|first|second|third)\b")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_BESIDE = re.compile(r"(\s+[-–—|•·/]+\s+|\s*[|｜]\s*|[:：]\s+)")
"""What stands between the title of a talk and what its source put beside it."""
_BY = re.compile(r"(?P<title>.*\S)\s+by\s+(?P<people>\S+(?:\s+\S+)+)", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s*(?:[,;、/&+]|\band\b)\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SAYS_LITTLE = frozenset(
    [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "day", "days", "key",
        "note", "keynote", "keynotes", "sponsor", "sponsored", "session", "sessions", "talk", "talks", "lightning",
        "panel", "plenary", "tutorial", "tutorials", "workshop", "opening", "closing", "invited", "speaker", "speech",
        "interview", "demo", "poster", "video", "live", "part", "room", "track", "and", "the", "with", "of",
    ]
)  # fmt: skip
"""Words of which a title of nothing else tells when or what kind of session it was."""
_LEAST_WORDS = 2
"""Words that must be left: “Keynote” or “May 2025” alone would tell nobody what a talk was."""


def numbers(title: str) -> tuple[str, ...]:
    """Numbers and counting words of a title, in order."""
    return tuple(_NUMBER.findall(title))


def is_generic(title: str) -> bool:
    """Whether a normalised title says only what kind of session it was, or names a yearly report."""
    return len(title) < 4 or title in _KINDS or bool(_GENERIC.fullmatch(title))


def title_key(title: str, not_its_own: Collection[str] = ()) -> str:
    """The title folded, without segments that only name the event, a speaker (`not_its_own`, folded) or the kind."""
    kept = []
    for segment in _SEGMENT.split(title):
        key = name_key(segment)
        without_year = " ".join(_YEAR.sub(" ", key).split())
        if key and without_year and key not in _KINDS and without_year not in not_its_own:
            kept.append(key)
    return " ".join(kept)


def own_title(title: str, speakers: Collection[str], edition: str) -> str:
    """The title without the names of its speakers and of its edition before and behind it.

    “Ada Lovelace - Notes on engines | PyCon 1843” is “Notes on engines”. A title stays as it is where nothing else is
    left than the kind of session, a date or a single word.
    """
    people = frozenset(filter(None, map(name_key, speakers)))
    pieces = _BESIDE.split(title)
    first, last = 0, len(pieces)
    while last - first > 1:
        # Every other piece is what stands between two.
        if _is_beside(pieces[first], people, edition):
            first += 2
        elif _is_beside(pieces[last - 1], people, edition):
            last -= 2
        else:
            break
    kept = "".join(pieces[first:last]).strip()
    told = _BY.fullmatch(kept)
    if told and _are_people(told["people"], people):
        kept = told["title"]
    return kept if kept == title or _tells(kept, edition) else title


def _tells(title: str, edition: str) -> bool:
    """Whether a title says what a talk was about, which its last piece must do by itself."""
    known = _SAYS_LITTLE.union(_WORD.findall(edition.casefold()))

    def tells(piece: str) -> bool:
        words = [word for word in _WORD.findall(piece.casefold()) if word not in known]
        return (len(words) >= _LEAST_WORDS or not piece.isascii()) and not is_generic(name_key(piece))

    return tells(title) and tells(_BESIDE.split(title)[-1])


def _is_beside(piece: str, people: frozenset[str], edition: str) -> bool:
    return _are_people(piece, people) or name_key(piece).replace(" ", "") in _names_of(edition)


def _are_people(piece: str, people: frozenset[str]) -> bool:
    """Whether a piece of a title holds names of its speakers and nothing else."""
    key = name_key(piece)
    if not key or key in people:
        return bool(key)
    return all(name_key(name) in people for name in _BETWEEN_NAMES.split(piece) if name.strip())


@lru_cache(maxsize=1024)
def _names_of(edition: str) -> frozenset[str]:
    """What an edition is called, folded and without spaces; its series too, where that takes several words."""
    series = series_name(edition)
    names = {edition, *([series] if len(series.split()) > 1 else ())}
    return frozenset(filter(None, (name_key(name).replace(" ", "") for name in names)))
