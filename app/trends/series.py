"""A theme over the editions of a series, oldest first: a list of figures. Change between them is not judged here."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.catalog.kept import kept
from app.catalog.snapshot import current_snapshot
from app.trends.counts import ThemeName, find_theme
from app.trends.figure import Figure, share_figure
from app.trends.keys import FigureKey
from app.trends.parts import denominators
from app.trends.populations import get_counting, get_population
from app.trends.scope import Scope, ScopeFacts, read_scope
from app.trends.tally import edition_tallies

WHOLE = slice(None)


class SeriesPoint(BaseModel):
    """The share of a theme at one edition."""

    model_config = ConfigDict(frozen=True)

    slug: str
    name: str
    year: int | None
    start_date: str | None = Field(description="ISO date, YYYY-MM-DD")
    figure: Figure


class ThemeSeries(BaseModel):
    """The share of a theme at each edition that has known talks; the others are left out, for they have no share."""

    model_config = ConfigDict(frozen=True)

    theme: ThemeName
    series: str | None
    population: str
    counting: str
    points: list[SeriesPoint]
    total: int = Field(description="editions that have known talks, of which `points` may be a part")
    snapshot: str


def theme_series(
    session: Session,
    theme: str,
    series: str | None = None,
    population: str = "all",
    counting: str = "any",
    part: slice = WHOLE,
) -> ThemeSeries:
    """Shares of `theme` at the editions of `series` (of every series if None), oldest first, or a part of these.

    Unknown slugs are NotFound, an unknown population or counting a UsageError. A fixed number of statements, none while
    nothing changes.
    """
    key = ("theme series", theme, series, population, counting, part.start, part.stop)
    return kept(session, key, lambda: _series(session, theme, series, population, counting, part))


def _series(
    session: Session, theme: str, series: str | None, population: str, counting: str, part: slice
) -> ThemeSeries:
    get_counting(counting)
    scope = Scope(series=series)
    narrowed = get_population(population).narrow(scope.filter())
    facts = read_scope(session, scope)
    found = find_theme(session, theme)
    snapshot = current_snapshot(session)
    known = denominators(session, narrowed, found.vocabulary)
    held = [edition for edition in facts.editions if edition.id in known]
    shown = held[part]
    if len(shown) < len(held):
        narrowed = narrowed.but(editions=tuple(edition.slug for edition in shown))
    parts = {edition.id: known[edition.id] for edition in shown}
    tallies = edition_tallies(session, narrowed, counting, found, parts)
    points = []
    for edition in shown:
        here = Scope(editions=(edition.slug,))
        key = FigureKey("share", here.filter(), population, counting, theme, snapshot)
        alone = ScopeFacts(here, edition.name, (edition,))
        points.append(
            SeriesPoint(
                slug=edition.slug,
                name=edition.name,
                year=edition.year,
                start_date=edition.start_date,
                figure=share_figure(key, found.name, alone, tallies[edition.id]),
            )
        )
    return ThemeSeries(
        theme=ThemeName(slug=found.slug, name=found.name),
        series=series,
        population=population,
        counting=counting,
        points=points,
        total=len(held),
        snapshot=snapshot,
    )
