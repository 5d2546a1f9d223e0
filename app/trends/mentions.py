"""Talks that mention technologies, by year or edition and over a whole scope, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter
from app.catalog.kept import kept
from app.catalog.sheets import counted_talks
from app.catalog.snapshot import current_snapshot
from app.models import Technology
from app.trends.change.seen import Seen
from app.trends.estimate import wilson
from app.trends.figure import Figure, count_figure
from app.trends.keys import FigureKey
from app.trends.parts import Unit, numbered, talks_by, units_of
from app.trends.populations import get_population
from app.trends.scope import Scope, ScopeFacts


@dataclass(frozen=True)
class Mentioned:
    """A technology with its talks, over all and by year or edition id; a talk without a year is in the former only."""

    slug: str
    name: str
    talks: int
    by: dict[int, int]


@dataclass(frozen=True)
class Mentions:
    """Technologies, most talks first, and the known talks of the population, over all and by year or edition id."""

    technologies: tuple[Mentioned, ...]
    talks: int
    known: dict[int, int]


def read_mentions(session: Session, facts: ScopeFacts, unit: Unit, population: str = "all") -> Mentions:
    """The technologies that talks of a scope mention. Few statements, none while nothing changes."""
    key = ("mentions", facts.scope, unit, population)
    return kept(session, key, lambda: _read(session, facts, unit, population))


def _read(session: Session, facts: ScopeFacts, unit: Unit, population: str) -> Mentions:
    narrowed = get_population(population).narrow(facts.scope.filter())
    counted = counted_talks(session, narrowed)
    sheet = counted.sheet
    at = np.flatnonzero(counted.inside[sheet.mentioning])
    units, of_unit = numbered(units_of(sheet, unit)[sheet.mentioning[at]] + 1)  # 0 for talks without a year
    technologies, of_technology = numbered(sheet.technology[at].astype(np.int64))
    numbers = np.bincount(of_technology * len(units) + of_unit)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    pairs = np.flatnonzero(numbers)
    columns = technologies[pairs // max(len(units), 1)], units[pairs % max(len(units), 1)] - 1, numbers[pairs]
    for technology, of, talks in zip(*(column.tolist() for column in columns), strict=True):
        found[technology][of] = talks
    named = session.execute(select(col(Technology.id), col(Technology.slug), col(Technology.name)))
    listed = [
        Mentioned(slug, name, sum(by.values()), {of: talks for of, talks in by.items() if of >= 0})
        for one, slug, name in named
        if (by := found.get(one or 0))
    ]
    listed.sort(key=lambda one: (-one.talks, one.slug))
    return Mentions(tuple(listed), int(counted.inside.sum()), talks_by(session, narrowed, unit))


def mention_figure(
    session: Session, facts: ScopeFacts, population: str, technology: Mentioned, talks: int, known: int
) -> Figure:
    """How many talks of a scope mention a technology, of `known`."""
    narrowed = _mentioning(facts.scope, technology.slug)
    key = FigureKey("count", narrowed, population, snapshot=current_snapshot(session))
    return count_figure(key, facts, talks, known, {technology.slug: technology.name})


@lru_cache(maxsize=4_096)
def _mentioning(scope: Scope, technology: str) -> TalkFilter:
    """The talks of a scope that mention a technology, by slug: a report asks for hundreds."""
    return scope.filter().but(technology=technology)


def counted_share(talks: int, known: int) -> Seen | None:
    """A plain count as a share with Wilson's interval, as a draw of what is usual; None of no talks."""
    if known == 0:
        return None
    share = talks / known
    low, high = wilson(share, known)
    return Seen(share, low, high, known)
