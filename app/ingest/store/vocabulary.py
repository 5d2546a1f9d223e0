"""Storing theme vocabularies and people's decisions about themes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.ingest.record import DecisionRecord, FoundProblem, ThemeDecisions, ThemeRecord
from app.ingest.record import Vocabulary as Record
from app.ingest.store.changes import Changes
from app.ingest.vocabulary_faults import Taken, vocabulary_faults
from app.models import Edition, Source, Talk, Theme, ThemeDecision, Vocabulary, VocabularyVersion
from app.text.vocabulary import normal_theme, vocabulary_version

REFUSED = "The vocabulary was left as it was, with its themes and decisions. Mend what is named and ingest the file."


def store_vocabulary(session: Session, source: Source, vocabulary: Record) -> Changes:
    """Upsert the themes; those no longer listed are withdrawn, with what people decided about them kept.

    Whole or not at all: with any fault nothing is written, and the faults are problems of the changes.
    """
    assert source.id is not None
    changes = Changes()
    faults = vocabulary_faults(vocabulary, taken_slugs(session, vocabulary.slug))
    if faults or not vocabulary.is_whole:
        changes.problems, changes.refused = [*faults, FoundProblem("error", REFUSED)], True
        return changes
    known = {
        theme.slug: theme for theme in session.scalars(select(Theme).where(col(Theme.vocabulary) == vocabulary.slug))
    }
    for position, record in enumerate(vocabulary.themes):
        changes.count(_store_theme(session, source.id, vocabulary.slug, record, position, known))
    session.flush()
    listed = {record.slug for record in vocabulary.themes}
    for record in vocabulary.themes:
        parent = known[record.parent].id if record.parent else None
        if known[record.slug].parent_id != parent:
            known[record.slug].parent_id = parent
    for theme in known.values():
        if theme.slug not in listed and theme.withdrawn_at is None:
            theme.withdrawn_at = utc_now()
            changes.count("withdrawn")
    _store_version(session, source.id, vocabulary)
    return changes


def taken_slugs(session: Session, vocabulary: str) -> dict[str, Taken]:
    """Slugs of the themes of all other vocabularies, withdrawn ones too, for decisions of people may hang on them."""
    rows = session.execute(
        select(col(Theme.slug), func.coalesce(col(Vocabulary.name), col(Theme.vocabulary)), col(Source.path))
        .join(Source, col(Source.id) == col(Theme.source_id))
        .outerjoin(Vocabulary, col(Vocabulary.slug) == col(Theme.vocabulary))
        .where(col(Theme.vocabulary) != vocabulary)
    )
    return {slug: Taken(name, path) for slug, name, path in rows}


def _store_theme(
    session: Session, source_id: int, vocabulary: str, record: ThemeRecord, position: int, known: dict[str, Theme]
) -> str:
    """Write one theme, without its parent; what became of it."""
    values: dict[str, Any] = {
        "name": record.name, "definition": record.definition, "excludes": record.excludes,
        "synonyms": list(record.synonyms), "cues": list(record.cues), "examples": list(record.examples),
        "counter_examples": list(record.counter_examples), "position": position, "source_id": source_id,
        "withdrawn_at": None,
    }  # fmt: skip
    theme = known.get(record.slug)
    if theme is None:
        known[record.slug] = Theme(slug=record.slug, vocabulary=vocabulary, **values)
        session.add(known[record.slug])
        return "created"
    if all(getattr(theme, name) == value for name, value in values.items()):
        return "unchanged"
    for name, value in values.items():
        setattr(theme, name, value)
    return "updated"


def _store_version(session: Session, source_id: int, record: Record) -> None:
    """Say which version the vocabulary has now, and keep that version if it is new."""
    version, now = record_version(record), utc_now()
    row = session.scalar(select(Vocabulary).where(col(Vocabulary.slug) == record.slug))
    if row is None:
        row = Vocabulary(slug=record.slug, name=record.name, version=version, source_id=source_id, loaded_at=now)
        session.add(row)
    elif row.version != version:
        row.version, row.loaded_at = version, now
    row.name, row.source_id = record.name, source_id
    session.flush()
    assert row.id is not None
    former = select(VocabularyVersion).where(
        col(VocabularyVersion.vocabulary_id) == row.id, col(VocabularyVersion.version) == version
    )
    if session.scalar(former) is None:
        themes = [normal_theme(asdict(theme)) for theme in record.themes]
        session.add(VocabularyVersion(vocabulary_id=row.id, version=version, loaded_at=now, themes=themes))


def record_version(record: Record) -> str:
    """The version of a vocabulary as read."""
    return vocabulary_version(record.slug, [asdict(theme) for theme in record.themes])


def store_decisions(session: Session, source: Source, reading: ThemeDecisions) -> Changes:
    """Upsert decisions: for each talk the themes named are accepted and the others considered rejected.

    A decision that the file no longer makes is taken back. What its reviewer decided elsewhere, in the review queue
    say, is replaced only by a decision of a later day.
    """
    changes = Changes()
    themes = dict(session.execute(select(col(Theme.slug), col(Theme.id))).all())
    talks = dict(
        session.execute(
            select(col(Talk.source_key), col(Talk.id)).join(Edition).where(col(Edition.slug) == reading.edition)
        ).all()
    )
    known = {
        (decision.talk_id, decision.theme_id): decision
        for decision in session.scalars(select(ThemeDecision).where(col(ThemeDecision.reviewer) == reading.reviewer))
    }
    made: set[tuple[int, int]] = set()
    for slug in dict.fromkeys([*reading.considered, *(t for d in reading.decisions for t in _read_for(reading, d))]):
        if slug not in themes:
            changes.problems.append(FoundProblem("error", f"“{slug}” is no theme of the base.", "considered"))
    for record in reading.decisions:
        talk_id = talks.get(record.talk_key)
        if talk_id is None:
            changes.problems.append(
                FoundProblem("error", f"“{record.talk_key}” is no talk of {reading.edition}.", record.position)
            )
            continue
        for slug in _read_for(reading, record):
            if slug in themes:
                key = (talk_id, themes[slug])
                made.add(key)
                if _is_newer(known.get(key), source, record.decided_on or reading.decided_on):
                    changes.count("unchanged")
                    continue
                changes.count(_decide(session, source, reading, record, slug, known.get(key), key))
    for key, decision in known.items():
        if decision.source_id == source.id and key not in made:
            session.delete(decision)
            changes.count("withdrawn")
    return changes


def _read_for(reading: ThemeDecisions, record: DecisionRecord) -> list[str]:
    """Themes decided for this talk, accepted or not."""
    considered = reading.considered if record.considered is None else record.considered
    return list(dict.fromkeys([*considered, *record.themes]))


def _is_newer(held: ThemeDecision | None, source: Source, day: str) -> bool:
    """Whether the reviewer decided this elsewhere, on that day or later."""
    return held is not None and held.source_id != source.id and held.decided_on >= day


def _decide(
    session: Session, source: Source, reading: ThemeDecisions, record: DecisionRecord, slug: str,
    decision: ThemeDecision | None, key: tuple[int, int],
) -> str:  # fmt: skip
    values: dict[str, Any] = {
        "accepted": slug in record.themes,
        "is_main": slug == record.main,
        "borderline": slug in record.borderline,
        "decided_on": record.decided_on or reading.decided_on,
        "decided_at": None,
        "read_from": record.read_from,
        "details": {"method": reading.method} if reading.method else {},
        "source_id": source.id,
    }
    if decision is None:
        session.add(ThemeDecision(talk_id=key[0], theme_id=key[1], reviewer=reading.reviewer, **values))
        return "created"
    if all(getattr(decision, name) == value for name, value in values.items()):
        return "unchanged"
    for name, value in values.items():
        setattr(decision, name, value)
    return "updated"
