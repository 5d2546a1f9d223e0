"""The newest step of a review about a draft or a takeaway, of those that hold."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from app.catalog.takeaway_steps import holds
from app.models import TakeawayDecision


def step_of_draft(session: Session, key: str) -> TakeawayDecision | None:
    """What was decided about a draft and holds."""
    return _newest(session, col(TakeawayDecision.draft_key) == key)


def step_of_takeaway(session: Session, takeaway_id: int) -> TakeawayDecision | None:
    """The newest step about a takeaway that holds."""
    return _newest(session, col(TakeawayDecision.takeaway_id) == takeaway_id)


def _newest(session: Session, which: ColumnElement[bool]) -> TakeawayDecision | None:
    return session.scalars(
        select(TakeawayDecision).where(which, holds()).order_by(col(TakeawayDecision.id).desc()).limit(1)
    ).first()
