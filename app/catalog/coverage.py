"""How much is known of the talks of each edition: text, speakers, dates, videos, languages."""

from __future__ import annotations

from pydantic import BaseModel
from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlmodel import Session, col

from app.catalog.kept import kept
from app.models import Appearance, Edition, Resource, Talk, TalkOrganisation


class Coverage(BaseModel):
    """Of one edition: how many of its `talks` have what. `language_guessed` counts guesses, not knowledge."""

    slug: str
    name: str
    talks: int
    with_text: int
    with_people: int
    with_date: int
    with_video: int
    with_language: int
    language_guessed: int


def edition_coverage(session: Session, limit: int = 50, offset: int = 0) -> tuple[int, list[Coverage]]:
    """How many editions have talks, and the coverage of some of them, those with the least text first."""
    found = kept(session, "coverage", lambda: _coverage(session))
    return len(found), found[offset : offset + limit]


def _coverage(session: Session) -> list[Coverage]:
    people = or_(
        exists().where(col(Appearance.talk_id) == col(Talk.id)),
        exists().where(col(TalkOrganisation.talk_id) == col(Talk.id)),
    )
    video = exists().where(col(Resource.talk_id) == col(Talk.id), col(Resource.kind) == "video")
    text = or_(func.coalesce(col(Talk.abstract), "") != "", func.coalesce(col(Talk.summary), "") != "")
    counted = (
        select(
            col(Edition.slug), col(Edition.name), func.count(), _sum(text), _sum(people),
            _sum(col(Talk.date).is_not(None)), _sum(video), _sum(col(Talk.language).is_not(None)),
            _sum(col(Talk.language_guessed).is_(True)),
        )
        .join(Talk, col(Talk.edition_id) == col(Edition.id))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        .group_by(col(Edition.id))
        .order_by(_sum(text) * 1.0 / func.count(), col(Edition.slug))
    )  # fmt: skip
    names = list(Coverage.model_fields)
    return [Coverage(**dict(zip(names, row, strict=True))) for row in session.execute(counted)]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
