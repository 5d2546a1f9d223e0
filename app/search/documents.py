"""What a lexical index holds of each passage. Reads the facts, writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from app.embeddings.store import NO_TALK
from app.models import Appearance, Edition, Organisation, Passage, Speaker, Takeaway, Talk

_BATCH = 500


class Document(NamedTuple):
    """A passage as a lexical index sees it. `text` is empty where it would only repeat the title."""

    passage_id: int
    talk_id: int
    """NO_TALK for a lesson."""
    title: str
    text: str
    people: str
    """Speakers and their organisations, and who said a takeaway."""


def documents(session: Session, passage_ids: Sequence[int] | None = None) -> Iterator[Document]:
    """Documents of these passages, or of all, by ascending passage id."""
    if passage_ids is None:
        passage_ids = [i for i in session.scalars(select(col(Passage.id)).order_by(col(Passage.id))) if i is not None]
    for start in range(0, len(passage_ids), _BATCH):
        yield from _documents(session, sorted(passage_ids)[start : start + _BATCH])


def _documents(session: Session, ids: Sequence[int]) -> Iterator[Document]:
    rows = session.execute(
        select(
            col(Passage.id), col(Passage.talk_id), col(Passage.kind), col(Passage.text), col(Talk.title),
            col(Edition.name), col(Takeaway.said_by), col(Takeaway.affiliation),
        )
        .outerjoin(Talk, col(Talk.id) == col(Passage.talk_id))
        .outerjoin(Takeaway, col(Takeaway.id) == col(Passage.takeaway_id))
        .outerjoin(Edition, col(Edition.id) == col(Takeaway.edition_id))
        .where(col(Passage.id).in_(ids))
        .order_by(col(Passage.id))
    ).all()  # fmt: skip
    people = _people(session, {talk_id for _, talk_id, *_ in rows if talk_id is not None})
    for passage_id, talk_id, kind, text, title, edition, *said in rows:
        names = [*people.get(talk_id, ()), *(name for name in said if name)]
        yield Document(
            passage_id=passage_id,
            talk_id=NO_TALK if talk_id is None else talk_id,
            title=title or edition or "",
            text="" if kind == "title" else text,
            people=" ".join(dict.fromkeys(names)),
        )


def _people(session: Session, talk_ids: set[int]) -> dict[int, list[str]]:
    people: dict[int, list[str]] = defaultdict(list)
    statement = (
        select(
            col(Appearance.talk_id),
            col(Speaker.name),
            col(Appearance.name_as_listed),
            col(Organisation.name),
            col(Appearance.affiliation_as_listed),
        )
        .join(Speaker, col(Speaker.id) == col(Appearance.speaker_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
        .where(col(Appearance.talk_id).in_(talk_ids))
        .order_by(col(Appearance.talk_id), col(Appearance.position))
    )
    for talk_id, *names in session.execute(statement):
        people[talk_id] += [name for name in names if name]
    return people
