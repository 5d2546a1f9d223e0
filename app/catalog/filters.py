"""A filter over talks, and the one statement of allowed talk ids that every index, list and count uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from sqlalchemy import ColumnElement, Integer, Select, String, and_, case, cast, exists, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.vendors import AFFILIATIONS, vendor_keys
from app.errors import NotFound, UsageError
from app.models import (
    Appearance,
    Edition,
    Organisation,
    Resource,
    Series,
    Speaker,
    Takeaway,
    Talk,
    TalkOrganisation,
    Technology,
    TechnologyMention,
    Theme,
    ThemeAssignment,
    Transcript,
)

ASSIGNED = ("confirmed", "machine")


@dataclass(frozen=True)
class TalkFilter:
    """What narrows a set of talks; slugs unless said otherwise. Empty means every known talk.

    Containers (their parts are the talks) and withdrawn talks are never among the allowed.
    """

    editions: tuple[str, ...] = ()
    series: str | None = None
    theme: str | None = None
    main_theme_only: bool = False
    speaker: str | None = None
    organisation: str | None = None
    technology: str | None = None
    kind: str | None = None
    without_kinds: tuple[str, ...] = ()
    language: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    with_text: bool = False
    least_minutes: float | None = None
    """Leaves out talks known to be shorter; those of unknown length stay."""
    first_delivery_only: bool = False
    """Of a talk given at several editions, only the first delivery."""
    themes: tuple[str, ...] = ()
    """Any of these themes; so for the fields below, each beside the single value above."""
    organisations: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    speakers: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    """All of these: video, slides, takeaways, transcript."""
    both: tuple[str, ...] = ()
    """All of these themes at once."""
    affiliation: str | None = None
    """Of speakers: vendor, user (known, and no vendor) or unknown; see `catalog/vendors.py`."""
    newcomers: bool = False
    """Only talks with a speaker who gave none at an earlier edition of the same series."""
    repeated: bool = False
    """Only talks that were given at another edition before."""

    def __post_init__(self) -> None:
        """Refuse years that are the wrong way round, and an affiliation that there is not."""
        if self.affiliation not in (None, *AFFILIATIONS):
            raise UsageError(f"affiliation is one of {', '.join(AFFILIATIONS)}.", "affiliation")
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise UsageError(f"year_from {self.year_from} is after year_to {self.year_to}; swap them.", "year_from")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return self == TalkFilter()

    def but(self, **changes: object) -> Self:
        """A copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked by dataclasses at run time


@lru_cache(maxsize=256)
def allowed_talks(filter: TalkFilter) -> Select[int | None]:
    """The one statement: ids of the talks that `filter` allows. Held, for making one takes longer than most answers."""
    statement = select(col(Talk.id)).where(
        col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False), *narrowing(filter)
    )
    if filter.editions or filter.series:
        statement = statement.where(col(Talk.edition_id).in_(named_editions(filter)))
    if filter.year_from is not None or filter.year_to is not None:
        statement = statement.where(_in_years(filter.year_from, filter.year_to))
    if filter.years:
        statement = statement.where(or_(*(_in_years(year, year) for year in filter.years)))
    for themes in _both(filter.theme, filter.themes):
        statement = statement.where(col(Talk.id).in_(_assigned(themes, filter.main_theme_only)))
    if filter.speaker or filter.organisation:
        named = _named(filter.organisation) if filter.organisation and not filter.speaker else None
        appearing = col(Talk.id).in_(_appearing(filter))
        statement = statement.where(appearing if named is None else or_(appearing, col(Talk.id).in_(named)))
    if filter.speakers:
        theirs = select(col(Appearance.talk_id)).join(Speaker, col(Speaker.id) == col(Appearance.speaker_id))
        statement = statement.where(col(Talk.id).in_(theirs.where(col(Speaker.slug).in_(filter.speakers))))
    statement = statement.where(*map(_has, filter.has))
    if filter.organisations:
        there = (_with(filter.organisations), _named(*filter.organisations))
        statement = statement.where(or_(*(col(Talk.id).in_(talks) for talks in there)))
    for theme in filter.both:
        statement = statement.where(col(Talk.id).in_(_assigned((theme,), False)))
    if filter.affiliation:
        statement = statement.where(affiliated(filter.affiliation))
    if filter.newcomers:
        statement = statement.where(_with_newcomer())
    for technologies in _both(filter.technology, filter.technologies):
        mentioned = select(col(TechnologyMention.talk_id)).join(Technology)
        statement = statement.where(col(Talk.id).in_(mentioned.where(col(Technology.slug).in_(technologies))))
    return statement


