"""Statements that may answer: takeaways and drafts of the talks that were found, and those of no single talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter
from app.catalog.takeaway_steps import is_decided
from app.models import Edition, Series, Takeaway, TakeawayDraft, Talk
from app.takeaways.practices.scoring import Material, stems_of
from app.text.stemming import fold

MOST_LOOSE = 1_000
"""Statements of no single talk that are looked at, the newest; so many again of drafts."""
BEYOND_EDITIONS = (
    "speaker", "organisation", "kind", "language", "speakers", "organisations", "kinds", "languages", "has", "both",
    "affiliation", "newcomers", "repeated", "with_text",
)  # fmt: skip
"""Filters that only a talk can pass."""


class Candidate(NamedTuple):
    """A statement as it is scored; `id` is of the takeaway, or of the draft where `is_draft`."""

    id: int
    is_draft: bool
    text: str
    kind: str
    stance: str
    talk_id: int | None
    article_id: int | None


@dataclass(frozen=True, eq=False)
class Candidates:
    """Statements with the titles of their talks."""

    rows: Sequence[Candidate]
    titles: dict[int, str]

    def title(self, row: Candidate) -> str:
        """That of its talk, "" without one."""
        return self.titles.get(row.talk_id, "") if row.talk_id is not None else ""


def candidates(session: Session, ranked: Sequence[tuple[int, float]], filter: TalkFilter) -> Candidates:
    """Takeaways and undecided drafts of these talks, and those of no single talk that `filter` lets through."""
    ids = [talk_id for talk_id, _ in ranked]
    takeaways = session.execute(_takeaways().where(col(Takeaway.talk_id).in_(ids)).order_by(col(Takeaway.id)))
    drafts = session.execute(_drafts().where(col(TakeawayDraft.talk_id).in_(ids)).order_by(col(TakeawayDraft.id)))
    found = [*map(_of_takeaway, takeaways), *map(_of_draft, drafts)]
    if not any(getattr(filter, name) for name in BEYOND_EDITIONS):
        found += _loose(session, filter)
    titles = {
        key: title
        for key, title in session.execute(select(col(Talk.id), col(Talk.title)).where(col(Talk.id).in_(ids)))
        if key is not None
    }
    return Candidates(found, titles)


def material(found: Candidates, ranked: Sequence[tuple[int, float]]) -> Material:
    """The statements as they are scored."""
    rank = dict(ranked)
    stems = {talk_id: stems_of(title) for talk_id, title in found.titles.items()}
    nothing: frozenset[str] = frozenset()
    return Material(
        stems=[stems_of(row.text) for row in found.rows],
        titles=[stems.get(row.talk_id or 0, nothing) for row in found.rows],
        talks=np.array([min(1.0, rank.get(row.talk_id or 0, 0.0)) for row in found.rows], dtype=np.float64),
        drafts=np.array([row.is_draft for row in found.rows], dtype=bool),
        places=np.array([row.talk_id or -(row.article_id or 0) for row in found.rows], dtype=np.int64),
    )


def _takeaways() -> Select[*tuple[Any, ...]]:
    return select(
        col(Takeaway.id), col(Takeaway.text), col(Takeaway.kind), col(Takeaway.stance), col(Takeaway.talk_id),
        col(Takeaway.article_id), col(Takeaway.themes), col(Takeaway.technologies),
    ).where(col(Takeaway.withdrawn_at).is_(None))  # fmt: skip


def _drafts() -> Select[*tuple[Any, ...]]:
    """Drafts that nobody decided on: those accepted are takeaways, those rejected are nothing."""
    return select(
        col(TakeawayDraft.id), col(TakeawayDraft.text), col(TakeawayDraft.kind), col(TakeawayDraft.stance),
        col(TakeawayDraft.talk_id), col(TakeawayDraft.article_id), col(TakeawayDraft.technologies),
    ).where(~is_decided())  # fmt: skip


def _of_takeaway(row: Any) -> Candidate:
    return Candidate(row.id, False, row.text, row.kind, row.stance, row.talk_id, row.article_id)


def _of_draft(row: Any) -> Candidate:
    return Candidate(row.id, True, row.text, row.kind, row.stance, row.talk_id, row.article_id)


def _loose(session: Session, filter: TalkFilter) -> list[Candidate]:
    """Those of no single talk, narrowed by edition, series and year; by theme and technology as far as they name any.

    A draft names no themes, so a filter by theme leaves drafts of no talk out.
    """
    themes = {*filter.themes, *([filter.theme] if filter.theme else [])}
    technologies = {fold(slug) for slug in (*filter.technologies, filter.technology or "") if slug}
    takeaways = session.execute(
        _takeaways()
        .where(col(Takeaway.talk_id).is_(None), *_at_editions(filter, col(Takeaway.edition_id)))
        .order_by(col(Takeaway.id).desc())
        .limit(MOST_LOOSE)
    ).all()
    found = [
        _of_takeaway(row)
        for row in takeaways
        if (not themes or themes.intersection(row.themes)) and _names(row.technologies, technologies)
    ]
    if themes:
        return found
    drafts = session.execute(
        _drafts()
        .where(col(TakeawayDraft.talk_id).is_(None), *_at_editions(filter, col(TakeawayDraft.edition_id)))
        .order_by(col(TakeawayDraft.id).desc())
        .limit(MOST_LOOSE)
    ).all()
    return found + [_of_draft(row) for row in drafts if _names(row.technologies, technologies)]


def _names(named: Sequence[str], wanted: set[str]) -> bool:
    """Whether a statement names a technology of these slugs; it names them by name or slug."""
    return not wanted or bool(wanted.intersection(fold(name).replace(" ", "-") for name in named))


def _at_editions(filter: TalkFilter, edition_id: Mapped[int | None]) -> list[ColumnElement[bool]]:
    editions = select(col(Edition.id))
    narrowed = False
    if filter.editions:
        editions, narrowed = editions.where(col(Edition.slug).in_(filter.editions)), True
    if filter.series:
        editions = editions.join(Series, col(Series.id) == col(Edition.series_id))
        editions, narrowed = editions.where(col(Series.slug) == filter.series), True
    if filter.year_from is not None:
        editions, narrowed = editions.where(col(Edition.year) >= filter.year_from), True
    if filter.year_to is not None:
        editions, narrowed = editions.where(col(Edition.year) <= filter.year_to), True
    if filter.years:
        editions, narrowed = editions.where(or_(*(col(Edition.year) == year for year in filter.years))), True
    return [edition_id.in_(editions)] if narrowed else []
