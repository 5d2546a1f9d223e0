"""How much is in the knowledge base: the counts every page carries at its foot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

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
    row = session.execute(_counts()).one()
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


@cache
def _counts() -> Select[Any]:
    """Talks, editions, speakers and takeaways in one row.

    Nearly all talks are counted, and nearly all speakers speak in one of these. So all are counted, in an index, and
    the few others, which an index finds where they are asked for like this, are taken off.
    """
    container, withdrawn = col(Talk.is_container), col(Talk.withdrawn_at)
    other = or_(container.is_(True), and_(container.is_(False), withdrawn.is_not(None)))
    others = select(col(Talk.id)).where(other)
    elsewhere = aliased(Appearance)
    same = col(elsewhere.speaker_id) == col(Appearance.speaker_id)
    counted = select(col(elsewhere.id)).where(same, col(elsewhere.talk_id).not_in(others)).exists()
    talks = select(func.count()).select_from(Talk)
    speakers = select(func.count(func.distinct(col(Appearance.speaker_id))))
    left_out = speakers.where(col(Appearance.talk_id).in_(others), ~counted)
    return select(
        talks.scalar_subquery() - talks.where(other).scalar_subquery(),
        select(func.count()).select_from(Edition).where(col(Edition.withdrawn_at).is_(None)).scalar_subquery(),
        speakers.scalar_subquery() - left_out.scalar_subquery(),
        select(func.count()).select_from(Takeaway).where(col(Takeaway.withdrawn_at).is_(None)).scalar_subquery(),
    )
