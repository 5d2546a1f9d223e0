"""The same share of one theme under every population: three statements for all of them, and one for each at most."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select, true
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED, TalkFilter, allowed_talks, narrowing
from app.catalog.kept import kept
from app.catalog.snapshot import current_snapshot
from app.models import Talk, Theme, ThemeAssignment
from app.trends.counts import PopulationCount, find_theme, population_counts
from app.trends.figure import Figure, share_figure
from app.trends.keys import FigureKey
from app.trends.parts import Denominator, settled_talks
from app.trends.populations import POPULATIONS, Population
from app.trends.scope import ScopeFacts
from app.trends.tally import FEW, Marks, Tally, corrected, own_variance, tally_of


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
    """A tally for each population; the same as `theme_tallies` gives for it alone."""
    populations = [and_(true(), *narrowing(population.narrow(TalkFilter()))) for population in POPULATIONS]
    about = theme.id or 0
    parts = _denominators(session, filter, counting, theme.vocabulary, populations)
    marks = _marks(session, filter, counting, theme, populations)
    found: list[Tally] = []
    for population, part, mark in zip(POPULATIONS, parts, marks, strict=True):
        whole = Denominator(sum(one.talks for one in part.values()), sum(one.settled for one in part.values()))
        tally = {about: tally_of(mark, whole, counting)}
        found.append(corrected(session, population.narrow(filter), counting, part, tally)[about])
    return found


def _denominators(
    session: Session, filter: TalkFilter, counting: str, vocabulary: str, populations: list[Any]
) -> list[dict[int, Denominator]]:
    """By population, its talks by edition; editions without any are left out."""
    columns = [func.sum(case((population, 1), else_=0)) for population in populations]
    if counting == "main":
        settled = col(Talk.id).in_(settled_talks(vocabulary))
        columns += [func.sum(case((and_(population, settled), 1), else_=0)) for population in populations]
    rows = session.execute(
        allowed_talks(filter).with_only_columns(col(Talk.edition_id), *columns).group_by(col(Talk.edition_id))
    ).all()
    size = len(populations)
    return [
        {
            row[0]: Denominator(row[1 + at], row[1 + size + at] if counting == "main" else 0)
            for row in rows
            if row[1 + at]
        }
        for at in range(size)
    ]


def _marks(
    session: Session, filter: TalkFilter, counting: str, theme: Theme, populations: list[Any]
) -> list[list[Marks]]:
    """By population, the assignments of the theme that are alike."""
    variance = own_variance()
    keys: list[Any] = [col(ThemeAssignment.status)]
    groups = list(keys)
    statement = (
        select(*(func.sum(case((population, 1), else_=0)) for population in populations))
        .add_columns(*(func.sum(case((population, variance), else_=0.0)) for population in populations))
        .select_from(ThemeAssignment)
        .join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
        .where(col(ThemeAssignment.theme_id) == theme.id, col(ThemeAssignment.talk_id).in_(allowed_talks(filter)))
    )
    if counting == "main":
        settled = case((col(ThemeAssignment.talk_id).in_(settled_talks(theme.vocabulary)), 1), else_=0)
        keys += [col(ThemeAssignment.is_main), settled.label("settled")]
        groups += [col(ThemeAssignment.is_main), "settled"]
        statement = statement.where(col(ThemeAssignment.status).in_((*ASSIGNED, "rejected")))
    size = len(populations)
    found: dict[int, list[Marks]] = defaultdict(list)
    for row in session.execute(statement.add_columns(*keys).group_by(*groups)):
        status, *main = row[2 * size :]
        is_main, decided = map(bool, main or (False, False))
        for at in range(size):
            if row[at]:
                found[at].append(Marks(status, is_main, decided, row[at], round(float(row[size + at]), 9)))
    return [found[at] for at in range(size)]
