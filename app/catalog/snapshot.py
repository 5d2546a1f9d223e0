"""The snapshot of the knowledge base: a short name for its exact state, that figures and exports carry."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.models import Edition, IndexState, Organisation, Speaker, Takeaway, Talk, Theme, ThemeAssignment, Vocabulary

SNAPSHOT = "snapshot"


def current_snapshot(session: Session) -> str:
    """Twelve hex digits made from all facts and assignments by the last pipeline step; "empty" before the first."""
    state = session.get(IndexState, SNAPSHOT)
    return state.fingerprint if state else "empty"


def refresh_snapshot(session: Session) -> str:
    """Name the state of the base anew; the same facts and assignments give the same name on any machine."""
    digest = hashlib.sha256()
    for statement in (
        select(col(Talk.slug), col(Talk.content_hash), col(Talk.withdrawn_at).is_(None)).order_by(col(Talk.slug)),
        select(col(Takeaway.slug), col(Takeaway.content_hash), col(Takeaway.withdrawn_at).is_(None)).order_by(
            col(Takeaway.slug)
        ),
        select(
            col(Edition.slug), col(Edition.name), col(Edition.published_sessions), col(Edition.start_date),
            col(Edition.end_date), col(Edition.city), col(Edition.country), col(Edition.completeness),
        ).order_by(col(Edition.slug)),
        select(col(Speaker.slug), col(Speaker.name)).order_by(col(Speaker.slug)),
        select(col(Organisation.slug), col(Organisation.name)).order_by(col(Organisation.slug)),
        select(col(Vocabulary.slug), col(Vocabulary.name), col(Vocabulary.version)).order_by(col(Vocabulary.slug)),
        select(col(Theme.slug), col(Theme.name), col(Theme.definition), col(Theme.position)).order_by(col(Theme.slug)),
        select(
            col(Talk.slug), col(Theme.slug), col(ThemeAssignment.status), col(ThemeAssignment.is_main),
            col(ThemeAssignment.probability),
        )
        .join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .order_by(col(Talk.slug), col(Theme.slug)),
    ):  # fmt: skip
        for row in session.execute(statement):
            digest.update(repr(tuple(row)).encode())
    name = digest.hexdigest()[:12]
    state = session.get(IndexState, SNAPSHOT)
    if state is None or state.fingerprint != name:
        session.merge(IndexState(name=SNAPSHOT, recipe="sha256", fingerprint=name, built_at=utc_now()))
    return name
