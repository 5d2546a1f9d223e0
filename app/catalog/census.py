"""How much is in the knowledge base: the counts every page carries at its foot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.snapshot import SNAPSHOT
from app.models import Appearance, Edition, IndexState, Series, Takeaway, Talk


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
    """Count the base; containers and withdrawn rows are not counted. Three queries, none while nothing changes."""
    return kept(session, "census", lambda: _census(session))


def _census(session: Session) -> Census:
    known = allowed_talks(TalkFilter())
    # Nearly all speak in a talk that is counted. So all are counted, in their index, and then those who do not, who are
    # among the speakers of the few other talks, are taken off.
    others = select(col(Talk.id)).where(or_(col(Talk.withdrawn_at).is_not(None), col(Talk.is_container)))
    elsewhere = aliased(Appearance)
    same = col(elsewhere.speaker_id) == col(Appearance.speaker_id)
    counted = select(col(elsewhere.id)).where(same, col(elsewhere.talk_id).not_in(others)).exists()
    speakers = select(func.count(func.distinct(col(Appearance.speaker_id))))
    left_out = speakers.where(col(Appearance.talk_id).in_(others), ~counted)
    row = session.execute(
        select(
            known.with_only_columns(func.count()).scalar_subquery(),
            select(func.count()).select_from(Edition).where(col(Edition.withdrawn_at).is_(None)).scalar_subquery(),
            speakers.scalar_subquery() - left_out.scalar_subquery(),
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
