"""Which numbers would move if a vocabulary were another one: themes are really assigned anew, and nothing is kept.

Counted are talks with a theme, by edition, by series and over the whole base, as figures count them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED
from app.embeddings.protocol import Embedder
from app.models import Edition, Series, Talk, Theme, ThemeAssignment
from app.themes.assignment import refresh_assignments

Where = Literal["everything", "series", "edition"]


class Move(BaseModel):
    """A count of talks with a theme that moves. `before` or `after` is None where the theme is not in use then.

    `gained` and `lost` are talks; both may be above zero while the count stays.
    """

    where: Where
    slug: str | None
    name: str
    theme: str
    theme_name: str
    vocabulary: str
    talks: int
    before: int | None
    after: int | None
    gained: int
    lost: int


class Unmatched(BaseModel):
    """A theme that no known talk would have."""

    slug: str
    name: str


class Moves(BaseModel):
    """Everything that moves: the whole base first, then series and editions with talks, the largest change in front."""

    moves: list[Move]
    unmatched: list[Unmatched]
    places: int
    """Editions and series with talks that were compared, and the whole base."""


@dataclass(frozen=True)
class _Place:
    where: Where
    slug: str | None
    name: str


@dataclass(frozen=True)
class _State:
    """Themes in use by slug with their name and vocabulary, and the talks that have each."""

    themes: Mapping[str, tuple[str, str]]
    talks: Mapping[str, frozenset[int]]


def vocabulary_moves(
    session: Session, embedder: Embedder, apply: Callable[[Session], None], main_only: bool = False
) -> Moves:
    """Bring assignments up to date, call `apply`, assign again, and compare. The session is left changed: roll it back.

    What `apply` raises is raised. With `main_only` a talk counts for its main theme alone.
    """
    refresh_assignments(session, embedder)
    session.flush()
    before = _state(session, main_only)
    apply(session)
    session.flush()
    refresh_assignments(session, embedder)
    session.flush()
    after = _state(session, main_only)
    places = _places(session)
    found = [move for place, talks in places.items() for move in _moved(place, talks, before, after)]
    order = ("everything", "series", "edition")
    found.sort(key=lambda move: (order.index(move.where), -move.gained - move.lost, move.name, move.theme))
    known = next((talks for place, talks in places.items() if place.where == "everything"), frozenset())
    return Moves(
        moves=found,
        unmatched=[
            Unmatched(slug=slug, name=after.themes[slug][0])
            for slug in after.themes
            if not after.talks.get(slug, frozenset()) & known
        ],
        places=len(places),
    )


def _moved(place: _Place, talks: frozenset[int], before: _State, after: _State) -> Iterator[Move]:
    for slug in dict.fromkeys([*before.themes, *after.themes]):
        old, new = (state.talks.get(slug, frozenset()) & talks for state in (before, after))
        used = slug in before.themes, slug in after.themes
        if old == new and used[0] == used[1]:
            continue
        if not old and not new and place.where != "everything":
            continue
        name, vocabulary = (after.themes if used[1] else before.themes)[slug]
        yield Move(
            where=place.where,
            slug=place.slug,
            name=place.name,
            theme=slug,
            theme_name=name,
            vocabulary=vocabulary,
            talks=len(talks),
            before=len(old) if used[0] else None,
            after=len(new) if used[1] else None,
            gained=len(new - old),
            lost=len(old - new),
        )


def _state(session: Session, main_only: bool) -> _State:
    # Objects of the session may be older than what bulk statements wrote.
    themes = session.execute(
        select(col(Theme.slug), col(Theme.name), col(Theme.vocabulary))
        .where(col(Theme.withdrawn_at).is_(None))
        .order_by(col(Theme.vocabulary), col(Theme.position), col(Theme.id))
    )
    statement = (
        select(col(Theme.slug), col(ThemeAssignment.talk_id))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .where(col(Theme.withdrawn_at).is_(None), col(ThemeAssignment.status).in_(ASSIGNED))
    )
    if main_only:
        statement = statement.where(col(ThemeAssignment.is_main).is_(True))
    talks: dict[str, set[int]] = defaultdict(set)
    for slug, talk_id in session.execute(statement):
        talks[slug].add(talk_id)
    return _State(
        {slug: (name, vocabulary) for slug, name, vocabulary in themes},
        {slug: frozenset(ids) for slug, ids in talks.items()},
    )


def _places(session: Session) -> dict[_Place, frozenset[int]]:
    """The whole base, each series and each edition, with the known talks there; a place without talks is left out."""
    found: dict[_Place, set[int]] = defaultdict(set)
    everything = _Place("everything", None, "All editions")
    for talk_id, edition, edition_name, series, series_name in session.execute(
        select(col(Talk.id), col(Edition.slug), col(Edition.name), col(Series.slug), col(Series.name))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .join(Series, col(Series.id) == col(Edition.series_id))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
    ):
        for place in (
            everything,
            _Place("series", series, series_name),
            _Place("edition", edition, edition_name),
        ):
            found[place].add(talk_id)
    return {place: frozenset(ids) for place, ids in found.items()}
