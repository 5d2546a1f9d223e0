"""Storing a theme vocabulary and people's decisions about themes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.errors import InputError
from app.ingest.record import DecisionRecord, FoundProblem, ThemeDecisions, Vocabulary
from app.ingest.store.changes import Changes
from app.models import Edition, Source, Talk, Theme, ThemeDecision


def check_vocabulary(vocabulary: Vocabulary) -> None:
    """InputError for a slug given twice, a parent that is no theme here, or a cycle of parents; names the line."""
    themes = {}
    for theme in vocabulary.themes:
        if theme.slug in themes:
            raise InputError(f"The theme “{theme.slug}” is given twice; keep one.", theme.position)
        themes[theme.slug] = theme
    for theme in vocabulary.themes:
        seen, above = {theme.slug}, theme.parent
        while above is not None:
            if above not in themes:
                raise InputError(f"The parent “{above}” of “{theme.slug}” is no theme here.", theme.position)
            if above in seen:
                raise InputError(f"“{theme.slug}” is its own ancestor by way of “{above}”.", theme.position)
            seen.add(above)
            above = themes[above].parent


def store_vocabulary(session: Session, source: Source, vocabulary: Vocabulary) -> Changes:
    """Upsert the themes; those no longer listed are withdrawn, with what people decided about them kept."""
    assert source.id is not None
    check_vocabulary(vocabulary)
    changes = Changes()
    known = {theme.slug: theme for theme in session.scalars(select(Theme))}
    for position, record in enumerate(vocabulary.themes):
        theme = known.get(record.slug)
        if theme is not None and theme.vocabulary != vocabulary.slug:
            raise InputError(
                f"The theme “{record.slug}” belongs to the vocabulary {theme.vocabulary}; choose another slug.",
                record.position,
            )
        values: dict[str, Any] = {
            "name": record.name, "definition": record.definition, "excludes": record.excludes,
            "synonyms": list(record.synonyms), "cues": list(record.cues), "examples": list(record.examples),
            "counter_examples": list(record.counter_examples), "position": position, "withdrawn_at": None,
        }  # fmt: skip
        if theme is None:
            theme = Theme(slug=record.slug, vocabulary=vocabulary.slug, source_id=source.id, **values)
            session.add(theme)
            known[record.slug] = theme
            changes.count("created")
        elif any(getattr(theme, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(theme, name, value)
            changes.count("updated")
        else:
            changes.count("unchanged")
    session.flush()
    listed = {record.slug for record in vocabulary.themes}
    for record in vocabulary.themes:
        parent = known[record.parent].id if record.parent else None
        if known[record.slug].parent_id != parent:
            known[record.slug].parent_id = parent
    for theme in known.values():
        if theme.vocabulary == vocabulary.slug and theme.slug not in listed and theme.withdrawn_at is None:
            theme.withdrawn_at = utc_now()
            changes.count("withdrawn")
    return changes


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
