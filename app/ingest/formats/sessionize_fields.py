"""Which fields of Sessionize's views are kept. An answer is, where it is an address or names the company."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.ingest.formats.careful_json import mapping, text_of, word
from app.ingest.formats.field_use import Shape, Tally, shape
from app.ingest.formats.sessionize_talks import ASKS_FOR_COMPANY
from app.ingest.formats.spans import objects

_ITEM = shape("category.items", "id name")


def count_fields(value: object) -> Tally:
    """The fields of a whole view."""
    questions = {
        word(one.get("id")): text_of(one.get("question")) or "" for one in objects(mapping(value).get("questions"))
    }

    def answer(of: str) -> Any:
        kept = shape(f"{of}.questionAnswers", "question questionId answer answerValue")

        def of_question(given: Mapping[str, Any]) -> Shape:
            asked = text_of(given.get("question")) or questions.get(word(given.get("questionId"))) or "?"
            said = word(given.get("answerValue")) or word(given.get("answer")) or ""
            is_address = said.startswith(("http://", "https://"))
            is_company = bool(ASKS_FOR_COMPANY.match(asked)) and "://" not in said
            # Addresses are kept of sessions, companies of people.
            if is_address if of == "session" else is_company:
                return kept
            return Shape(f"{of}.questionAnswers", lost_as=f"“{asked[:50]}”")

        return of_question

    person = shape(
        "speaker",
        "id firstName lastName fullName name",
        only_read="tagLine bio",
        links=shape("speaker.links", "url linkType"),
        questionAnswers=answer("speaker"),
    )
    session = shape(
        "session",
        "id title description startsAt endsAt isServiceSession status roomId room speakers categoryItems recordingUrl "
        "liveUrl",
        speakers=person,
        categories=shape("category", "title name", items=_ITEM, categoryItems=_ITEM),
        questionAnswers=answer("session"),
    )
    view = shape(
        "view",
        "date",
        sessions=session,
        speakers=person,
        questions=shape("question", "id question"),
        categories=shape("category", "title", items=_ITEM),
        rooms=shape("room", "id name", sessions=session),
        timeSlots=shape("timeSlot", rooms=shape("timeSlot.rooms", "name", session=session)),
    )
    is_of_people = isinstance(value, list) and any("fullName" in item or "firstName" in item for item in objects(value))
    return Tally().read(value, _unkept(person) if is_of_people else view)


def _unkept(person: Shape) -> Shape:
    """A file of people alone holds no talk, so nothing of it is kept."""
    return Shape(person.name)
