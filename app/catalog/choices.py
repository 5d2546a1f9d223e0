"""What a list can be narrowed to, and the words for what it is narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Edition, Organisation, Series, Speaker, Talk, Technology, Theme

NAMED = {
    "edition": (Edition.slug, Edition.name),
    "series": (Series.slug, Series.name),
    "theme": (Theme.slug, Theme.name),
    "speaker": (Speaker.slug, Speaker.name),
    "organisation": (Organisation.slug, Organisation.name),
    "technology": (Technology.slug, Technology.name),
}


@dataclass(frozen=True)
class Choices:
    """Editions, themes and series as (slug, name); kinds, languages and years as they occur in known talks."""

    editions: list[tuple[str, str]]
    series: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    kinds: list[str]
    languages: list[str]
    years: list[int]


def choices(session: Session) -> Choices:
    """Everything a reader can choose from. Six queries."""
    editions = session.execute(
        select(col(Edition.slug), col(Edition.name))
        .where(col(Edition.withdrawn_at).is_(None))
        .order_by(col(Edition.start_date).desc(), col(Edition.slug))
    )
    themes = session.execute(
        select(col(Theme.slug), col(Theme.name))
        .where(col(Theme.withdrawn_at).is_(None))
        .order_by(col(Theme.position), col(Theme.id))
    )
    series = session.execute(select(col(Series.slug), col(Series.name)).order_by(col(Series.name)))
    shown = col(Talk.withdrawn_at).is_(None)
    kinds = session.scalars(select(col(Talk.kind)).where(shown).distinct().order_by(col(Talk.kind)))
    languages = session.scalars(select(col(Talk.language)).where(shown).distinct().order_by(col(Talk.language)))
    years = session.scalars(select(col(Edition.year)).distinct().order_by(col(Edition.year).desc()))
    return Choices(
        editions=[(slug, name) for slug, name in editions],
        series=[(slug, name) for slug, name in series],
        themes=[(slug, name) for slug, name in themes],
        kinds=list(kinds),
        languages=[code for code in languages if code],
        years=[year for year in years if year is not None],
    )


def labels(session: Session, asked: Mapping[str, object]) -> list[tuple[str, str]]:
    """Words for filters in force, as (parameter, words): names for slugs, sentences for years."""
    found = []
    for parameter, value in asked.items():
        if parameter in NAMED:
            slug, name = NAMED[parameter]
            label = session.scalar(select(col(name)).where(col(slug) == value)) or str(value)
        else:
            label = {"year_from": f"since {value}", "year_to": f"until {value}"}.get(parameter, str(value))
        found.append((parameter, label))
    return found
