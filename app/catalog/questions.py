"""Reading the questions that search found nothing or little for, as curators work through them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.models import UnansweredQuestion

MOST = 100


class Unanswered(BaseModel):
    """A question in one mode of search: how often it went unanswered, first and last when."""

    text: str
    mode: str
    count: int
    first_at: datetime
    last_at: datetime


def unanswered(session: Session, limit: int = MOST) -> list[Unanswered]:
    """The questions asked most often first, then those asked last."""
    rows = session.scalars(
        select(UnansweredQuestion)
        .order_by(
            col(UnansweredQuestion.count).desc(),
            col(UnansweredQuestion.last_at).desc(),
            col(UnansweredQuestion.id).desc(),
        )
        .limit(limit)
    )
    return [Unanswered.model_validate(row, from_attributes=True) for row in rows]


def count_unanswered(session: Session) -> int:
    """How many are kept."""
    return session.scalar(select(func.count()).select_from(UnansweredQuestion)) or 0
