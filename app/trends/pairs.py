"""Pairs of technologies worth a page: by the talks that mention both, and the takeaways that name both."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter
from app.catalog.kept import kept
from app.catalog.listing import Portion
from app.catalog.snapshot import current_snapshot
from app.models import Talk, Technology, TechnologyMention
from app.technologies.naming import named_in_takeaways
from app.trends.figure import Figure, count_figure
from app.trends.keys import FigureKey
from app.trends.scope import Scope, read_scope
from app.trends.versus import pair_path

FEWEST = 3
"""With fewer talks, and no takeaway, two technologies merely met."""


class TechnologyPair(BaseModel):
    """Two technologies, in the order of their slugs, with the talks that mention and the takeaways that name both."""

    first: str
    first_name: str
    second: str
    second_name: str
    kind: str | None = Field(description="of both technologies, None where they are of two kinds")
    talks: int
    takeaways: int

    @property
    def path(self) -> str:
        """Address of the page of the two."""
        return pair_path(self.first, self.second)


def list_pairs(session: Session, limit: int = 25, offset: int = 0, alike: bool = True) -> Portion[TechnologyPair]:
    """Pairs with takeaways on both first, then those with most talks; `alike`: of one kind, or with takeaways."""
    rows = kept(session, "technology pairs", lambda: _pairs(session))
    if alike:
        rows = [row for row in rows if row.kind or row.takeaways]
    return Portion(total=len(rows), items=rows[offset : offset + limit], limit=limit, offset=offset)


def pairs_of(session: Session, technology: str, limit: int) -> list[TechnologyPair]:
    """The pairs that a technology is one of, those with takeaways first, then of one kind, then most talks first."""
    rows = kept(session, "technology pairs", lambda: _pairs(session))
    held = [row for row in rows if technology in (row.first, row.second)]
    return sorted(held, key=lambda row: (-row.takeaways, row.kind is None, -row.talks))[:limit]


def pair_counts(session: Session, pairs: list[TechnologyPair]) -> dict[str, Figure]:
    """The talks with both of each pair, by the address of its page."""
    facts, snapshot = read_scope(session, Scope()), current_snapshot(session)
    figures = {}
    for pair in pairs:
        key = FigureKey("count", TalkFilter(technology=pair.first, technologies=(pair.second,)), snapshot=snapshot)
        names = {pair.first: pair.first_name, pair.second: pair.second_name}
        figures[pair.path] = count_figure(key, facts, pair.talks, facts.known, names)
    return figures


def _pairs(session: Session) -> list[TechnologyPair]:
    one, other = aliased(TechnologyMention), aliased(TechnologyMention)
    count = func.count()
    talks = {
        (first, second): number
        for first, second, number in session.execute(
            select(col(one.technology_id), col(other.technology_id), count)
            .join(other, (col(other.talk_id) == col(one.talk_id)) & (col(other.technology_id) > col(one.technology_id)))
            .join(Talk, col(Talk.id) == col(one.talk_id))
            .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
            .group_by(col(one.technology_id), col(other.technology_id))
        )
    }
    rows = session.execute(select(col(Technology.id), col(Technology.slug), col(Technology.name), col(Technology.kind)))
    named = {key: (slug, name, kind) for key, slug, name, kind in rows if key is not None}
    by_slugs = {tuple(sorted((named[a][0], named[b][0]))): number for (a, b), number in talks.items()}
    told: Counter[tuple[str, ...]] = Counter()
    naming: dict[str, list[str]] = {}
    for technology, cards in named_in_takeaways(session).items():
        for card in cards:
            naming.setdefault(card, []).append(technology)
    for technologies in naming.values():
        told.update(combinations(sorted(set(technologies)), 2))
    details = {slug: (name, kind) for slug, name, kind in named.values()}
    found = []
    for first, second in {*(pair for pair, number in by_slugs.items() if number >= FEWEST), *told}:
        (first_name, kind), (second_name, other_kind) = details[first], details[second]
        found.append(
            TechnologyPair(
                first=first,
                first_name=first_name,
                second=second,
                second_name=second_name,
                kind=kind if kind == other_kind else None,
                talks=by_slugs.get((first, second), 0),
                takeaways=told[first, second],
            )
        )
    return sorted(found, key=lambda row: (-row.takeaways, -row.talks, row.first, row.second))
