"""Speakers: the list by name, and one person with the names, affiliations and talks known of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard, talk_cards
from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.listing import Portion
from app.catalog.takeaways import TakeawayCard, takeaways_of_speaker
from app.errors import NotFound
from app.models import Appearance, Edition, Organisation, Speaker, SpeakerAlias, Talk
from app.text.slugs import slugify

SpeakerOrder = Literal["name", "talks"]


class SpeakerRow(BaseModel):
    """A speaker in a list, with the affiliations seen (newest first) and the years of the talks known."""

    slug: str
    name: str
    talks: int
    affiliations: list[str]
    first_year: int | None
    last_year: int | None


class AffiliationSpan(BaseModel):
    """Where a speaker worked as the programmes listed it, and over which years of talks."""

    organisation: str
    organisation_slug: str
    job_titles: list[str]
    first_year: int | None
    last_year: int | None


class SpeakerDetail(BaseModel):
    """A speaker with everything the base knows."""

    slug: str
    name: str
    aliases: list[str]
    affiliations: list[AffiliationSpan]
    talks: list[TalkCard]
    takeaways: list[TakeawayCard]


def list_speakers(
    session: Session, prefix: str = "", limit: int = 50, offset: int = 0, order: SpeakerOrder = "name"
) -> Portion[SpeakerRow]:
    """Speakers with a known talk. `prefix` matches the start of any part of a name, accents aside."""
    appearing = allowed_talks(TalkFilter()).join(Appearance, col(Appearance.talk_id) == col(Talk.id))
    counted: tuple[Any, ...] = (col(Appearance.speaker_id).label("speaker_id"), func.count().label("talks"))
    talks = appearing.with_only_columns(*counted).group_by(col(Appearance.speaker_id)).subquery()
    by = {"name": (), "talks": (talks.c.talks.desc(),)}[order]
    matching = [_begins(prefix)] if prefix else []
    statement = (
        select(col(Speaker.id), col(Speaker.slug), col(Speaker.name), talks.c.talks)
        .join(talks, talks.c.speaker_id == col(Speaker.id))
        .where(*matching)
        .order_by(*by, col(Speaker.name), col(Speaker.id))
    )
    whole = appearing.join(Speaker, col(Speaker.id) == col(Appearance.speaker_id)).where(*matching)
    total = whole.with_only_columns(func.count(func.distinct(col(Speaker.id))))
    return Portion(
        total=kept(session, ("speakers", prefix), lambda: session.scalar(total) or 0),
        items=_rows(session, session.execute(statement.limit(limit).offset(offset)).all()),
        limit=limit,
        offset=offset,
    )


def _rows(session: Session, found: Sequence[Row[int | None, str, str, int]]) -> list[SpeakerRow]:
    shown = [key for key, *_ in found if key is not None]
    worked, years = _affiliations(session, shown), _years(session, shown)
    rows = []
    for key, slug, name, talks in found:
        first, last = years[key]
        with_them = worked.get(key, [])
        rows.append(
            SpeakerRow(slug=slug, name=name, talks=talks, affiliations=with_them, first_year=first, last_year=last)
        )
    return rows


def _years(session: Session, speaker_ids: list[int]) -> dict[int | None, tuple[int | None, int | None]]:
    """First and last year of the known talks of each."""
    rows = session.execute(
        allowed_talks(TalkFilter())
        .join(Appearance, col(Appearance.talk_id) == col(Talk.id))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .with_only_columns(col(Appearance.speaker_id), func.min(col(Edition.year)), func.max(col(Edition.year)))
        .where(col(Appearance.speaker_id).in_(speaker_ids))
        .group_by(col(Appearance.speaker_id))
    )
    return {speaker: (first, last) for speaker, first, last in rows}


def _begins(prefix: str) -> ColumnElement[bool]:
    start = slugify(prefix)
    if not start:
        return col(Speaker.name).startswith(prefix, autoescape=True)
    slug = col(Speaker.slug)
    return or_(slug.startswith(start, autoescape=True), slug.contains(f"-{start}", autoescape=True))


def _affiliations(session: Session, speaker_ids: list[int]) -> dict[int | None, list[str]]:
    rows = session.execute(
        select(col(Appearance.speaker_id), col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
        .join(Talk, col(Talk.id) == col(Appearance.talk_id))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .where(col(Appearance.speaker_id).in_(speaker_ids), col(Talk.withdrawn_at).is_(None))
        .group_by(col(Appearance.speaker_id), col(Organisation.name))
        .order_by(func.max(col(Edition.year)).desc(), col(Organisation.name))
    )
    worked: dict[int | None, list[str]] = {}
    for speaker, organisation in rows:
        worked.setdefault(speaker, []).append(organisation)
    return worked


def find_speaker(session: Session, slug: str) -> SpeakerDetail:
    """The speaker with this slug; NotFound if there is none."""
    speaker = session.scalars(select(Speaker).where(col(Speaker.slug) == slug)).first()
    if speaker is None or speaker.id is None:
        raise NotFound("speaker", slug)
    aliases = session.scalars(
        select(col(SpeakerAlias.name))
        .where(col(SpeakerAlias.speaker_id) == speaker.id)
        .order_by(col(SpeakerAlias.name))
    )
    talks = session.scalars(
        allowed_talks(TalkFilter(speaker=slug))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .order_by(col(Edition.start_date).desc(), col(Talk.position), col(Talk.id))
    )
    return SpeakerDetail(
        slug=speaker.slug,
        name=speaker.name,
        aliases=[alias for alias in aliases if alias != speaker.name],
        affiliations=_spans(session, speaker.id),
        talks=talk_cards(session, [key for key in talks if key is not None]),
        takeaways=takeaways_of_speaker(session, speaker.id),
    )


def _spans(session: Session, speaker_id: int) -> list[AffiliationSpan]:
    rows = session.execute(
        select(col(Organisation.name), col(Organisation.slug), col(Appearance.job_title), col(Edition.year))
        .join(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
        .join(Talk, col(Talk.id) == col(Appearance.talk_id))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .where(col(Appearance.speaker_id) == speaker_id, col(Talk.withdrawn_at).is_(None))
        .order_by(col(Edition.year), col(Organisation.name))
    )
    spans: dict[str, AffiliationSpan] = {}
    for name, slug, job_title, year in rows:
        span = spans.setdefault(
            slug,
            AffiliationSpan(organisation=name, organisation_slug=slug, job_titles=[], first_year=year, last_year=year),
        )
        span.last_year = year if year is not None else span.last_year
        if job_title and job_title not in span.job_titles:
            span.job_titles.append(job_title)
    return list(spans.values())
