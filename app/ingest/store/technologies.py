"""Storing a vocabulary of technologies, and giving it those that programmes listed under one of its names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from app.errors import InputError
from app.ingest.record import Technologies, TechnologyRecord
from app.ingest.store.changes import Changes
from app.models import Technology, TechnologyMention
from app.text.slugs import slugify
from app.text.terms import phrase_of

_OF_RECORD = ("name", "kind", "url", "exact_case")
_LISTS = ("aliases", "ambiguous", "needs", "beside", "not_in")


def check_technologies(technologies: Sequence[TechnologyRecord], others: Sequence[Technology] = ()) -> None:
    """InputError that names line and fault: a slug given twice, or a name of two technologies that is not ambiguous.

    `others` are technologies of other vocabularies in the base. An ambiguous name of a technology must be one of its
    names, and something must tell what is meant by it.
    """
    slugs: set[str] = set()
    owners: dict[tuple[str, ...], tuple[str, bool]] = {
        phrase_of(name): (other.slug, name in other.ambiguous) for other in others for name in _names(other)
    }
    for record in technologies:
        if record.slug in slugs:
            raise InputError(f"The technology “{record.slug}” is given twice; keep one.", record.position)
        slugs.add(record.slug)
        for name in record.ambiguous:
            if name not in (record.name, *record.aliases):
                raise InputError(f"The ambiguous “{name}” is no name of “{record.slug}”.", record.position)
        if record.ambiguous and not (record.needs or record.beside):
            message = f"Say by `needs` or `beside` when “{record.ambiguous[0]}” means “{record.slug}”."
            raise InputError(message, record.position)
        for name in dict.fromkeys(_names(record)):
            owner, is_told = owners.setdefault(phrase_of(name), (record.slug, name in record.ambiguous))
            if owner != record.slug and not (is_told and name in record.ambiguous):
                raise InputError(
                    f"“{name}” is a name of both “{owner}” and “{record.slug}”; take it from one, or mark it as "
                    "ambiguous in both.",
                    record.position,
                )


def _names(technology: Technology | TechnologyRecord) -> Iterator[str]:
    """Names that are looked for; one with a bracket is only shown."""
    return (name for name in (technology.name, *technology.aliases) if "(" not in name)


def store_technologies(session: Session, vocabulary: Technologies) -> Changes:
    """Upsert the technologies. One no longer listed keeps only what programmes say of it, and goes if none does."""
    changes = Changes()
    known = {technology.slug: technology for technology in session.scalars(select(Technology))}
    for record in vocabulary.technologies:
        technology = known.get(record.slug)
        if technology is not None and technology.vocabulary not in (None, vocabulary.slug):
            raise InputError(
                f"The technology “{record.slug}” belongs to the vocabulary {technology.vocabulary}; choose another "
                "slug.",
                record.position,
            )
    check_technologies(
        vocabulary.technologies,
        [other for other in known.values() if other.vocabulary not in (None, vocabulary.slug)],
    )
    for record in vocabulary.technologies:
        changes.count(_upsert(session, known, record, vocabulary.slug))
    session.flush()
    _take_in(session, known, vocabulary)
    listed = {record.slug for record in vocabulary.technologies}
    for technology in list(known.values()):
        if technology.vocabulary == vocabulary.slug and technology.slug not in listed:
            _withdraw(session, technology)
            changes.count("withdrawn")
    return changes


def _upsert(session: Session, known: dict[str, Technology], record: TechnologyRecord, vocabulary: str) -> str:
    values: dict[str, Any] = {name: getattr(record, name) for name in _OF_RECORD}
    values |= {name: list(getattr(record, name)) for name in _LISTS} | {"vocabulary": vocabulary}
    technology = known.get(record.slug)
    if technology is None:
        known[record.slug] = technology = Technology(slug=record.slug, **values)
        session.add(technology)
        return "created"
    if all(getattr(technology, name) == value for name, value in values.items()):
        return "unchanged"
    for name, value in values.items():
        setattr(technology, name, value)
    return "updated"


def _take_in(session: Session, known: dict[str, Technology], vocabulary: Technologies) -> None:
    """Technologies that programmes listed by another name of one of these become that one."""
    for record in vocabulary.technologies:
        kept = known[record.slug].id
        for name in _names(record):
            other = known.get(slugify(name))
            if other is None or other.vocabulary is not None or other.id == kept:
                continue
            has_it = select(col(TechnologyMention.talk_id)).where(col(TechnologyMention.technology_id) == kept)
            theirs = col(TechnologyMention.technology_id) == other.id
            session.execute(delete(TechnologyMention).where(theirs, col(TechnologyMention.talk_id).in_(has_it)))
            session.execute(update(TechnologyMention).where(theirs).values(technology_id=kept))
            session.delete(other)
            session.flush()
            del known[slugify(name)]


def _withdraw(session: Session, technology: Technology) -> None:
    """Forget what the vocabulary said of it and what was found by that; the row stays if a programme lists it."""
    mention = col(TechnologyMention.technology_id) == technology.id
    session.execute(delete(TechnologyMention).where(mention, col(TechnologyMention.origin) != "source"))
    session.execute(update(TechnologyMention).where(mention).values(found=[], recipe=None))
    if session.scalar(select(col(TechnologyMention.id)).where(mention).limit(1)) is None:
        session.delete(technology)
        return
    technology.vocabulary = technology.kind = technology.url = None
    technology.exact_case = False
    for name in _LISTS:
        setattr(technology, name, [])
