"""Editions with what is known about how complete they are."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, Subquery, desc, func, select
from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.listing import Portion, portion
from app.errors import NotFound
from app.models import Edition, Series, Talk


class SeriesName(BaseModel):
    """A series by name."""

    slug: str
    name: str


class Reference(BaseModel):
    """A page or file that facts of an edition were read from."""

    label: str
    url: str | None = None


class Involved(BaseModel):
    """The people and organisations of one role in making an edition."""

    role: str
    people: list[str] = []
    organisations: list[str] = []


class EditionCard(BaseModel):
    """One edition. `known` counts its talks in the base, `published` the sessions its organiser listed, if known."""

    slug: str
    name: str
    series: SeriesName
    city: str | None
    country: str | None
    start_date: str | None
    end_date: str | None
    dates_checked: bool
    year: int | None
    known: int
    published: int | None
    completeness: str | None
    references: list[Reference]
    involved: list[Involved] = []
    withdrawn_on: str | None

    @property
    def short_name(self) -> str:
        """The name without the series it begins with, such as "San Francisco 2019"."""
        shorter = self.name.removeprefix(self.series.name).strip()
        return shorter if shorter and not shorter.isdigit() else self.name

    @property
    def missing(self) -> int | None:
        """Published sessions not in the base; None where the number published is unknown."""
        return None if self.published is None else max(0, self.published - self.known)


def list_editions(
    session: Session, limit: int = 1000, offset: int = 0, series: str | None = None
) -> Portion[EditionCard]:
    """Editions by series, newest first within it."""
    statement = _editions(TalkFilter(series=series)).where(col(Edition.withdrawn_at).is_(None))
    rows_of = select(col(Edition.id)).join(Series).where(col(Edition.withdrawn_at).is_(None))
    if series:
        statement = statement.where(col(Series.slug) == series)
        rows_of = rows_of.where(col(Series.slug) == series)
    statement = statement.order_by(
        col(Series.name), col(Edition.start_date).desc(), col(Edition.year).desc(), col(Edition.slug)
    )
    found = portion(session, statement, limit, offset, rows_of)
    return found.carrying([_card(edition, known) for edition, known in found.items])


def find_edition(session: Session, slug: str) -> EditionCard:
    """The edition with this slug, withdrawn ones included; NotFound if there is none."""
    row = session.execute(_editions(TalkFilter(editions=(slug,))).where(col(Edition.slug) == slug)).first()
    if row is None:
        raise NotFound("edition", slug)
    return _card(row[0], row[1])


def fullest_edition(session: Session) -> EditionCard | None:
    """The edition with most known talks, the newest of equals; None in an empty base."""
    statement = _editions(TalkFilter()).where(col(Edition.withdrawn_at).is_(None))
    fullest = statement.order_by(desc("known"), col(Edition.start_date).desc(), col(Edition.slug))
    row = session.execute(fullest.limit(1)).first()
    return _card(row[0], row[1]) if row else None


def known_talks(filter: TalkFilter) -> Subquery:
    """Talks that `filter` allows, counted by edition: columns `edition_id` and `known`; editions without any miss."""
    counted: tuple[Any, ...] = (col(Talk.edition_id).label("edition_id"), func.count().label("known"))
    return allowed_talks(filter).with_only_columns(*counted).group_by(col(Talk.edition_id)).subquery()


def _editions(filter: TalkFilter) -> Select[Edition, int]:
    """Editions with how many talks each has of those that `filter` allows."""
    counted = known_talks(filter)
    return (
        select(Edition, func.coalesce(counted.c.known, 0).label("known"))
        .join(Series, col(Series.id) == col(Edition.series_id))
        .outerjoin(counted, counted.c.edition_id == col(Edition.id))
        .options(contains_eager(Edition.series))  # type: ignore[arg-type]  # a relation, typed as what it holds
    )


def _card(edition: Edition, known: int) -> EditionCard:
    return EditionCard(
        slug=edition.slug,
        name=edition.name,
        series=SeriesName(slug=edition.series.slug, name=edition.series.name),
        city=edition.city,
        country=edition.country,
        start_date=edition.start_date,
        end_date=edition.end_date,
        dates_checked=edition.dates_checked,
        year=edition.year,
        known=known,
        published=edition.published_sessions,
        completeness=edition.completeness,
        references=[
            Reference(label=entry.get("label") or entry.get("url") or "", url=entry.get("url"))
            for entry in edition.references
        ],
        involved=[Involved(**involved) for involved in edition.involved or ()],
        withdrawn_on=edition.withdrawn_at.date().isoformat() if edition.withdrawn_at else None,
    )
