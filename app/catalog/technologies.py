"""Technologies that talks mention: the list with how many talks, editions and years, and one with what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field
from sqlalchemy import Integer, String, cast, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.cards import TalkCard
from app.catalog.filters import ASSIGNED, TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.listing import Portion
from app.catalog.sheets import counted_talks
from app.catalog.talks import list_talks
from app.errors import NotFound
from app.models import Edition, Talk, Technology, TechnologyMention, Theme, ThemeAssignment
from app.text.terms import phrase_of

TechnologyKind = Literal[
    "language", "database", "framework", "library", "platform", "tool", "protocol", "format", "operating system"
]
TechnologyOrder = Literal["talks", "name", "editions", "first", "last"]
TOGETHER = 15
THEMES = 8


class TechnologyRow(BaseModel):
    """A technology in a list; `kind` is None where only programmes list it, the years None where no talk has one."""

    slug: str
    name: str
    talks: int
    kind: str | None = None
    editions: int = 0
    first_year: int | None = None
    last_year: int | None = None


class NamedTalks(BaseModel):
    """Something by name, with how many talks of the technology have it too."""

    slug: str
    name: str
    talks: int


class Confusion(BaseModel):
    """Another technology that a name of this one may mean."""

    slug: str
    name: str
    shared: str


class TechnologyDetail(TechnologyRow):
    """A technology with what the vocabulary says of it, and what its talks have besides."""

    aliases: list[str]
    url: str | None
    ambiguous: list[str] = Field(description="Names that count only where the talk gives them away.")
    needs: list[str] = Field(description="One of these in the talk gives an ambiguous name away.")
    beside: list[str] = Field(description="Or one of these right before or after it.")
    not_in: list[str] = Field(description="Phrases in which the name means something else.")
    confused_with: list[Confusion]
    together: list[NamedTalks] = Field(description="Technologies that the same talks mention, the most frequent first.")
    themes: list[NamedTalks] = Field(description="Themes of its talks, by people's decision or else the machine's.")


def list_technologies(
    session: Session,
    limit: int = 25,
    offset: int = 0,
    order: TechnologyOrder = "talks",
    kind: TechnologyKind | None = None,
) -> Portion[TechnologyRow]:
    """Technologies that known talks mention, those with most talks first or in another order; perhaps of one kind."""
    rows = kept(session, "technologies", lambda: _rows(session))
    if kind:
        rows = [row for row in rows if row.kind == kind]
    if order != "talks":
        rows = sorted(rows, key=_ORDERS[order])
    return Portion(total=len(rows), items=rows[offset : offset + limit], limit=limit, offset=offset)


_ORDERS: dict[str, Any] = {
    "name": lambda row: (row.name.casefold(), row.slug),
    "editions": lambda row: (-row.editions, -row.talks, row.name),
    "first": lambda row: (row.first_year or 9999, -row.talks, row.name),
    "last": lambda row: (-(row.last_year or 0), -row.talks, row.name),
}


def kinds_of_technologies(session: Session) -> list[str]:
    """Kinds of the technologies in the list, by name."""
    rows = kept(session, "technologies", lambda: _rows(session))
    return sorted({row.kind for row in rows if row.kind})


def _rows(session: Session) -> list[TechnologyRow]:
    sheet = counted_talks(session, TalkFilter()).sheet
    # By technology, so that the mentions of each lie together.
    order = np.argsort(sheet.technology, kind="stable")
    ids, starts = np.unique(sheet.technology[order], return_index=True)
    places = dict(zip(ids.tolist(), np.split(sheet.mentioning[order], starts[1:]), strict=False))
    named = select(col(Technology.id), col(Technology.slug), col(Technology.name), col(Technology.kind))
    rows = []
    for one, slug, name, kind in session.execute(named):
        if (talks := places.get(one or 0)) is not None:
            years = sheet.year[talks][sheet.year[talks] > 0]
            rows.append(
                TechnologyRow(
                    slug=slug, name=name, talks=len(talks), kind=kind, editions=len(np.unique(sheet.edition[talks])),
                    first_year=int(years.min()) if len(years) else None,
                    last_year=int(years.max()) if len(years) else None,
                )
            )  # fmt: skip
    return sorted(rows, key=lambda row: (-row.talks, row.name, row.slug))


def year_of_talk() -> Any:
    """Year of a talk joined with its edition, as filters have it: of its own date, else of the edition."""
    return cast(func.coalesce(func.substr(col(Talk.date), 1, 4), cast(col(Edition.year), String)), Integer)


def _mentioning() -> Any:
    """Known talks with each technology they mention."""
    return (
        allowed_talks(TalkFilter())
        .join(TechnologyMention, col(TechnologyMention.talk_id) == col(Talk.id))
        .join(Technology, col(Technology.id) == col(TechnologyMention.technology_id))
    )


def technology_row(session: Session, slug: str) -> TechnologyRow:
    """The technology with this slug as in the list; NotFound if no vocabulary has it and no known talk mentions it."""
    return _found(session, slug)[1]


def _found(session: Session, slug: str) -> tuple[Technology, TechnologyRow]:
    technology = session.scalars(select(Technology).where(col(Technology.slug) == slug)).first()
    rows = kept(session, "technologies", lambda: _rows(session))
    row = next((row for row in rows if row.slug == slug), None)
    if technology is None or technology.id is None or (row is None and technology.vocabulary is None):
        raise NotFound("technology", slug)
    return technology, row or TechnologyRow(slug=slug, name=technology.name, talks=0, kind=technology.kind)


def find_technology(session: Session, slug: str) -> TechnologyDetail:
    """The technology with this slug; NotFound if no vocabulary has it and no known talk mentions it."""
    technology, told = _found(session, slug)
    key = technology.id or 0
    return TechnologyDetail(
        **told.model_dump(),
        aliases=technology.aliases,
        url=technology.url,
        ambiguous=technology.ambiguous,
        needs=technology.needs,
        beside=technology.beside,
        not_in=technology.not_in,
        confused_with=kept(session, ("technology-confusions", slug), lambda: _confused(session, technology)),
        together=kept(session, ("technologies-together", slug), lambda: _together(session, key)),
        themes=kept(session, ("technology-themes", slug), lambda: _themes(session, slug)),
    )


def technologies_by_name(session: Session) -> Mapping[tuple[str, ...], str]:
    """Slugs by the words of names. A slug means itself, then a name, then an alias; of two alike that of a vocabulary.

    It is shared: do not change it.
    """
    return kept(session, "technology names", lambda: _by_name(session))


def _by_name(session: Session) -> dict[tuple[str, ...], str]:
    rows = session.execute(
        select(col(Technology.slug), col(Technology.name), col(Technology.aliases)).order_by(
            col(Technology.vocabulary).is_(None), col(Technology.id)
        )
    ).all()
    found: dict[tuple[str, ...], str] = {}
    for slug, _, _ in rows:
        found.setdefault(phrase_of(slug), slug)
    for slug, name, _ in rows:
        found.setdefault(phrase_of(name), slug)
    for slug, _, aliases in rows:
        for alias in aliases:
            found.setdefault(phrase_of(alias), slug)
    found.pop((), None)
    return found


def newest_talks(session: Session, slug: str, limit: int) -> Portion[TalkCard]:
    """The newest known talks that mention it. Kept while nothing changes: of many thousands it takes long to say."""
    wanted = TalkFilter(technology=slug)
    return kept(session, ("technology-talks", slug, limit), lambda: list_talks(session, wanted, "newest", limit))


def _confused(session: Session, technology: Technology) -> list[Confusion]:
    """Other technologies of the vocabularies that share a name, case aside."""
    own = {phrase_of(name): name for name in (technology.name, *technology.aliases)}
    rows = session.execute(
        select(col(Technology.slug), col(Technology.name), col(Technology.aliases))
        .where(col(Technology.vocabulary).is_not(None), col(Technology.id) != technology.id)
        .order_by(col(Technology.name))
    )
    return [
        Confusion(slug=slug, name=name, shared=own[phrase])
        for slug, name, aliases in rows
        for phrase in dict.fromkeys(map(phrase_of, (name, *aliases)))
        if phrase in own
    ]


def _together(session: Session, technology_id: int) -> list[NamedTalks]:
    """Two statements' work in one: mentions of its talks by technology, for the known talks among them."""
    own = aliased(TechnologyMention)
    count = func.count()
    statement = (
        _mentioning()
        .join(own, col(own.talk_id) == col(Talk.id))
        .where(col(own.technology_id) == technology_id, col(TechnologyMention.technology_id) != technology_id)
        .with_only_columns(col(Technology.slug), col(Technology.name), count)
        .group_by(col(Technology.id), col(Technology.slug), col(Technology.name))
        .order_by(count.desc(), col(Technology.name))
        .limit(TOGETHER)
    )
    return _named(session.execute(statement).all())


def _themes(session: Session, slug: str) -> list[NamedTalks]:
    count = func.count()
    statement = (
        allowed_talks(TalkFilter(technology=slug))
        .join(ThemeAssignment, col(ThemeAssignment.talk_id) == col(Talk.id))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .where(col(ThemeAssignment.status).in_(ASSIGNED), col(Theme.withdrawn_at).is_(None))
        .with_only_columns(col(Theme.slug), col(Theme.name), count)
        .group_by(col(Theme.id), col(Theme.slug), col(Theme.name))
        .order_by(count.desc(), col(Theme.name))
        .limit(THEMES)
    )
    return _named(session.execute(statement).all())


def _named(rows: Sequence[Any]) -> list[NamedTalks]:
    return [NamedTalks(slug=slug, name=name, talks=talks) for slug, name, talks in rows]
