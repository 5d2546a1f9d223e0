"""Which steps of a review of takeaways hold, and which drafts are so decided: one rule for all who ask."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models import TakeawayDecision, TakeawayDraft

UNDO = "undo"


def undone() -> ColumnElement[bool]:
    """Whether a later step took a row of TakeawayDecision back."""
    later = aliased(TakeawayDecision)
    return exists().where(col(later.undoes_id) == col(TakeawayDecision.id))


def holds() -> ColumnElement[bool]:
    """Whether a row of TakeawayDecision holds: it takes nothing back, and nothing took it back."""
    return (col(TakeawayDecision.action) != UNDO) & ~undone()


def is_decided() -> ColumnElement[bool]:
    """Whether a draft was accepted, edited, merged or rejected, and that holds."""
    return exists().where(col(TakeawayDecision.draft_key) == col(TakeawayDraft.key), holds())
