"""Which fields of a pretalx dump are kept. An answer is, where its question asks for what a field of ours holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.ingest.formats.careful_json import mapping, text_of
from app.ingest.formats.field_use import Shape, Tally, shape
from app.ingest.formats.pretalx_people import ASKED_OF_SPEAKERS, ASKED_OF_TALKS

_NAMED = shape("submission.named", "name")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _answers(of: str, topics: tuple[str, ...]) -> Any:
    kept = shape(f"{of}.answers", "answer question", question=shape(f"{of}.answers.question", "question"))

    def of_question(given: Mapping[str, Any]) -> Shape:
        asked = given.get("question")
        words = text_of(mapping(asked).get("question"), "en") if isinstance(asked, dict) else text_of(asked)
        if any(topic in (words or "").casefold() for topic in topics):
            return kept
        return Shape(f"{of}.answers", lost_as=f"“{(words or '?')[:50]}”")

    return of_question


_SPEAKER = shape(
    "speaker",
    "code name public_name job affiliation company",
    only_read="biography",
    answers=_answers("speaker", ASKED_OF_SPEAKERS),
)
_SLOT = shape("slot", "start end room room_id", room=shape("slot.room", "name id"))
_SUBMISSION = shape(
    "submission",
    "code title state abstract description duration level track submission_type session_type content_locale language "
    "website_url youtube_url start end room room_id tags speakers",
    track=_NAMED,
    submission_type=_NAMED,
    session_type=_NAMED,
    room=shape("submission.room", "name id"),
    tags=shape("submission.tags", "tag name"),
    urls=shape("submission.urls", "public"),
    speakers=_SPEAKER,
    slots=_SLOT,
    slot=_SLOT,
    resources=shape("submission.resources", "resource link url description"),
    answers=_answers("submission", ASKED_OF_TALKS),
)


def _of_item(item: Mapping[str, Any]) -> Shape:
    return _SUBMISSION if "title" in item else _SPEAKER


_DAYS = shape("day", each=shape("hour", each=shape("hour.rooms", each=_SUBMISSION)))
_DUMP = shape(
    "file",
    "timezone next previous",
    results=_of_item,
    submissions=_SUBMISSION,
    talks=_SUBMISSION,
    speakers=_SPEAKER,
    rooms=shape("room", "id name url"),
)


def count_fields(value: object, people: object) -> Tally:
    """The fields of a dump, and of a file of speakers beside it."""
    tally = Tally()
    if isinstance(value, list):
        tally.read(value, _of_item)
    else:
        known = {name: item for name, item in mapping(value).items() if name in _DUMP.inside or name in _DUMP.kept}
        tally.read(known | {"speakers": _listed(known.get("speakers"))}, _DUMP)
        for name, item in mapping(value).items():
            if name not in known:
                _count_other(tally, name, item)
    return tally.read(_listed(people), _SPEAKER)


def lost_people(value: object) -> Tally:
    """The fields of a file of speakers without any submission: with no talk to belong to, none is kept."""
    return Tally().read(_listed(value), Shape(_SPEAKER.name))


def _listed(people: object) -> object:
    """Speakers as a list, where they stand by code or on a page of results."""
    return mapping(people).get("results", list(people.values())) if isinstance(people, dict) else people


def _count_other(tally: Tally, name: str, item: object) -> None:
    """A part called by a code is a submission or a speaker, one with days for keys a schedule."""
    if isinstance(item, dict) and "code" in item:
        tally.read(item, _of_item)
    elif isinstance(item, dict) and item and all(_DAY.fullmatch(str(day)) for day in item):
        tally.read({"days": item}, shape("file", days=_DAYS))
    elif item not in (None, "", [], {}):
        tally.lose("file", name)
