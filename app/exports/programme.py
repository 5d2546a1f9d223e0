"""A programme back as Hallway YAML: what `hallway export` writes reads in again as the same records."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col

from app.errors import NotFound
from app.models import (
    Appearance,
    Edition,
    Organisation,
    Talk,
    TalkOrganisation,
    Technology,
    TechnologyMention,
)

_OF_EDITION = (
    "slug", "name", "city", "country", "start_date", "end_date", "dates_checked", "published_sessions", "completeness",
)  # fmt: skip
_OF_TALK = (
    "kind", "track", "level", "language", "language_guessed", "date", "starts_at", "duration_minutes", "room",
    "start_seconds", "end_seconds", "abstract", "summary", "summary_basis", "note",
)  # fmt: skip


def write_programme(session: Session, slug: str) -> str:
    """The edition and every talk of it that is not withdrawn, as YAML of the form programme/1; NotFound without it."""
    edition = session.scalars(
        select(Edition).where(col(Edition.slug) == slug).options(selectinload(Edition.series))  # type: ignore[arg-type]  # a relation, typed as what it holds
    ).first()
    if edition is None or edition.id is None:
        raise NotFound("edition", slug)
    document = {
        "hallway": "programme/1",
        "series": {"slug": edition.series.slug, "name": edition.series.name},
        "edition": _filled({name: getattr(edition, name) for name in _OF_EDITION}) | _sources(edition),
        "talks": _talks(session, edition.id),
    }
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110))


def _sources(edition: Edition) -> dict[str, Any]:
    return _filled(
        {
            "involved": [_filled(involved) for involved in edition.involved],
            "sources": [_filled(reference) for reference in edition.references],
        }
    )


def _talks(session: Session, edition_id: int) -> list[dict[str, Any]]:
    talks = session.scalars(
        select(Talk)
        .where(col(Talk.edition_id) == edition_id, col(Talk.withdrawn_at).is_(None))
        .options(
            selectinload(Talk.appearances).selectinload(Appearance.organisation),  # type: ignore[arg-type]  # a relation, typed as what it holds
            selectinload(Talk.resources),  # type: ignore[arg-type]  # a relation, which SQLModel types as what it holds
        )
        .order_by(col(Talk.position), col(Talk.id))
    ).all()
    keys = {talk.id: talk.source_key for talk in talks}
    technologies = _listed(session, edition_id)
    organisations = _named(session, edition_id, Organisation, TalkOrganisation, TalkOrganisation.organisation_id)
    return [
        _filled(
            {"id": talk.source_key, "title": talk.title}
            | {name: getattr(talk, name) for name in _OF_TALK}
            | {
                "parent": keys.get(talk.parent_id),
                "container": talk.is_container,
                "speakers": [_speaker(appearance) for appearance in talk.appearances],
                "resources": [_filled({"kind": r.kind, "url": r.url, "label": r.label}) for r in talk.resources],
                "technologies": technologies[talk.id],
                "organisations": organisations[talk.id],
                "slots": [_filled(slot) for slot in talk.slots],
                "source": talk.reference,
            }
        )
        for talk in talks
    ]


def _speaker(appearance: Appearance) -> dict[str, Any]:
    organisation = appearance.organisation.name if appearance.organisation else None
    return _filled(
        {
            "name": appearance.name_as_listed,
            "role": appearance.role if appearance.role != "speaker" else None,
            "job_title": appearance.job_title,
            "affiliation": appearance.affiliation_as_listed or organisation,
        }
    )


def _named(session: Session, edition_id: int, table: Any, link: Any, key: Any) -> dict[int | None, list[str]]:
    """Names of what hangs on each talk of the edition by a link table, in its order."""
    order = col(link.position) if hasattr(link, "position") else col(table.name)
    rows = session.execute(
        select(col(link.talk_id), col(table.name))
        .join(table, col(table.id) == col(key))
        .join(Talk, col(Talk.id) == col(link.talk_id))
        .where(col(Talk.edition_id) == edition_id)
        .order_by(col(link.talk_id), order)
    )
    found: dict[int | None, list[str]] = defaultdict(list)
    for talk_id, name in rows:
        found[talk_id].append(name)
    return found


def _listed(session: Session, edition_id: int) -> dict[int | None, list[str]]:
    """Technologies that the programme lists for each talk, by the names it gives them."""
    rows = session.execute(
        select(col(TechnologyMention.talk_id), col(TechnologyMention.listed_as), col(Technology.name))
        .join(Technology, col(Technology.id) == col(TechnologyMention.technology_id))
        .join(Talk, col(Talk.id) == col(TechnologyMention.talk_id))
        .where(col(Talk.edition_id) == edition_id, col(TechnologyMention.origin) == "source")
        .order_by(col(TechnologyMention.talk_id), col(TechnologyMention.position))
    )
    found: dict[int | None, list[str]] = defaultdict(list)
    for talk_id, listed_as, name in rows:
        found[talk_id].append(listed_as or name)
    return found


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty: a key that is left out means "not seen"."""
    return {name: value for name, value in values.items() if value not in (None, [], "", False)}
