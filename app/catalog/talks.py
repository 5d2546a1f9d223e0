"""Lists of talks, and one talk with everything known about it except what search and themes add."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.cards import Link, TalkCard, talk_cards
from app.catalog.drafts import DraftCard, drafts_of_talk
from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.listing import Portion, portion
from app.catalog.reasons import ThemeReason, theme_reasons
from app.catalog.takeaways import TakeawayCard, takeaways_of_talk
from app.errors import NotFound
from app.models import Edition, Series, Source, Talk, Technology, TechnologyMention

TalkOrder = Literal["newest", "oldest", "title", "programme"]


AS_STORED = ("abstract", "summary_basis", "note", "track", "level", "duration_minutes", "room", "language_guessed")


class Named(BaseModel):
    """Something with a slug and a name."""

    slug: str
    name: str


class OtherTalk(Named):
    """A talk that holds this one, or is a part of it."""

    language: str | None = Field(default=None, exclude=True)


class FoundIn(BaseModel):
    """Where a text names a technology: title, abstract, summary or transcript (there from `start` seconds on)."""

    where: str
    words: str
    count: int
    start: float | None = None


class Mention(Named):
    """A technology of a talk: whether its programme lists it, and where its texts name it."""

    listed: bool
    found: list[FoundIn]


class SpeakerLine(BaseModel):
    """A speaker of a talk with role, job title and affiliation at that time."""

    slug: str
    name: str
    affiliation: str | None = None
    organisation: str | None = None
    job_title: str | None = None


class OtherDelivery(BaseModel):
    """The same talk at another edition."""

    slug: str
    title: str
    language: str | None = Field(default=None, exclude=True)
    edition: str
    year: int | None


class SourceNote(BaseModel):
    """Where the facts of a talk come from: the file and place read, and the page behind it."""

    path: str
    position: str
    reference: str | None


class TalkDetail(TalkCard):
    """One talk: TALK of the contract, and what only its own page shows.

    `summary` is ours where `has_own_summary`, else the organiser's abstract.
    """

    series: Named
    edition_dates: tuple[str | None, str | None]
    people: list[SpeakerLine]
    abstract: str | None
    has_own_summary: bool
    summary_basis: str | None
    note: str | None
    track: str | None
    level: str | None
    duration_minutes: float | None
    room: str | None
    language_guessed: bool
    resources: list[Link]
    technologies: list[Mention]
    theme_reasons: list[ThemeReason]
    takeaways: list[TakeawayCard]
    drafts: list[DraftCard]
    """What a machine thinks may be takeaways, and nobody reviewed: at most five."""
    source: SourceNote
    withdrawn_on: str | None
    parent: OtherTalk | None
    parts: list[OtherTalk]
    also_given: list[OtherDelivery]


def list_talks(
    session: Session, filter: TalkFilter, order: TalkOrder = "newest", limit: int = 25, offset: int = 0
) -> Portion[TalkCard]:
    """The talks `filter` allows, in an order that never ties."""
    edition = aliased(Edition)
    orders = {
        "newest": (col(edition.start_date).desc(), col(edition.id), col(Talk.date).desc(), col(Talk.position)),
        "oldest": (col(edition.start_date), col(edition.id), col(Talk.date), col(Talk.position)),
        "title": (col(Talk.title),),
        "programme": (col(Talk.position),),
    }
    allowed = allowed_talks(filter)
    statement = allowed.order_by(*orders[order], col(Talk.id))
    if order in ("newest", "oldest"):
        statement = statement.join(edition, col(edition.id) == col(Talk.edition_id))
    found = portion(session, statement, limit, offset, rows_of=allowed)
    return found.carrying(talk_cards(session, [row[0] for row in found.items]))


def find_talk(session: Session, slug: str) -> TalkDetail:
    """The talk with this slug, withdrawn ones included; NotFound if there is none."""
    talk = session.scalars(select(Talk).where(col(Talk.slug) == slug)).first()
    if talk is None or talk.id is None:
        raise NotFound("talk", slug)
    card = talk_cards(session, [talk.id])[0]
    edition, series = _held(session, talk)
    source = session.get(Source, talk.source_id)
    parent = session.get(Talk, talk.parent_id) if talk.parent_id else None
    told = {name: getattr(card, name) for name in TalkCard.model_fields}
    told |= {name: getattr(talk, name) for name in AS_STORED}
    return TalkDetail(
        **told,
        has_own_summary=bool(talk.summary),
        series=Named(slug=series.slug, name=series.name),
        edition_dates=(edition.start_date, edition.end_date),
        people=[
            SpeakerLine(
                slug=speaker.slug,
                name=speaker.name,
                affiliation=speaker.affiliation,
                organisation=speaker.organisation_slug,
                job_title=speaker.job_title,
            )
            for speaker in card.speakers
        ],
        resources=card.links,
        technologies=_technologies(session, talk.id),
        theme_reasons=theme_reasons(session, talk.id),
        takeaways=takeaways_of_talk(session, talk.id),
        drafts=drafts_of_talk(session, talk.id),
        source=SourceNote(path=source.path if source else "", position=talk.source_position, reference=talk.reference),
        withdrawn_on=talk.withdrawn_at.date().isoformat() if talk.withdrawn_at else None,
        parent=OtherTalk(slug=parent.slug, name=parent.title, language=parent.language) if parent else None,
        parts=_parts(session, talk.id),
        also_given=_also_given(session, talk),
    )


def _held(session: Session, talk: Talk) -> tuple[Edition, Series]:
    statement = select(Edition, Series).join(Series, col(Series.id) == col(Edition.series_id))
    edition, series = session.execute(statement.where(col(Edition.id) == talk.edition_id)).one()
    return edition, series


def _technologies(session: Session, talk_id: int) -> list[Mention]:
    rows = session.execute(
        select(col(Technology.slug), col(Technology.name), col(TechnologyMention.origin), col(TechnologyMention.found))
        .join(TechnologyMention)
        .where(col(TechnologyMention.talk_id) == talk_id)
        .order_by(col(TechnologyMention.position), col(Technology.name))
    )
    return [
        Mention(slug=slug, name=name, listed=origin == "source", found=[FoundIn(**place) for place in found])
        for slug, name, origin, found in rows
    ]


def _parts(session: Session, talk_id: int) -> list[OtherTalk]:
    rows = session.execute(
        select(col(Talk.slug), col(Talk.title), col(Talk.language))
        .where(col(Talk.parent_id) == talk_id, col(Talk.withdrawn_at).is_(None))
        .order_by(col(Talk.position))
    )
    return [OtherTalk(slug=slug, name=title, language=language) for slug, title, language in rows]


def _also_given(session: Session, talk: Talk) -> list[OtherDelivery]:
    """Other talks of the family, the earliest first."""
    if talk.family is None:
        return []
    rows = session.execute(
        select(col(Talk.slug), col(Talk.title), col(Talk.language), col(Edition.name), col(Edition.year))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .where(col(Talk.family) == talk.family, col(Talk.id) != talk.id, col(Talk.withdrawn_at).is_(None))
        .order_by(col(Talk.date), col(Edition.year), col(Talk.id))
    )
    return [
        OtherDelivery(slug=slug, title=title, language=language, edition=edition, year=year)
        for slug, title, language, edition, year in rows
    ]
