"""Talks that mention technologies, by year or edition and over a whole scope, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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
from app.trends.contingency import crosstab
from app.trends.estimate import wilson
from app.trends.figure import Figure, PlainCount, count_figures
from app.trends.keys import FigureKey
from app.trends.parts import Unit, talks_by, units_of
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
    units = units_of(sheet, unit)[sheet.mentioning[at]] + 1  # 0 for talks without a year
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for technology, of, talks in crosstab(sheet.technology[at].astype(np.int64), units):
        found[technology][of - 1] = talks
    named = session.execute(select(col(Technology.id), col(Technology.slug), col(Technology.name)))
    listed = [
        Mentioned(slug, name, sum(by.values()), {of: talks for of, talks in by.items() if of >= 0})
        for one, slug, name in named
        if (by := found.get(one or 0))
    ]
    listed.sort(key=lambda one: (-one.talks, one.slug))
    return Mentions(tuple(listed), int(counted.inside.sum()), talks_by(session, narrowed, unit))


def mention_figures(
    session: Session, facts: ScopeFacts, population: str, counts: Sequence[tuple[Mentioned, int]], known: int
) -> list[Figure]:
    """How many talks of a scope mention each technology, of `known`; all at once, for a report has hundreds."""
    snapshot = current_snapshot(session)
    found = [
        PlainCount(
            FigureKey("count", _mentioning(facts.scope, one.slug), population, snapshot=snapshot),
            talks,
            {one.slug: one.name},
        )
        for one, talks in counts
    ]
    return count_figures(found, facts, known)


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