@lru_cache(maxsize=256)
def named_editions(filter: TalkFilter) -> Select[int | None]:
    """Ids of the editions that `filter` names, itself or by their series."""
    editions = select(col(Edition.id))
    if filter.editions:
        editions = editions.where(col(Edition.slug).in_(filter.editions))
    if filter.series:
        editions = editions.join(Series).where(col(Series.slug) == filter.series)
    return editions


def _both(one: str | None, several: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The values of a field for one and of that for several, each of which narrows; empty ones left out."""
    return [values for values in (_one(one), several) if values]


def _assigned(themes: tuple[str, ...], main_only: bool) -> Select[int]:
    """Talks that have any of these themes."""
    statement = (
        select(col(ThemeAssignment.talk_id))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .where(col(Theme.slug).in_(themes), col(ThemeAssignment.status).in_(ASSIGNED))
    )
    return statement.where(col(ThemeAssignment.is_main).is_(True)) if main_only else statement


def other_talks(filter: TalkFilter) -> Select[int | None]:
    """Ids of the talks that `filter` does not allow: the few left out where it allows nearly all."""
    allowed = allowed_talks(filter).whereclause
    assert allowed is not None
    return select(col(Talk.id)).where(case((allowed, 0), else_=1) == 1)


def _in_years(first: int | None, last: int | None) -> ColumnElement[bool]:
    """By the talk's own date; by the year of its edition where it has none."""
    dated: list[ColumnElement[bool]] = [col(Talk.date).is_not(None)]
    held = select(col(Edition.id))
    if first is not None:
        dated.append(col(Talk.date) >= f"{first:04}")
        held = held.where(col(Edition.year) >= first)
    if last is not None:
        dated.append(col(Talk.date) < f"{last + 1:04}")
        held = held.where(col(Edition.year) <= last)
    return or_(and_(*dated), and_(col(Talk.date).is_(None), col(Talk.edition_id).in_(held)))


def talk_year() -> ColumnElement[int]:
    """The year that filters go by, of the talks of a statement: their own, or their edition's where they have none."""
    held = select(col(Edition.year)).where(col(Edition.id) == col(Talk.edition_id)).scalar_subquery()
    return case((col(Talk.date).is_(None), held), else_=cast(func.substr(col(Talk.date), 1, 4), Integer))


def narrowing(filter: TalkFilter) -> list[ColumnElement[bool]]:
    """What of `filter` can be told from a row of Talk alone, but for years: kinds, length, language, text, delivery."""
    clauses: list[ColumnElement[bool]] = []
    clauses += [col(Talk.kind).in_(kinds) for kinds in _both(filter.kind, filter.kinds)]
    if filter.without_kinds:
        clauses.append(col(Talk.kind).not_in(filter.without_kinds))
    clauses += [col(Talk.language).in_(languages) for languages in _both(filter.language, filter.languages)]
    if filter.least_minutes is not None:
        length = col(Talk.duration_minutes)
        clauses.append(or_(length.is_(None), length >= filter.least_minutes))
    if filter.first_delivery_only:
        clauses.append(or_(col(Talk.family).is_(None), col(Talk.family) == col(Talk.slug)))
    if filter.repeated:
        clauses.append(and_(col(Talk.family).is_not(None), col(Talk.family) != col(Talk.slug)))
    if filter.with_text:
        clauses.append(
            or_(
                and_(col(Talk.abstract).is_not(None), col(Talk.abstract) != ""),
                and_(col(Talk.summary).is_not(None), col(Talk.summary) != ""),
            )
        )
    return clauses


def _appearing(filter: TalkFilter) -> Select[int]:
    """Talks of a speaker, of an organisation, or of a speaker while at that organisation."""
    statement = select(col(Appearance.talk_id))
    if filter.speaker:
        statement = statement.join(Speaker, col(Speaker.id) == col(Appearance.speaker_id))
        statement = statement.where(col(Speaker.slug) == filter.speaker)
    if filter.organisation:
        statement = statement.join(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
        statement = statement.where(col(Organisation.slug) == filter.organisation)
    return statement


def _has(what: str) -> ColumnElement[bool]:
    """Talks with a recording, slides, lessons or a transcript, be it a slice of that of their container."""
    if what == "takeaways":
        lessons = select(col(Takeaway.talk_id)).where(
            col(Takeaway.talk_id).is_not(None), col(Takeaway.withdrawn_at).is_(None)
        )
        return col(Talk.id).in_(lessons)
    if what == "transcript":
        heard = select(col(Transcript.talk_id))
        sliced = and_(col(Talk.start_seconds).is_not(None), col(Talk.parent_id).in_(heard))
        return or_(col(Talk.id).in_(heard), sliced)
    return col(Talk.id).in_(select(col(Resource.talk_id)).where(col(Resource.kind) == what))


def _with(organisations: tuple[str, ...]) -> Select[int]:
    """Talks of speakers who were with any of these organisations."""
    statement = select(col(Appearance.talk_id))
    statement = statement.join(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
    return statement.where(col(Organisation.slug).in_(organisations))


def _named(*organisations: str) -> Select[int]:
    """Talks for which the programme names any of these organisations but no speaker."""
    statement = select(col(TalkOrganisation.talk_id)).join(
        Organisation, col(Organisation.id) == col(TalkOrganisation.organisation_id)
    )
    return statement.where(col(Organisation.slug).in_(organisations))


def affiliated(affiliation: str) -> ColumnElement[bool]:
    """Talks by whom their speakers were with, or whom the programme names: one vendor makes a talk a vendor's."""
    where = col(Appearance.talk_id) == col(Talk.id)
    named_where = col(TalkOrganisation.talk_id) == col(Talk.id)
    known = or_(exists().where(where, col(Appearance.organisation_id).is_not(None)), exists().where(named_where))
    if affiliation == "unknown":
        return not_(known)
    vendors = select(col(Organisation.id)).where(col(Organisation.key).in_(vendor_keys()))
    selling = or_(
        exists().where(where, col(Appearance.organisation_id).in_(vendors)),
        exists().where(named_where, col(TalkOrganisation.organisation_id).in_(vendors)),
    )
    return selling if affiliation == "vendor" else and_(known, not_(selling))


def _with_newcomer() -> ColumnElement[bool]:
    """Talks with a speaker of whom no earlier edition of the series has a talk that still counts."""
    here, there = aliased(Edition), aliased(Edition)
    given, before = aliased(Appearance), aliased(Talk)
    when = func.coalesce(col(there.start_date), cast(col(there.year), String))
    earlier = (
        select(1)
        .select_from(given)
        .join(before, col(before.id) == col(given.talk_id))
        .join(there, col(there.id) == col(before.edition_id))
        .join(here, col(here.id) == col(Talk.edition_id))
        .where(
            col(given.speaker_id) == col(Appearance.speaker_id),
            col(before.withdrawn_at).is_(None),
            col(there.series_id) == col(here.series_id),
            when < func.coalesce(col(here.start_date), cast(col(here.year), String)),
        )
        .correlate(Appearance, Talk)
    )
    return exists().where(col(Appearance.talk_id) == col(Talk.id), not_(earlier.exists()))


def check_names(session: Session, filter: TalkFilter) -> None:
    """Raise NotFound for the first slug in `filter` that names nothing in the base."""
    for what, column, slugs in (
        ("edition", Edition.slug, filter.editions),
        ("series", Series.slug, _one(filter.series)),
        ("theme", Theme.slug, (*_one(filter.theme), *filter.themes, *filter.both)),
        ("speaker", Speaker.slug, (*_one(filter.speaker), *filter.speakers)),
        ("organisation", Organisation.slug, (*_one(filter.organisation), *filter.organisations)),
        ("technology", Technology.slug, (*_one(filter.technology), *filter.technologies)),
    ):
        known = set(session.scalars(select(col(column)).where(col(column).in_(slugs)))) if slugs else set()
        for slug in slugs:
            if slug not in known:
                raise NotFound(what, slug)


def _one(slug: str | None) -> tuple[str, ...]:
    return (slug,) if slug else ()
