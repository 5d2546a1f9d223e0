"""The steps of a review of takeaways that hold now: those that no later step took back."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.models import TakeawayDecision, TakeawayDraft

UNDO = "undo"


def holds() -> ColumnElement[bool]:
    """Whether a row of TakeawayDecision holds: it takes nothing back, and nothing took it back."""
    later = aliased(TakeawayDecision)
    return (col(TakeawayDecision.action) != UNDO) & ~exists().where(col(later.undoes_id) == col(TakeawayDecision.id))


def decided_drafts() -> ColumnElement[bool]:
    """Whether a row of TakeawayDraft was decided on."""
    return exists().where(col(TakeawayDecision.draft_key) == col(TakeawayDraft.key), holds())


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
