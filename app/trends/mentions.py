"""Talks that mention technologies, by year or edition and over a whole scope, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.snapshot import current_snapshot
from app.models import Talk, Technology, TechnologyMention
from app.trends.change.seen import Seen
from app.trends.estimate import wilson
from app.trends.figure import Figure, count_figure
from app.trends.keys import FigureKey
from app.trends.parts import Unit, talks_by, unit_of
from app.trends.populations import get_population
from app.trends.scope import ScopeFacts


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
    """The technologies that talks of a scope mention. Three statements, none while nothing changes."""
    key = ("mentions", facts.scope, unit, population)
    return kept(session, key, lambda: _read(session, facts, unit, population))


def _read(session: Session, facts: ScopeFacts, unit: Unit, population: str) -> Mentions:
    narrowed = get_population(population).narrow(facts.scope.filter())
    allowed = allowed_talks(narrowed).whereclause
    assert allowed is not None
    by = unit_of(unit).label("of")
    rows = session.execute(
        select(col(Technology.slug), col(Technology.name), by, func.count())
        .select_from(TechnologyMention)
        .join(Technology, col(Technology.id) == col(TechnologyMention.technology_id))
        .join(Talk, col(Talk.id) == col(TechnologyMention.talk_id))
        .where(allowed)
        .group_by(col(Technology.slug), col(Technology.name), by)
    )
    found: dict[tuple[str, str], dict[int | None, int]] = defaultdict(dict)
    for slug, name, of, talks in rows:
        found[slug, name][of] = talks
    technologies = [
        Mentioned(slug, name, sum(by.values()), {of: talks for of, talks in by.items() if of is not None})
        for (slug, name), by in found.items()
    ]
    technologies.sort(key=lambda one: (-one.talks, one.slug))
    known = talks_by(session, narrowed, unit)
    whole = session.scalar(allowed_talks(narrowed).with_only_columns(func.count()))
    return Mentions(tuple(technologies), whole or 0, known)


def mention_figure(
    session: Session, facts: ScopeFacts, population: str, technology: Mentioned, talks: int, known: int
) -> Figure:
    """How many talks of a scope mention a technology, of `known`."""
    narrowed: TalkFilter = facts.scope.filter().but(technology=technology.slug)
    key = FigureKey("count", narrowed, population, snapshot=current_snapshot(session))
    return count_figure(key, facts, talks, known, {technology.slug: technology.name})


def counted_share(talks: int, known: int) -> Seen | None:
    """A plain count as a share with Wilson's interval, as a draw of what is usual; None of no talks."""
    if known == 0:
        return None
    share = talks / known
    low, high = wilson(share, known)
    return Seen(share, low, high, known)
