"""Where talks are counted: editions, a series or years; and what is known of the programmes there."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Executable, String, cast, select
from sqlmodel import Session, col

from app.catalog.editions import known_talks
from app.catalog.filters import TalkFilter, check_names
from app.catalog.kept import kept
from app.catalog.sheets import counted_talks, sheet_tells
from app.db.driver import driver_rows
from app.models import Edition, Series
from app.trends.contingency import crosstab
from app.trends.parts import talks_by
from app.trends.wording import counted, listed

NAMED_EDITIONS = 3

_READ = (
    col(Edition.id), col(Edition.slug), col(Edition.name), col(Edition.year), col(Edition.start_date),
    col(Edition.published_sessions), col(Edition.completeness), cast(col(Edition.references), String),
    col(Edition.withdrawn_at),
)  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """Editions, a series or years (of editions, both ends included). Empty means every known edition."""

    editions: tuple[str, ...] = ()
    series: str | None = None
    year_from: int | None = None
    year_to: int | None = None

    def __post_init__(self) -> None:
        """Put editions into one order, for the order asked for says nothing."""
        object.__setattr__(self, "editions", tuple(sorted(set(self.editions))))

    @classmethod
    def of(cls, filter: TalkFilter) -> Scope:
        """The part of a filter that says where, without what."""
        return cls(filter.editions, filter.series, filter.year_from, filter.year_to)

    def filter(self) -> TalkFilter:
        """All talks here."""
        return _filter(self)


@lru_cache(maxsize=1_024)
def _filter(scope: Scope) -> TalkFilter:
    """Reports ask for that of one scope hundreds of times."""
    return TalkFilter(editions=scope.editions, series=scope.series, year_from=scope.year_from, year_to=scope.year_to)


class EditionFacts(NamedTuple):
    """An edition with its count of known talks and of published sessions (None where unknown)."""

    id: int
    slug: str
    name: str
    year: int | None
    start_date: str | None
    known: int
    published: int | None
    completeness: str | None
    kept_references: str
    """As the base keeps them, in JSON: a report of many editions looks at none of them."""

    @property
    def references(self) -> list[dict[str, Any]]:
        """Where what is known of it comes from: dicts with a label and an url."""
        found: list[dict[str, Any]] = json.loads(self.kept_references)
        return found

    @property
    def missing(self) -> int:
        """Published sessions that are not known; 0 where nobody knows how many were published."""
        return max(0, (self.published or 0) - self.known)

    @property
    def surplus(self) -> int:
        """Talks known beyond the published sessions; 0 where nobody knows how many were published."""
        return 0 if self.published is None else max(0, self.known - self.published)


class Coverage(BaseModel):
    """Known talks, and sessions the programmes listed; `published` is None where that is not known of each edition.

    What is missing is told edition by edition, so `surplus`, the talks known beyond what their editions published,
    fills no gap of another.
    """

    model_config = ConfigDict(frozen=True)

    known: int
    published: int | None
    missing: int | None = Field(default=None, description="published sessions that are not known; null as `published`")
    surplus: int = Field(default=0, description="talks known beyond what their editions published")

    @property
    def is_complete(self) -> bool:
        """Whether every published session of every edition is known, and no talk besides."""
        return self.missing == 0 and self.surplus == 0


@dataclass(frozen=True)
class ScopeFacts:
    """A scope with its title and editions, oldest first."""

    scope: Scope
    title: str
    editions: tuple[EditionFacts, ...]

    @cached_property
    def known(self) -> int:
        """Known talks, containers not counted."""
        return sum(edition.known for edition in self.editions)

    @cached_property
    def published(self) -> int | None:
        """Published sessions of all editions; None unless it is known for each."""
        counts = [edition.published for edition in self.editions]
        return sum(count for count in counts if count is not None) if counts and None not in counts else None

    @cached_property
    def missing(self) -> int | None:
        """Published sessions that are not known, edition by edition, for what one has too many fills no gap of
        another; None unless it is known of each how many it published."""
        return None if self.published is None else sum(edition.missing for edition in self.editions)

    @cached_property
    def surplus(self) -> int:
        """Talks known beyond what their editions published."""
        return sum(edition.surplus for edition in self.editions)

    @property
    def whole(self) -> int | None:
        """Sessions of the programmes, known or not; None where that cannot be told, for it is not known of each how
        many it published, or more of one are known than it did."""
        return None if self.surplus else self.published

    @cached_property
    def coverage(self) -> Coverage:
        """How much of it is known; one for all figures of it."""
        return Coverage(known=self.known, published=self.published, missing=self.missing, surplus=self.surplus)


def read_scope(session: Session, scope: Scope) -> ScopeFacts:
    """Title and editions of `scope`; an unknown slug is NotFound, years the wrong way round a UsageError."""
    return kept(session, ("scope", scope), lambda: _read_scope(session, scope))


def _read_scope(session: Session, scope: Scope) -> ScopeFacts:
    here = scope.filter()
    check_names(session, here)
    known = _known(session, here)
    rows = list(driver_rows(session, _editions(scope)))
    editions = tuple(
        EditionFacts(key, slug, name, year, start, known.get(key, 0), published, completeness, references)
        for key, slug, name, year, start, published, completeness, references, withdrawn, _ in rows
        if withdrawn is None or key in known
    )
    series = rows[0][-1] if rows else None
    if scope.series and series is None:
        series = session.scalar(select(col(Series.name)).where(col(Series.slug) == scope.series))
    return ScopeFacts(scope, scope_title(scope, editions, series), editions)


@lru_cache(maxsize=256)
def _editions(scope: Scope) -> Executable:
    """What is read of the editions of a scope, and the name of their series, oldest first."""
    statement = (
        select(*_READ, col(Series.name))
        .join(Series, col(Series.id) == col(Edition.series_id))
        .order_by(col(Edition.start_date).is_(None), col(Edition.start_date), col(Edition.year), col(Edition.slug))
    )
    if scope.editions:
        statement = statement.where(col(Edition.slug).in_(scope.editions))
    if scope.series:
        statement = statement.where(col(Series.slug) == scope.series)
    if scope.year_from is not None:
        statement = statement.where(col(Edition.year) >= scope.year_from)
    if scope.year_to is not None:
        statement = statement.where(col(Edition.year) <= scope.year_to)
    return statement


def _known(session: Session, talks: TalkFilter) -> dict[int, int]:
    """Known talks by edition, of those that have any."""
    if sheet_tells(session, talks):
        return talks_by(session, talks, "edition")
    counted = known_talks(talks)
    return {int(edition): int(known) for edition, known in driver_rows(session, select(*counted.c))}


def yearly_facts(session: Session, facts: ScopeFacts) -> dict[int, ScopeFacts]:
    """What `read_scope` gives for each year of the editions of `facts` alone. Few statements for all of them, none
    while nothing changes."""
    return kept(session, ("scope by year", facts.scope), lambda: _yearly(session, facts))


def _yearly(session: Session, facts: ScopeFacts) -> dict[int, ScopeFacts]:
    known, series = _known_by_year(session, facts.scope), _series(session, facts.scope)
    editions: dict[int, list[EditionFacts]] = defaultdict(list)
    for edition in facts.editions:
        if edition.year is not None:
            editions[edition.year].append(edition)
    return {
        year: _of_years(facts.scope, (year, year), editions[year], known.get(year, {}), series)
        for year in sorted(editions)
    }


def facts_of_years(session: Session, facts: ScopeFacts, first: int, last: int) -> ScopeFacts:
    """What `read_scope` gives for the editions of `facts` from one year to another, both included. Few statements, none
    while nothing changes."""
    known: dict[int, int] = defaultdict(int)
    for year, editions in _known_by_year(session, facts.scope).items():
        if first <= year <= last:
            for edition, talks in editions.items():
                known[edition] += talks
    here = [one for one in facts.editions if one.year is not None and first <= one.year <= last]
    return _of_years(facts.scope, (first, last), here, known, _series(session, facts.scope))


def _known_by_year(session: Session, scope: Scope) -> dict[int, dict[int, int]]:
    """Known talks by year and edition."""
    return kept(session, ("known by year", scope), lambda: _read_known(session, scope))


def _read_known(session: Session, scope: Scope) -> dict[int, dict[int, int]]:
    counted = counted_talks(session, scope.filter())
    years, editions = counted.sheet.year[counted.inside], counted.sheet.edition[counted.inside]
    known: dict[int, dict[int, int]] = defaultdict(dict)
    for year, edition, talks in crosstab(years, editions):
        known[year][edition] = talks
    return dict(known)


def _series(session: Session, scope: Scope) -> str | None:
    """The name of the series of a scope, None where it is not of one."""
    return session.scalar(select(col(Series.name)).where(col(Series.slug) == scope.series)) if scope.series else None


def year_facts(whole: ScopeFacts, year: int, known: Mapping[int, int], series: str | None = None) -> ScopeFacts:
    """The facts of one year of a scope, as `read_scope` has them; `known` talks there by edition, `series` by name."""
    here = [one for one in whole.editions if one.year == year]
    return _of_years(whole.scope, (year, year), here, known, series)


def _of_years(
    whole: Scope,
    years: tuple[int, int],
    editions: Sequence[EditionFacts],
    known: Mapping[int, int],
    series: str | None,
) -> ScopeFacts:
    scope = replace(whole, year_from=years[0], year_to=years[1])
    here = tuple(
        edition if edition.known == known.get(edition.id, 0) else edition._replace(known=known.get(edition.id, 0))
        for edition in editions
    )
    return ScopeFacts(scope, scope_title(scope, here, series), here)


def edition_facts(facts: ScopeFacts) -> dict[int, ScopeFacts]:
    """What `read_scope` gives for each edition of `facts` alone, within the same years; by edition id."""
    found = {}
    for edition in facts.editions:
        alone = replace(facts.scope, series=None, editions=(edition.slug,))
        found[edition.id] = ScopeFacts(alone, scope_title(alone, (edition,), None), (edition,))
    return found


def lacking_words(facts: ScopeFacts) -> str:
    """Which editions published sessions that are not known: “A 2019 lacks 9 of 56”; "" where none did."""
    lacking = [edition for edition in facts.editions if edition.missing]
    if len(lacking) > NAMED_EDITIONS:
        return f"{counted(len(lacking), 'edition')} lack some"
    return listed([f"{edition.name} lacks {edition.missing} of {edition.published}" for edition in lacking])


def exceeding_words(facts: ScopeFacts) -> str:
    """Of which editions more is known than they published: “3 talks of A 2019 are known, more than the 2 sessions
    published”; "" where of none."""
    if not facts.surplus:
        return ""
    over = [edition for edition in facts.editions if edition.surplus]
    if len(over) == 1:
        where = f" of {over[0].name}" if len(facts.editions) > 1 else ""
        known, published = counted(over[0].known, "talk"), counted(over[0].published or 0, "session")
        return f"{known}{where} {'is' if over[0].known == 1 else 'are'} known, more than the {published} published"
    if len(over) > NAMED_EDITIONS:
        return f"of {counted(len(over), 'edition')} more talks are known than sessions were published"
    told = listed([f"{edition.name} ({edition.known} of {edition.published})" for edition in over])
    return f"more talks are known than sessions were published of {told}"


def scope_title(scope: Scope, editions: tuple[EditionFacts, ...], series: str | None) -> str:
    """What a scope is called; `series` is the name of its series."""
    if scope.editions:
        names = [edition.name for edition in editions]
        title = listed(names) if len(names) <= NAMED_EDITIONS else counted(len(names), "edition")
        # Those chosen may not be of the series or the years.
        title = title or "No edition"
    else:
        title = (series if scope.series else None) or "All editions"
    if scope.year_from is None and scope.year_to is None:
        return title
    if scope.year_from == scope.year_to:
        return f"{title}, {scope.year_from}"
    if scope.year_to is None:
        return f"{title}, since {scope.year_from}"
    if scope.year_from is None:
        return f"{title}, until {scope.year_to}"
    return f"{title}, {scope.year_from}–{scope.year_to}"
