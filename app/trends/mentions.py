"""Talks that mention technologies, by year or edition and over a whole scope, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter
from app.catalog.kept import kept
from app.catalog.sheets import counted_talks
from app.catalog.snapshot import current_snapshot
from app.models import Technology
from app.trends.change.seen import Seen
from app.trends.contingency import numbered
from app.trends.estimate import wilson
from app.trends.figure import Figure, PlainCount, count_figures
from app.trends.keys import FigureKey
from app.trends.parts import Unit, units_of
from app.trends.populations import get_population
from app.trends.scope import Scope, ScopeFacts


class Mentioned(NamedTuple):
    """A technology with how many talks mention it."""

    slug: str
    name: str
    talks: int


@dataclass(frozen=True, eq=False)
class Mentions:
    """Technologies, most talks first, of so many known `talks` of a population.

    `units` (p,) are the years, or the ids of the editions, that have talks, ascending, and `known` (p,) says how many;
    `counts` (n, p) tells how many of these mention each technology. A talk without a year is in no unit.
    """

    technologies: tuple[Mentioned, ...]
    talks: int
    units: NDArray[np.int64]
    known: NDArray[np.int64]
    counts: NDArray[np.int64]

    def between(self, first: int, last: int) -> NDArray[np.bool_]:
        """Which units are from one to another, both included."""
        return (self.units >= first) & (self.units <= last)


def read_mentions(session: Session, facts: ScopeFacts, unit: Unit, population: str = "all") -> Mentions:
    """The technologies that talks of a scope mention. Few statements, none while nothing changes."""
    key = ("mentions", facts.scope, unit, population)
    return kept(session, key, lambda: _read(session, facts, unit, population))


def _read(session: Session, facts: ScopeFacts, unit: Unit, population: str) -> Mentions:
    counted = counted_talks(session, get_population(population).narrow(facts.scope.filter()))
    sheet = counted.sheet
    at = np.flatnonzero(counted.inside[sheet.mentioning])
    # The first column is of talks without a year.
    units, column = numbered(np.concatenate([[0], units_of(sheet, unit)[counted.inside] + 1]))
    of_talk = np.zeros(len(sheet.talk), dtype=np.int64)
    of_talk[counted.inside] = column[1:]
    ids, row = numbered(sheet.technology[at].astype(np.int64))
    cells = row * len(units) + of_talk[sheet.mentioning[at]]
    counts = np.bincount(cells, minlength=len(ids) * len(units)).reshape(len(ids), len(units))
    rows = dict(zip(ids.tolist(), zip(counts.sum(axis=1).tolist(), range(len(ids)), strict=True), strict=True))
    named = session.execute(select(col(Technology.id), col(Technology.slug), col(Technology.name)))
    found = sorted((-rows[one][0], slug, name, rows[one][1]) for one, slug, name in named if one in rows)
    return Mentions(
        tuple(Mentioned(slug, name, -talks) for talks, slug, name, _ in found),
        int(counted.inside.sum()),
        units[1:] - 1,
        np.bincount(column[1:], minlength=len(units))[1:],
        counts[[row for *_, row in found], 1:],
    )


def mention_figures(
    session: Session, facts: ScopeFacts, population: str, counts: Sequence[Mentioned], known: int
) -> list[Figure]:
    """How many talks of a scope mention each technology, of `known`; all at once, for a report has hundreds."""
    snapshot = current_snapshot(session)
    found = [
        PlainCount(
            FigureKey("count", _mentioning(facts.scope, one.slug), population, snapshot=snapshot),
            one.talks,
            {one.slug: one.name},
        )
        for one in counts
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
