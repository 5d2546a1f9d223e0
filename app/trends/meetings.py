"""Talks that have two themes at once, for each pair of themes, as figures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.kept import kept
from app.catalog.sheets import counted_talks
from app.catalog.snapshot import current_snapshot
from app.catalog.vocabularies import choose_vocabulary
from app.models import Theme
from app.trends.counts import ThemeName, listed_themes
from app.trends.figure import Figure, count_figure
from app.trends.keys import FigureKey
from app.trends.populations import get_population
from app.trends.scope import ScopeFacts


@dataclass(frozen=True)
class Meeting:
    """Two themes and the talks with both, of all of the population."""

    first: ThemeName
    second: ThemeName
    both: Figure


def read_meetings(
    session: Session, facts: ScopeFacts, population: str = "all", vocabulary: str | None = None
) -> list[Meeting]:
    """Every two themes of a vocabulary that have talks in a scope, but for a theme and what lies above it.

    Four statements. Without a vocabulary named it is that which most talks there have a theme of.
    """
    chosen = choose_vocabulary(session, vocabulary, facts.scope.filter())
    if chosen is None:
        return []
    key = ("meetings", facts.scope, population, chosen.slug)
    return kept(session, key, lambda: _read(session, facts, population, chosen.slug))


def _read(session: Session, facts: ScopeFacts, population: str, vocabulary: str) -> list[Meeting]:
    narrowed = get_population(population).narrow(facts.scope.filter())
    names, snapshot = listed_themes(session, vocabulary), current_snapshot(session)
    counted = counted_talks(session, narrowed)
    known = int(counted.inside.sum())
    at = counted.assignments(names, assigned=True)
    talks = {theme: np.zeros(len(counted.sheet.talk), dtype=bool) for theme in names}
    for theme in names:
        talks[theme][counted.sheet.place[at[counted.sheet.theme[at] == theme]]] = True
    above = _above(session)
    meetings = []
    for one, other in combinations((theme for theme in names if talks[theme].any()), 2):
        if other in above[one] or one in above[other]:
            continue
        first, second = names[one], names[other]
        key = FigureKey(
            "count",
            facts.scope.filter().but(both=tuple(sorted((first.slug, second.slug)))),
            population,
            snapshot=snapshot,
        )
        number = int(np.count_nonzero(talks[one] & talks[other]))
        told = {first.slug: first.name, second.slug: second.name}
        meetings.append(Meeting(first, second, count_figure(key, facts, number, known, told)))
    return meetings


def _above(session: Session) -> dict[int, set[int]]:
    """All themes above each theme."""
    parents = {one: parent for one, parent in session.execute(select(col(Theme.id), col(Theme.parent_id))) if one}
    found: dict[int, set[int]] = defaultdict(set)
    for theme in parents:
        parent = parents.get(theme)
        while parent and parent not in found[theme]:
            found[theme].add(parent)
            parent = parents.get(parent)
    return found
