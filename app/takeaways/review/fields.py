"""Fields of a takeaway that a reviewer may set: what each may hold, and what a takeaway holds now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.catalog.takeaways import TakeawayFilter
from app.errors import UsageError
from app.models import SpeakerAlias, Takeaway, TakeawayEvidence, Talk, Theme
from app.text.markup import safe_url
from app.text.names import name_key

COPIED = (
    "text", "kind", "stance", "conditions", "said_by", "said_as", "affiliation", "status", "technologies", "themes",
    "article_id", "edition_id", "talk_id", "speaker_id", "occasion",
)  # fmt: skip
"""What a step keeps of a takeaway, besides its evidence."""

EVIDENCE = ("kind", "section", "number", "url", "start_seconds", "quote")
STATUSES = ("attendee-note", "checked", "disputed", "reviewed")
LONGEST = {"text": 2000, "conditions": 500, "said_by": 200, "affiliation": 200}
MOST_NAMES, LONGEST_NAME = 20, 100
_OF = {
    "kind": TakeawayFilter.KINDS,
    "stance": TakeawayFilter.STANCES,
    "said_as": ("speaker", "observer"),
    "status": STATUSES,
}


def checked(session: Session, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, as columns of a takeaway; `talk` is a slug, `themes` are slugs. UsageError names the field."""
    found: dict[str, Any] = {}
    for field, value in given.items():
        if field in _OF:
            if value not in _OF[field]:
                raise UsageError(f"{field}: “{_short(value)}” is none of {', '.join(_OF[field])}.", field)
            found[field] = value
        elif field in LONGEST:
            found[field] = _words(field, value)
            if field == "said_by":
                found["speaker_id"] = speaker_named(session, found[field])
        elif field in ("technologies", "themes"):
            found[field] = _names(field, value)
        elif field == "talk":
            found |= _talk(session, value)
        else:
            raise UsageError(f"{field}: a takeaway has no such field that can be edited.", field)
    _known_themes(session, found.get("themes", ()))
    return found


def speaker_named(session: Session, name: str | None) -> int | None:
    """The one speaker known by this name, None for nobody or for several."""
    if not name:
        return None
    statement = select(col(SpeakerAlias.speaker_id)).where(col(SpeakerAlias.key) == name_key(name)).distinct().limit(2)
    found = session.scalars(statement).all()
    return found[0] if len(found) == 1 else None


def state_of(session: Session, takeaway: Takeaway) -> dict[str, Any]:
    """Everything of a takeaway that a step may change, as plain values."""
    rows = session.scalars(
        select(TakeawayEvidence)
        .where(col(TakeawayEvidence.takeaway_id) == takeaway.id)
        .order_by(col(TakeawayEvidence.position))
    )
    held: dict[str, Any] = {name: getattr(takeaway, name) for name in COPIED}
    held["evidence"] = [{name: getattr(row, name) for name in EVIDENCE} for row in rows]
    held["withdrawn"] = takeaway.withdrawn_at is not None
    held["hash"] = takeaway.content_hash
    return held


def set_evidence(session: Session, takeaway_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
    """Replace the evidence of a takeaway. An address that is not of the web is left out."""
    session.execute(delete(TakeawayEvidence).where(col(TakeawayEvidence.takeaway_id) == takeaway_id))
    for position, line in enumerate(lines):
        values: dict[str, Any] = {name: line.get(name) for name in EVIDENCE}
        values["url"] = safe_url(str(values["url"])) if values["url"] else None
        values["kind"] = values["kind"] or "article"
        session.add(TakeawayEvidence(takeaway_id=takeaway_id, position=position, **values))
    session.flush()
    session.expire(session.get_one(Takeaway, takeaway_id), ["evidence"])


def edited_hash(held: Mapping[str, Any]) -> str:
    """The content hash of a takeaway that people changed: that of its file, then one of what it holds now.

    The first part lets an import see that its record is the same, so that it leaves the edit alone.
    """
    content = {name: value for name, value in held.items() if name not in ("hash", "withdrawn")}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return f"{str(held['hash']).partition('~')[0]}~{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _words(field: str, value: Any) -> str | None:
    plain = " ".join("".join(c if c.isprintable() else " " for c in str(value or "")).split())
    if field == "text" and not plain:
        raise UsageError("text: a takeaway says something; this is empty.", field)
    if len(plain) > LONGEST[field]:
        raise UsageError(f"{field}: {len(plain)} letters; at most {LONGEST[field]} fit.", field)
    return plain or None


def _names(field: str, value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else list(value or ())
    names = list(dict.fromkeys(plain for part in parts if (plain := " ".join(str(part).split()))))
    if len(names) > MOST_NAMES or any(len(name) > LONGEST_NAME for name in names):
        raise UsageError(f"{field}: at most {MOST_NAMES} names of {LONGEST_NAME} letters.", field)
    return names


def _talk(session: Session, slug: Any) -> dict[str, Any]:
    if not slug:
        return {"talk_id": None}
    row = session.execute(
        select(col(Talk.id), col(Talk.edition_id)).where(col(Talk.slug) == str(slug), col(Talk.withdrawn_at).is_(None))
    ).first()
    if row is None:
        raise UsageError(f"talk: there is no talk “{_short(slug)}” in this knowledge base.", "talk")
    return {"talk_id": row[0], "edition_id": row[1]}


def _known_themes(session: Session, slugs: Sequence[str]) -> None:
    known = set(session.scalars(select(col(Theme.slug)).where(col(Theme.slug).in_(slugs)))) if slugs else set()
    for slug in slugs:
        if slug not in known:
            raise UsageError(f"themes: there is no theme “{slug}” in this knowledge base.", "themes")


def _short(value: Any) -> str:
    return str(value)[:80]
