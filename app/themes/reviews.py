"""Reading what reviewers did: their agreement, and the newest steps of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.models import ReviewEntry, Talk, Theme, ThemeDecision
from app.themes.agreement import Agreement, agreement
from app.themes.decide import IMPLIED, UNDO


@dataclass(frozen=True)
class Step:
    """A step of a review. `undone` says that a later one took it back."""

    id: int
    talk: str
    title: str
    theme: str
    theme_name: str
    reviewer: str
    action: str
    part: str
    decided_at: datetime
    undone: bool


def reviewers_agree(session: Session) -> Agreement:
    """Agreement over what each reviewer holds now; what only follows from another decision is no judgement."""
    labels: dict[tuple[int, int], dict[str, bool]] = {}
    for talk, theme, reviewer, accepted, details in session.execute(
        select(
            col(ThemeDecision.talk_id), col(ThemeDecision.theme_id), col(ThemeDecision.reviewer),
            col(ThemeDecision.accepted), col(ThemeDecision.details),
        )
    ):  # fmt: skip
        if IMPLIED not in (details or {}):
            labels.setdefault((talk, theme), {})[reviewer] = accepted
    return agreement(labels)


def newest_steps(session: Session, limit: int, entry: int | None = None, reviewer: str | None = None) -> list[Step]:
    """The newest steps of all reviewers or of one, or the one of this id."""
    later = aliased(ReviewEntry)
    statement = (
        select(ReviewEntry, col(Talk.slug), col(Talk.title), col(Theme.slug), col(Theme.name), col(later.id))
        .join(Talk, col(Talk.id) == col(ReviewEntry.talk_id))
        .join(Theme, col(Theme.id) == col(ReviewEntry.theme_id))
        .outerjoin(later, col(later.undoes_id) == col(ReviewEntry.id))
        .order_by(col(ReviewEntry.id).desc())
        .limit(limit)
    )
    if entry is not None:
        statement = statement.where(col(ReviewEntry.id) == entry)
    if reviewer is not None:
        statement = statement.where(col(ReviewEntry.reviewer) == reviewer)
    return [
        Step(
            row.id or 0, talk, title, theme, name, row.reviewer, row.action, row.part, row.decided_at,
            undone is not None or row.action == UNDO,
        )
        for row, talk, title, theme, name, undone in session.execute(statement)
    ]  # fmt: skip
