"""How much is in the knowledge base: the counts every page carries at its foot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.snapshot import SNAPSHOT
from app.models import Appearance, Edition, IndexState, Series, Takeaway


@dataclass(frozen=True)
class Census:
    """Known talks as counts see them, the editions and speakers of these, lessons, and the snapshot counted."""

    talks: int
    editions: int
    speakers: int
    takeaways: int
    series: tuple[str, ...]
    snapshot: str
    built_at: datetime | None


def census(session: Session) -> Census:
    """Count the base; containers and withdrawn rows are not counted. Three queries."""
    talks = allowed_talks(TalkFilter()).subquery()
    row = session.execute(
        select(
            select(func.count()).select_from(talks).scalar_subquery(),
            select(func.count()).select_from(Edition).where(col(Edition.withdrawn_at).is_(None)).scalar_subquery(),
            select(func.count(func.distinct(col(Appearance.speaker_id))))
            .where(col(Appearance.talk_id).in_(select(talks.c.id)))
            .scalar_subquery(),
            select(func.count()).select_from(Takeaway).where(col(Takeaway.withdrawn_at).is_(None)).scalar_subquery(),
        )
    ).one()
    state = session.get(IndexState, SNAPSHOT)
    held = select(col(Series.name)).join(Edition).where(col(Edition.withdrawn_at).is_(None))
    names = session.scalars(held.group_by(col(Series.name)).order_by(func.count().desc(), col(Series.name)))
    return Census(
        talks=row[0],
        editions=row[1],
        speakers=row[2],
        takeaways=row[3],
        series=tuple(names),
        snapshot=state.fingerprint if state else "empty",
        built_at=state.built_at if state else None,
    )
