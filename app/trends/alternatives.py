"""The same share of one theme under every population: three statements for all of them, and one for each at most."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.catalog.filters import TalkFilter
from app.catalog.kept import kept
from app.catalog.snapshot import current_snapshot
from app.models import Theme
from app.trends.counts import PopulationCount, find_theme, population_counts
from app.trends.figure import Figure, share_figure
from app.trends.keys import FigureKey
from app.trends.populations import POPULATIONS, Population
from app.trends.scope import ScopeFacts
from app.trends.tally import Tally, theme_tallies

FEW = 10_000
"""Talks, up to which a page counts what is beside its subject as well."""


@dataclass(frozen=True)
class Alternative:
    """A share under one population, with the count of its talks; `current` marks the one that was asked for.

    `doubt` says what the rule rests on in vain. `count` and `figure` are None over more than FEW talks, where all
    together would keep a reader waiting; `path` leads to the figure.
    """

    population: Population
    count: Figure | None
    figure: Figure | None
    doubt: str | None
    path: str
    current: bool


def alternatives(
    session: Session, theme: str, facts: ScopeFacts, population: str = "all", counting: str = "any"
) -> tuple[Alternative, ...]:
    """The share of `theme` under every population, in the order of the switch. NotFound for an unknown theme."""
    scope, snapshot = facts.scope, current_snapshot(session)
    found = find_theme(session, theme)
    few = facts.known <= FEW
    none: tuple[PopulationCount | None, ...] = (None,) * len(POPULATIONS)
    counts = population_counts(session, scope, facts) if few else none
    kept_as = ("alternatives", scope, theme, counting)
    tallies = kept(session, kept_as, lambda: _tallies(session, scope.filter(), counting, found)) if few else []
    ways = []
    for at, (way, count) in enumerate(zip(POPULATIONS, counts, strict=True)):
        key = FigureKey("share", scope.filter(), way.slug, counting, theme, snapshot)
        figure = share_figure(key, found.name, facts, tallies[at]) if tallies else None
        path, current = f"/figures/{key.encode()}", way.slug == population
        ways.append(
            Alternative(way, count.figure if count else None, figure, count.doubt if count else None, path, current)
        )
    return tuple(ways)


def _tallies(session: Session, filter: TalkFilter, counting: str, theme: Theme) -> list[Tally]:
    """A tally for each population."""
    about = theme.id or 0
    each = [
        theme_tallies(session, population.narrow(filter), counting, (about,), theme.vocabulary)
        for population in POPULATIONS
    ]
    return [tallies[about] for tallies in each]
