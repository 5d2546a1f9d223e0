"""Storing a programme: series, edition, talks with their appearances, resources and technology mentions.

Rows are written in bulk, not object by object: a programme of a thousand talks is a dozen statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from app.db.types import utc_now
from app.ingest.identity import People
from app.ingest.record import EditionRecord, FoundProblem, Programme, TalkRecord
from app.ingest.speakers import Sighting
from app.ingest.store.changes import Changes, record_hash
from app.models import Appearance, Edition, Resource, Series, Source, Talk, TalkOrganisation, TechnologyMention
from app.text.slugs import slugify, unique_slug

_COPIED = (
    "title", "abstract", "raw_abstract", "markup", "summary", "summary_basis", "note", "reference", "kind", "track",
    "level", "language", "language_guessed", "date", "starts_at", "duration_minutes", "room",
    "start_seconds", "end_seconds",
)  # fmt: skip
_OF_EDITION = (
    "name", "city", "country", "start_date", "end_date", "dates_checked", "year", "published_sessions", "completeness",
)  # fmt: skip
_CHUNK = 500
T = TypeVar("T")


class _Known(NamedTuple):
    """What the base has of a talk of this source."""

    id: int
    content_hash: str
    withdrawn_at: datetime | None
    position: int
    source_position: str
    is_container: bool
    parent_id: int | None


def store_programme(session: Session, source: Source, programme: Programme, people: People) -> Changes:
    """Upsert the programme. Talks the source no longer lists are withdrawn; those listed again come back."""
    assert source.id is not None
    changes = Changes()
    edition_id = _edition(session, source.id, programme.edition, changes)
    known = _known(session, source.id)
    parents = {talk.parent_key for talk in programme.talks if talk.parent_key}
    created: list[dict[str, Any]] = []
    updated: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    changed: list[TalkRecord] = []
    slugs = _Slugs(session, programme.edition.slug, [talk for talk in programme.talks if talk.key not in known])
    for position, record in enumerate(programme.talks):
        before = known.get(record.key)
        digest = record_hash(record, programme.edition.slug)
        is_container = record.is_container or record.key in parents
        place = {"position": position, "source_position": record.position, "is_container": is_container}
        if before is None:
            slug = slugs.take(record)
            row = _row(record, edition_id, digest) | place
            created.append(
                row | {"slug": slug, "source_id": source.id, "source_key": record.key, "created_at": utc_now()}
            )
            changes.count("created")
        elif before.content_hash != digest or before.withdrawn_at is not None:
            updated.append(_row(record, edition_id, digest) | place | {"id": before.id})
            changes.count("updated")
        else:
            if (position, record.position, is_container) != (
                before.position,
                before.source_position,
                before.is_container,
            ):
                moved.append(place | {"id": before.id})
            changes.count("unchanged")
            continue
        changed.append(record)
    for rows in (updated, moved):
        if rows:
            session.execute(update(Talk), rows)
    if created:
        session.execute(insert(Talk), created)
    ids = _ids(_known(session, source.id) if created else known)
    if changed:
        series_id = session.get_one(Edition, edition_id).series_id
        people.at(series_id, source.format, (speaker.name for talk in changed for speaker in talk.speakers))
    _write_parts(session, [(ids[record.key], record) for record in changed], {row["id"] for row in updated}, people)
    _link_parents(session, programme, ids, known)
    _withdraw(session, programme, known, changes)
    session.expire_all()
    return changes


def _known(session: Session, source_id: int) -> dict[str, _Known]:
    rows = session.execute(
        select(
            col(Talk.source_key), col(Talk.id), col(Talk.content_hash), col(Talk.withdrawn_at), col(Talk.position),
            col(Talk.source_position), col(Talk.is_container), col(Talk.parent_id),
        ).where(col(Talk.source_id) == source_id)
    )  # fmt: skip
    return {row[0]: _Known(*row[1:]) for row in rows}


def _ids(known: dict[str, _Known]) -> dict[str, int]:
    return {key: row.id for key, row in known.items()}


class _Slugs:
    """Free slugs for new talks. Asks the base only for those that these talks might want."""

    def __init__(self, session: Session, edition: str, talks: Sequence[TalkRecord]) -> None:
        self._session = session
        self._edition = edition
        self._wanted = {wish for talk in talks for wish in self._wishes(talk)}
        self._taken: set[str] = set()
        for some in _chunks(sorted(self._wanted)):
            self._taken.update(session.scalars(select(col(Talk.slug)).where(col(Talk.slug).in_(some))))

    def _wishes(self, talk: TalkRecord) -> tuple[str, str, str]:
        title = slugify(talk.title) or slugify(talk.key) or "talk"
        return title, f"{title}-{self._edition}", f"{title}-{self._edition}-{talk.key}"

    def take(self, talk: TalkRecord) -> str:
        """A slug that no talk has, from now on taken."""
        title, *_ = self._wishes(talk)
        hints = (self._edition, f"{self._edition}-{talk.key}")
        slug = unique_slug(title, self._taken, *hints)
        if slug not in self._wanted:
            # Every wish is taken, so the slug is a number: only all slugs tell whether that is free.
            self._taken.update(self._session.scalars(select(col(Talk.slug))))
            slug = unique_slug(title, self._taken, *hints)
        return slug


def _row(record: TalkRecord, edition_id: int, digest: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _COPIED} | {
        "raw_title": record.raw_title or record.title,
        "slots": [asdict(slot) for slot in record.slots],
        "edition_id": edition_id,
        "content_hash": digest,
        "updated_at": utc_now(),
        "withdrawn_at": None,
    }


def _edition(session: Session, source_id: int, record: EditionRecord, changes: Changes) -> int:
    series = session.scalars(select(Series).where(col(Series.slug) == record.series_slug)).first()
    if series is None:
        series = Series(slug=record.series_slug, name=record.series_name)
        session.add(series)
    series.name = record.series_name
    session.flush()
    assert series.id is not None
    edition = session.scalars(select(Edition).where(col(Edition.slug) == record.slug)).first()
    if edition is None:
        edition = Edition(slug=record.slug, name=record.name, series_id=series.id, source_id=source_id)
        session.add(edition)
    elif edition.source_id != source_id:
        changes.problems.append(
            FoundProblem("warning", f"The edition {record.slug} also comes from another source; its facts are kept.")
        )
        assert edition.id is not None
        return edition.id
    edition.series_id = series.id
    for name in _OF_EDITION:
        setattr(edition, name, getattr(record, name))
    edition.references = [dict(reference) for reference in record.references]
    edition.involved = [asdict(involved) for involved in record.involved]
    session.flush()
    assert edition.id is not None
    return edition.id


def _write_parts(session: Session, talks: Sequence[tuple[int, TalkRecord]], former: set[int], people: People) -> None:
    """Write what hangs on these talks anew; `former` are those that had parts before."""
    speakers: dict[int, set[int]] = defaultdict(set)
    for ids in _chunks(sorted(former)):
        theirs = select(col(Appearance.talk_id), col(Appearance.speaker_id)).where(col(Appearance.talk_id).in_(ids))
        for talk_id, speaker_id in session.execute(theirs):
            speakers[talk_id].add(speaker_id)
        for kind in (Appearance, Resource, TechnologyMention, TalkOrganisation):
            session.execute(delete(kind).where(col(kind.talk_id).in_(ids)))
    parts: dict[type, list[dict[str, Any]]] = {
        Appearance: [],
        Resource: [],
        TechnologyMention: [],
        TalkOrganisation: [],
    }
    for talk_id, record in talks:
        parts[Appearance].extend(_appearances(talk_id, record, frozenset(speakers[talk_id]), people))
        parts[Resource].extend(
            {"talk_id": talk_id, "position": position, "kind": link.kind, "url": link.url, "label": link.label}
            for position, link in enumerate(record.resources)
        )
        technologies = {people.technology_id(name): name for name in reversed(record.technologies)}
        parts[TechnologyMention].extend(
            _named(talk_id, technology, position, name)
            for position, (technology, name) in enumerate(reversed(technologies.items()))
        )
        organisations = dict.fromkeys(people.organisation_id(name) for name in record.organisations)
        parts[TalkOrganisation].extend({"talk_id": talk_id, "organisation_id": found} for found in organisations)
    parts[Appearance] = _settled(parts[Appearance], people)
    for table, rows in parts.items():
        if rows:
            session.execute(insert(table), rows)


def _named(talk_id: int, technology_id: int, position: int, name: str) -> dict[str, Any]:
    mention = {"talk_id": talk_id, "technology_id": technology_id, "position": position}
    return mention | {"origin": "source", "listed_as": name, "found": []}


def _settled(rows: list[dict[str, Any]], people: People) -> list[dict[str, Any]]:
    """The appearances with speakers who were merged since named as who they are now, each once a talk."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows:
        speaker_id = people.speakers.current(row["speaker_id"])
        found.setdefault((row["talk_id"], speaker_id), row | {"speaker_id": speaker_id})
    return list(found.values())


