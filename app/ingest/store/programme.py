"""Storing a programme: series, edition, talks with their appearances, resources and technology mentions."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col

from app.db.types import utc_now
from app.ingest.identity import People
from app.ingest.record import EditionRecord, FoundProblem, Programme, TalkRecord
from app.ingest.store.changes import Changes, record_hash
from app.models import Appearance, Edition, Resource, Series, Source, Talk, TalkOrganisation, TechnologyMention
from app.text.slugs import slugify, unique_slug

_COPIED = (
    "title", "abstract", "raw_abstract", "markup", "summary", "summary_basis", "note", "reference", "kind", "track",
    "level", "language", "language_guessed", "date", "starts_at", "duration_minutes", "room",
)  # fmt: skip


def store_programme(session: Session, source: Source, programme: Programme, people: People) -> Changes:
    """Upsert the programme. Talks the source no longer lists are withdrawn; those listed again come back."""
    assert source.id is not None
    changes = Changes()
    edition = _edition(session, source.id, programme.edition, changes)
    known = {
        talk.source_key: talk
        for talk in session.scalars(
            select(Talk)
            .where(col(Talk.source_id) == source.id)
            .options(selectinload(Talk.appearances), selectinload(Talk.resources))  # type: ignore[arg-type]
        )
    }
    slugs = _slugs_like(session, programme)
    parents = {talk.parent_key for talk in programme.talks if talk.parent_key}
    stored: dict[str, Talk] = {}
    for position, record in enumerate(programme.talks):
        talk = known.get(record.key)
        digest = record_hash(record, programme.edition.slug)
        if talk is None:
            wanted = slugify(record.title) or slugify(record.key) or "talk"
            slug = unique_slug(wanted, slugs, programme.edition.slug, f"{programme.edition.slug}-{record.key}")
            talk = Talk(
                slug=slug, edition_id=edition, source_id=source.id, source_key=record.key,
                title=record.title, raw_title=record.raw_title or record.title,
                content_hash="", created_at=utc_now(), updated_at=utc_now(),
            )  # fmt: skip
            session.add(talk)
        what = "created" if not talk.content_hash else "unchanged"
        if talk.content_hash and (talk.content_hash != digest or talk.withdrawn_at is not None):
            what = "updated"
        if what != "unchanged":
            _write(session, talk, record, edition, people)
            talk.content_hash = digest
            talk.updated_at = utc_now()
            talk.withdrawn_at = None
        talk.position = position
        talk.source_position = record.position
        talk.is_container = record.is_container or record.key in parents
        stored[record.key] = talk
        changes.count(what)
    _link_parents(session, programme, stored)
    _withdraw(programme, known, changes)
    return changes


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
        session.flush()
        assert edition.id is not None
        return edition.id
    edition.series_id = series.id
    for name in (
        "name", "city", "country", "start_date", "end_date", "dates_checked", "year", "published_sessions",
        "completeness",
    ):  # fmt: skip
        setattr(edition, name, getattr(record, name))
    edition.references = [dict(reference) for reference in record.references]
    session.flush()
    assert edition.id is not None
    return edition.id


def _slugs_like(session: Session, programme: Programme) -> set[str]:
    """Slugs taken that a talk of this programme might want; all of them, which is quick up to many talks."""
    return set(session.scalars(select(col(Talk.slug)))) if programme.talks else set()


def _write(session: Session, talk: Talk, record: TalkRecord, edition: int, people: People) -> None:
    for name in _COPIED:
        setattr(talk, name, getattr(record, name))
    talk.raw_title = record.raw_title or record.title
    talk.slots = [asdict(slot) for slot in record.slots]
    talk.edition_id = edition
    if talk.id is not None:
        for kind in (Appearance, Resource, TechnologyMention, TalkOrganisation):
            session.execute(delete(kind).where(col(kind.talk_id) == talk.id))
        session.expire(talk, ["appearances", "resources"])
    session.flush()
    assert talk.id is not None
    seen: set[int] = set()
    for position, speaker in enumerate(record.speakers):
        speaker_id = people.speaker_id(speaker.name)
        if speaker_id in seen:
            continue
        seen.add(speaker_id)
        session.add(
            Appearance(
                talk_id=talk.id, speaker_id=speaker_id, position=position, role=speaker.role,
                organisation_id=people.organisation_id(speaker.affiliation) if speaker.affiliation else None,
                job_title=speaker.job_title, name_as_listed=speaker.name, affiliation_as_listed=speaker.affiliation,
            )
        )  # fmt: skip
    session.add_all(
        Resource(talk_id=talk.id, position=position, kind=link.kind, url=link.url, label=link.label)
        for position, link in enumerate(record.resources)
    )
    named = dict.fromkeys(people.organisation_id(name) for name in record.organisations)
    session.add_all(TalkOrganisation(talk_id=talk.id, organisation_id=organisation) for organisation in named)
    mentioned = dict.fromkeys(people.technology_id(name) for name in record.technologies)
    session.add_all(
        TechnologyMention(talk_id=talk.id, technology_id=technology_id, position=position)
        for position, technology_id in enumerate(mentioned)
    )


def _link_parents(session: Session, programme: Programme, stored: dict[str, Talk]) -> None:
    session.flush()
    for record in programme.talks:
        talk = stored[record.key]
        parent = stored[record.parent_key].id if record.parent_key else None
        if talk.parent_id != parent:
            talk.parent_id = parent


def _withdraw(programme: Programme, known: dict[str, Talk], changes: Changes) -> None:
    listed = {record.key for record in programme.talks} | programme.unreadable
    missing = [talk for key, talk in known.items() if key not in listed and talk.withdrawn_at is None]
    if missing and not programme.is_whole:
        changes.problems.append(
            FoundProblem(
                "warning",
                f"{len(missing)} known talks are not listed, but a talk without a readable id is: none is withdrawn. "
                "Mend the ids and ingest again.",
            )
        )
        return
    for talk in missing:
        talk.withdrawn_at = utc_now()
        changes.count("withdrawn")
