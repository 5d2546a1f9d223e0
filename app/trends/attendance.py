"""Which organisations talks are from, and which of them an earlier edition did not have, as counts by talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Subquery, func, select, union
from sqlmodel import Session, col

from app.catalog.filters import allowed_talks
from app.catalog.snapshot import current_snapshot
from app.catalog.vendors import vendor_keys
from app.models import Appearance, Organisation, Talk, TalkOrganisation, Technology, TechnologyMention
from app.trends.figure import Figure, count_figure
from app.trends.keys import FigureKey
from app.trends.parts import talks_by
from app.trends.populations import get_population
from app.trends.scope import ScopeFacts


@dataclass(frozen=True)
class Attending:
    """An organisation with the talks its people gave, or that the programme gives to it."""

    slug: str
    name: str
    is_vendor: bool
    figure: Figure


def organisations(session: Session, facts: ScopeFacts, population: str = "all") -> list[Attending]:
    """Organisations of a scope, most talks first. Two statements."""
    narrowed = get_population(population).narrow(facts.scope.filter())
    allowed = allowed_talks(narrowed).whereclause
    assert allowed is not None
    there = _there()
    rows = session.execute(
        select(col(Organisation.slug), col(Organisation.name), col(Organisation.key), func.count())
        .select_from(there)
        .join(Organisation, col(Organisation.id) == there.c.organisation_id)
        .join(Talk, col(Talk.id) == there.c.talk_id)
        .where(allowed)
        .group_by(col(Organisation.id))
        .order_by(func.count().desc(), col(Organisation.name), col(Organisation.slug))
    )
    known = sum(talks_by(session, narrowed, "edition").values())
    snapshot, vendors = current_snapshot(session), set(vendor_keys())
    found = []
    for slug, name, key, talks in rows:
        figure_key = FigureKey("count", facts.scope.filter().but(organisation=slug), population, snapshot=snapshot)
        figure = count_figure(figure_key, facts, talks, known, {slug: name})
        found.append(Attending(slug, name, key in vendors, figure))
    return found


def organisations_before(session: Session, editions: Sequence[int]) -> set[str]:
    """Slugs of the organisations that known talks of these editions are from."""
    there = _there()
    rows = (
        select(col(Organisation.slug))
        .join(there, there.c.organisation_id == col(Organisation.id))
        .join(Talk, col(Talk.id) == there.c.talk_id)
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False), col(Talk.edition_id).in_(editions))
    )
    return set(session.scalars(rows.distinct()))


def technologies_before(session: Session, editions: Sequence[int]) -> set[str]:
    """Slugs of the technologies that known talks of these editions mention."""
    rows = (
        select(col(Technology.slug))
        .join(TechnologyMention, col(TechnologyMention.technology_id) == col(Technology.id))
        .join(Talk, col(Talk.id) == col(TechnologyMention.talk_id))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False), col(Talk.edition_id).in_(editions))
    )
    return set(session.scalars(rows.distinct()))


def _there() -> Subquery:
    """Pairs of an organisation and a talk, each once: as a speaker was with it, or as the programme names it."""
    spoken = select(col(Appearance.organisation_id), col(Appearance.talk_id))
    named = select(col(TalkOrganisation.organisation_id), col(TalkOrganisation.talk_id))
    return union(spoken.where(col(Appearance.organisation_id).is_not(None)), named).subquery()