def _appearances(talk_id: int, record: TalkRecord, former: frozenset[int], people: People) -> Iterator[dict[str, Any]]:
    seen: set[int] = set()
    for position, speaker in enumerate(record.speakers):
        place = people.organisation_id(speaker.affiliation) if speaker.affiliation else None
        sighting = Sighting(speaker.name, links=speaker.links, organisation_id=place, former=former)
        speaker_id = people.speaker_id(sighting, present=seen)
        if speaker_id in seen:
            continue
        seen.add(speaker_id)
        yield {
            "talk_id": talk_id,
            "speaker_id": speaker_id,
            "position": position,
            "role": speaker.role,
            "organisation_id": place,
            "job_title": speaker.job_title,
            "name_as_listed": speaker.name,
            "affiliation_as_listed": speaker.affiliation,
            "affiliation_evidence": speaker.affiliation_evidence,
        }


def _link_parents(session: Session, programme: Programme, ids: dict[str, int], known: dict[str, _Known]) -> None:
    rows = []
    for record in programme.talks:
        before = known.get(record.key)
        parent = ids[record.parent_key] if record.parent_key else None
        if parent != (before.parent_id if before else None):
            rows.append({"id": ids[record.key], "parent_id": parent})
    if rows:
        session.execute(update(Talk), rows)


def _withdraw(session: Session, programme: Programme, known: dict[str, _Known], changes: Changes) -> None:
    listed = {record.key for record in programme.talks} | programme.unreadable
    missing = [row.id for key, row in known.items() if key not in listed and row.withdrawn_at is None]
    if missing and not programme.is_whole:
        changes.problems.append(
            FoundProblem(
                "warning",
                f"{len(missing)} known talks are not listed, but a talk without a readable id is: none is withdrawn. "
                "Mend the ids and ingest again.",
            )
        )
        return
    if missing:
        session.execute(update(Talk), [{"id": talk_id, "withdrawn_at": utc_now()} for talk_id in missing])
        changes.withdrawn += len(missing)


def _chunks(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
