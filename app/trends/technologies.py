"""Counts of talks that mention a technology, as figures: of all, by edition, by year, and with another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.listing import Portion
from app.catalog.snapshot import current_snapshot
from app.catalog.technologies import NamedTalks, TechnologyRow, year_of_talk
from app.models import Edition, Talk
from app.trends.figure import Figure, count_figure
from app.trends.keys import FigureKey
from app.trends.scope import EditionFacts, Scope, ScopeFacts, read_scope, year_facts


@dataclass(frozen=True)
class EditionCount:
    """An edition with the figure that counts its talks of a technology."""

    edition: EditionFacts
    figure: Figure


def technology_counts(session: Session, rows: Sequence[TechnologyRow]) -> dict[str, Figure]:
    """All talks that mention each of these, by slug of the technology. A fixed number of statements."""
    facts, snapshot = read_scope(session, Scope()), current_snapshot(session)
    figures = {}
    for row in rows:
        key = FigureKey("count", TalkFilter(technology=row.slug), snapshot=snapshot)
        figures[row.slug] = count_figure(key, facts, row.talks, facts.known, {row.slug: row.name})
    return figures


def technology_editions(
    session: Session, technology: TechnologyRow, limit: int, offset: int = 0
) -> Portion[EditionCount]:
    """Its talks at some of the editions that have any, newest edition first. A fixed number of statements."""
    slug, snapshot = technology.slug, current_snapshot(session)
    counted = kept(session, ("technology-editions", slug), lambda: _by_edition(session, slug))
    held = [edition for edition in reversed(read_scope(session, Scope()).editions) if edition.id in counted]
    found = []
    for edition in held[offset : offset + limit]:
        here = Scope(editions=(edition.slug,))
        key = FigureKey("count", here.filter().but(technology=slug), snapshot=snapshot)
        facts = ScopeFacts(here, edition.name, (edition,))
        figure = count_figure(key, facts, counted[edition.id], edition.known, {slug: technology.name})
        found.append(EditionCount(edition, figure))
    return Portion(len(held), found, limit, offset)


def technology_years(
    session: Session, technology: TechnologyRow, years: range | None = None
) -> list[tuple[int, Figure]]:
    """Its talks in each of `years`, without them from its first to its last; oldest first, years without one too."""
    if years is None:
        if technology.first_year is None or technology.last_year is None:
            return []
        years = range(technology.first_year, technology.last_year + 1)
    slug, snapshot = technology.slug, current_snapshot(session)
    whole = read_scope(session, Scope())
    known = kept(session, "talks-by-year", lambda: _by_year(session, TalkFilter()))
    counted = kept(session, ("technology-years", slug), lambda: _by_year(session, TalkFilter(technology=slug)))
    found = []
    for year in years:
        facts = year_facts(whole, year, known.get(year, {}))
        key = FigureKey("count", facts.scope.filter().but(technology=slug), snapshot=snapshot)
        numerator, denominator = (sum(by.get(year, {}).values()) for by in (counted, known))
        found.append((year, count_figure(key, facts, numerator, denominator, {slug: technology.name})))
    return found


def together_counts(session: Session, technology: TechnologyRow, others: Sequence[NamedTalks]) -> dict[str, Figure]:
    """Talks that mention the technology and another one, by slug of the other."""
    facts, snapshot = read_scope(session, Scope()), current_snapshot(session)
    figures = {}
    for other in others:
        both = TalkFilter(technology=technology.slug, technologies=(other.slug,))
        key = FigureKey("count", both, snapshot=snapshot)
        names = {technology.slug: technology.name, other.slug: other.name}
        figures[other.slug] = count_figure(key, facts, other.talks, facts.known, names)
    return figures


def _by_edition(session: Session, slug: str) -> dict[int, int]:
    counted = allowed_talks(TalkFilter(technology=slug)).with_only_columns(col(Talk.edition_id), func.count())
    return dict(session.execute(counted.group_by(col(Talk.edition_id))).all())


def _by_year(session: Session, filter: TalkFilter) -> dict[int, dict[int, int]]:
    """Talks by year and edition."""
    talks = (
        allowed_talks(filter)
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .with_only_columns(year_of_talk().label("in_year"), col(Talk.edition_id).label("edition"))
        .subquery()
    )
    columns = talks.c.in_year, talks.c.edition
    rows = session.execute(select(*columns, func.count()).group_by(*columns))
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for when, edition, talks in rows:
        if when is not None:
            found[when][edition] = talks
    return found
