"""What a list can be narrowed to, and the words for what it is narrowed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.models import Edition, Organisation, Series, Speaker, Talk, Technology, Theme

NAMED = {
    "edition": (Edition.slug, Edition.name),
    "series": (Series.slug, Series.name),
    "theme": (Theme.slug, Theme.name),
    "speaker": (Speaker.slug, Speaker.name),
    "organisation": (Organisation.slug, Organisation.name),
    "technology": (Technology.slug, Technology.name),
}


MOST = 100
"""Editions, and series, that a reader is given to choose from; the page of editions has them all."""


@dataclass(frozen=True)
class Choices:
    """Editions, themes and series as (slug, name); kinds, languages and years as they occur in known talks.

    Of many editions they are the newest, of many series those held most often, and in any case those already chosen;
    `more` counts the editions left out.
    """

    editions: list[tuple[str, str]]
    more: int
    series: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    kinds: list[str]
    languages: list[str]
    years: list[int]


@dataclass(frozen=True)
class _Whole:
    """All that could be chosen; editions as (slug, name, slug of their series), newest first."""

    editions: list[tuple[str, str, str]]
    series: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    kinds: list[str]
    languages: list[str]
    years: list[int]


def choices(session: Session, editions: Collection[str] = (), series: str | None = None) -> Choices:
    """What a reader can choose from who has chosen these. Of many editions those of the series. Six queries at most."""
    whole = kept(session, "choices", lambda: _whole(session))
    fitting = whole.editions
    if len(fitting) > MOST and series:
        fitting = [row for row in fitting if row[2] == series or row[0] in editions]
    shown = [row for place, row in enumerate(fitting) if place < MOST or row[0] in editions]
    held = Counter(row[2] for row in whole.editions)
    often = sorted(whole.series, key=lambda row: -held[row[0]])[:MOST]
    return Choices(
        editions=[(slug, name) for slug, name, _ in shown],
        more=len(whole.editions) - len(shown),
        series=[row for row in whole.series if row in often or row[0] == series],
        themes=whole.themes,
        kinds=whole.kinds,
        languages=whole.languages,
        years=whole.years,
    )


def _whole(session: Session) -> _Whole:
    editions = session.execute(
        select(col(Edition.slug), col(Edition.name), col(Series.slug))
        .join(Series, col(Series.id) == col(Edition.series_id))
        .where(col(Edition.withdrawn_at).is_(None))
        .order_by(col(Edition.start_date).desc(), col(Edition.slug))
    )
    themes = session.execute(
        select(col(Theme.slug), col(Theme.name))
        .where(col(Theme.withdrawn_at).is_(None))
        .order_by(col(Theme.vocabulary), col(Theme.position), col(Theme.id))
    )
    known = allowed_talks(TalkFilter())
    kinds = session.scalars(known.with_only_columns(col(Talk.kind)).distinct().order_by(col(Talk.kind)))
    languages = session.scalars(known.with_only_columns(col(Talk.language)).distinct().order_by(col(Talk.language)))
    years = session.scalars(select(col(Edition.year)).distinct().order_by(col(Edition.year).desc()))
    return _Whole(
        editions=[(slug, name, held) for slug, name, held in editions],
        series=series_names(session),
        themes=[(slug, name) for slug, name in themes],
        kinds=list(kinds),
        languages=[code for code in languages if code],
        years=[year for year in years if year is not None],
    )


def series_names(session: Session) -> list[tuple[str, str]]:
    """Every series with an edition as (slug, name), by name."""
    held = select(col(Edition.series_id)).where(col(Edition.withdrawn_at).is_(None))
    rows = session.execute(
        select(col(Series.slug), col(Series.name)).where(col(Series.id).in_(held)).order_by(col(Series.name))
    )
    return [(slug, name) for slug, name in rows]


def labels(session: Session, asked: Mapping[str, object]) -> list[tuple[str, str]]:
    """Words for filters in force, as (parameter, words): names for slugs, sentences for years, “or” between values."""
    found = []
    for parameter, value in asked.items():
        values = value if isinstance(value, list) else [value]
        found.append((parameter, " or ".join(_label(session, parameter, one) for one in values)))
    return found


def _label(session: Session, parameter: str, value: object) -> str:
    if parameter in NAMED:
        slug, name = NAMED[parameter]
        return session.scalar(select(col(name)).where(col(slug) == value)) or str(value)
    return {"year_from": f"since {value}", "year_to": f"until {value}"}.get(parameter, str(value))
