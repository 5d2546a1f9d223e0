"""Which passages a search may show: one statement of allowed talks, narrowed by a filter and by what the query asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.models import Edition, Passage, Series, Takeaway, Talk
from app.search.backends import lexical_for
from app.search.candidates import Scope

Words = tuple[str, ...]


@dataclass(frozen=True)
class QueryFilter:
    """What a query asks besides its words. A talk must pass one filter of each group of `only` and none of `but`.

    `holding` are words that must stand in a row in some passage of a talk, `lacking` those that must stand in none.
    """

    only: tuple[tuple[TalkFilter, ...], ...] = ()
    but: tuple[TalkFilter, ...] = ()
    holding: tuple[Words, ...] = ()
    lacking: tuple[Words, ...] = ()

    def __bool__(self) -> bool:
        """Whether it asks anything."""
        return self != QueryFilter()

    def __add__(self, other: QueryFilter) -> QueryFilter:
        """What both ask."""
        both = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        return QueryFilter(**both)


NOTHING = QueryFilter()


def talks_within(session: Session, filter: TalkFilter, also: QueryFilter = NOTHING) -> Select[int | None]:
    """Ids of the talks that pass both."""
    return allowed_talks(filter).where(
        *(or_(*(col(Talk.id).in_(allowed_talks(one)) for one in group)) for group in also.only),
        *(col(Talk.id).not_in(allowed_talks(one)) for one in also.but),
        *(col(Talk.id).in_(_talks_with(session, words)) for words in also.holding),
        *(col(Talk.id).not_in(_talks_with(session, words)) for words in also.lacking),
    )


def scope_of(session: Session, filter: TalkFilter, also: QueryFilter = NOTHING) -> Scope:
    """The scope of both. Lessons of an edition are in it when nothing but edition, series and years is narrowed.

    Raises a database error where words in a row are asked for and the index of words is damaged.
    """
    talks = talks_within(session, filter, also)
    is_lesson = _allowed_lessons(session, filter, also)
    ids = np.sort(np.fromiter(session.scalars(talks), dtype=np.int64))
    condition: ColumnElement[bool] = col(Passage.talk_id).in_(talks)
    found: list[int] = []
    if is_lesson is not None:
        condition = or_(condition, is_lesson)
        found = [i for i in session.scalars(select(col(Passage.id)).where(is_lesson)) if i is not None]
    return Scope(condition=condition, talks=ids, lessons=np.sort(np.array(found, dtype=np.int64)))


def times_held(session: Session, words: Sequence[str]) -> int:
    """How many talks, of all that there are, have these words in a row."""
    held = talks_within(session, TalkFilter(), QueryFilter(holding=(tuple(words),)))
    return session.scalar(select(func.count()).select_from(held.subquery())) or 0


def _talks_with(session: Session, words: Words) -> Select[int | None]:
    holding = lexical_for(session).holding(words)
    return select(col(Passage.talk_id)).where(col(Passage.talk_id).is_not(None), col(Passage.id).in_(holding))


def _allowed_lessons(session: Session, filter: TalkFilter, also: QueryFilter) -> ColumnElement[bool] | None:
    """On Passage: lessons of editions alone that pass; None when talks only are asked for."""
    groups = [[_lessons(one) for one in group] for group in ((filter,), *also.only, also.but)]
    if any(one is None for group in groups for one in group):
        return None
    allowed = [[col(Passage.takeaway_id).in_(one) for one in group if one is not None] for group in groups]
    index = lexical_for(session)
    return and_(
        col(Passage.talk_id).is_(None),
        *(or_(*group) for group in allowed[:-1]),
        *(not_(one) for one in allowed[-1]),
        *(col(Passage.id).in_(index.holding(words)) for words in also.holding),
        *(col(Passage.id).not_in(index.holding(words)) for words in also.lacking),
    )


def _lessons(filter: TalkFilter) -> Select[int | None] | None:
    """Ids of the takeaways that belong to an edition alone and pass the filter; None when it asks for talks only."""
    only_editions = filter.but(editions=(), series=None, year_from=None, year_to=None, years=())
    if not only_editions.is_empty:
        return None
    statement = select(col(Takeaway.id)).where(col(Takeaway.talk_id).is_(None), col(Takeaway.withdrawn_at).is_(None))
    if filter.is_empty:
        return statement
    editions = select(col(Edition.id))
    if filter.editions:
        editions = editions.where(col(Edition.slug).in_(filter.editions))
    if filter.series:
        editions = editions.join(Series).where(col(Series.slug) == filter.series)
    if filter.year_from is not None:
        editions = editions.where(col(Edition.year) >= filter.year_from)
    if filter.year_to is not None:
        editions = editions.where(col(Edition.year) <= filter.year_to)
    if filter.years:
        editions = editions.where(col(Edition.year).in_(filter.years))
    return statement.where(col(Takeaway.edition_id).in_(editions))
