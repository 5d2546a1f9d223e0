"""The talks that counts are taken of, as columns of numbers: themes, years and populations are then sums over arrays.

Where the columns come from is said in `sheets.py`; here they are read from the tables, and narrowed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Executable, Select, and_, case, select
from sqlmodel import Session, col

from app.catalog.filters import (
    ASSIGNED,
    TalkFilter,
    affiliated,
    allowed_talks,
    named_editions,
    narrowing,
    talk_year,
)
from app.catalog.vendors import AFFILIATIONS
from app.db.driver import driver_batches
from app.models import Edition, Talk, Technology, TechnologyMention, Theme, ThemeAssignment
from app.text.kinds import KINDS

STATUSES = (*ASSIGNED, "rejected", "unlikely")
"""Of assignments, in the order in which a database groups them."""

_TOLD = {
    "editions", "series", "year_from", "year_to", "without_kinds", "least_minutes", "with_text", "first_delivery_only",
    "affiliation", "theme", "main_theme_only", "technology",
}  # fmt: skip
"""What of a filter the columns can tell: all that scopes, populations and most figures are made of."""


@dataclass(frozen=True)
class Sheet:
    """Talks by edition and id, and the assignments of each after one another, a column each.

    `year` is 0 where it is not known, `kind` a place in KINDS, `side` one in AFFILIATIONS, `minutes` NaN where not
    known. `place` is the talk of an assignment, by its place among the talks, and `mentioning` that of a mention of a
    technology; `status` is a place in STATUSES.
    """

    talk: NDArray[Any]
    edition: NDArray[Any]
    year: NDArray[Any]
    kind: NDArray[Any]
    text: NDArray[np.bool_]
    first: NDArray[np.bool_]
    side: NDArray[Any]
    minutes: NDArray[np.float64]
    position: NDArray[Any]
    place: NDArray[Any]
    theme: NDArray[Any]
    status: NDArray[Any]
    main: NDArray[np.bool_]
    probability: NDArray[np.float64]
    mentioning: NDArray[Any]
    technology: NDArray[Any]


@dataclass(frozen=True)
class Counted:
    """The talks of a sheet that a filter allows: `inside` tells it for each talk."""

    sheet: Sheet
    inside: NDArray[np.bool_]

    def narrowed(self, filter: TalkFilter) -> NDArray[np.bool_]:
        """Which talks of the sheet are inside and allowed by `filter` too, of which only what populations narrow by
        is looked at."""
        return self.inside & narrowed(self.sheet, filter)

    def assignments(self, themes: Collection[int], *, assigned: bool = False) -> NDArray[Any]:
        """Places of the assignments of these talks to any of `themes`, by id; with `assigned` those that count."""
        sheet = self.sheet
        wanted = np.zeros(max([int(sheet.theme.max(initial=0)), *themes]) + 1, dtype=bool)
        wanted[list(themes)] = True
        there = wanted.take(sheet.theme)
        if assigned:  # one in six is
            there &= sheet.status < len(ASSIGNED)
        at: NDArray[Any] = np.flatnonzero(there)
        return at if self.inside.all() else at[self.inside[sheet.place[at]]]

    def having(self, theme: int, status: str) -> Counted:
        """Those of the talks whose assignment to a theme, by id, has this status."""
        at = self.assignments([theme])
        at = at[self.sheet.status[at] == STATUSES.index(status)]
        return Counted(self.sheet, _among(self.inside, self.sheet.place[at]))


def ordered(session: Session, counted: Counted, *order: Any) -> NDArray[Any]:
    """Ids of these talks by edition in the given `order`, and in that of the programme. One statement."""
    sheet, at = counted.sheet, np.flatnonzero(counted.inside)
    editions = np.array([one or 0 for one in session.scalars(select(col(Edition.id)).order_by(*order))], dtype=np.int64)
    rank = np.zeros(int(max(sheet.edition.max(initial=0), editions.max(initial=0))) + 1, dtype=np.int64)
    rank[editions] = np.arange(len(editions))
    # Talks of an edition lie by id already.
    keys = rank[sheet.edition[at]] * (int(sheet.position.max(initial=0)) + 1) + sheet.position[at]
    return sheet.talk[at[np.argsort(keys, kind="stable")]]


def told_by_columns(filter: TalkFilter) -> bool:
    """Whether the columns tell which talks this filter allows."""
    told = {name: getattr(filter, name) for name in _TOLD}
    return filter == TalkFilter(**told) and set(filter.without_kinds) <= set(KINDS)


def inside(session: Session, sheet: Sheet, filter: TalkFilter) -> NDArray[np.bool_]:
    """Which talks of a sheet `filter` allows, one that the columns tell. A statement for each name in it, else none."""
    found = narrowed(sheet, filter)
    if filter.editions or filter.series:
        found &= np.isin(sheet.edition, [one or 0 for one in session.scalars(named_editions(filter))])
    if filter.theme:
        theme = session.scalar(select(col(Theme.id)).where(col(Theme.slug) == filter.theme))
        at = Counted(sheet, found).assignments([theme or 0], assigned=True)
        found &= _among(found, sheet.place[at[sheet.main[at]] if filter.main_theme_only else at])
    if filter.technology:
        technology = session.scalar(select(col(Technology.id)).where(col(Technology.slug) == filter.technology))
        found &= _among(found, sheet.mentioning[sheet.technology == (technology or 0)])
    if filter.year_from is not None or filter.year_to is not None:
        found &= sheet.year > 0
    if filter.year_from is not None:
        found &= sheet.year >= filter.year_from
    if filter.year_to is not None:
        found &= sheet.year <= filter.year_to
    return found


def narrowed(sheet: Sheet, filter: TalkFilter) -> NDArray[np.bool_]:
    """Which talks are of the kinds, the length, the text, the delivery and the affiliation that `filter` allows."""
    found = np.ones(len(sheet.talk), dtype=bool)
    for kind in filter.without_kinds:
        found &= sheet.kind != KINDS.index(kind)
    if filter.least_minutes is not None:
        found &= ~(sheet.minutes < filter.least_minutes)
    if filter.with_text:
        found &= sheet.text
    if filter.first_delivery_only:
        found &= sheet.first
    if filter.affiliation:
        found &= sheet.side == AFFILIATIONS.index(filter.affiliation)
    return found


def _among(talks: NDArray[np.bool_], places: NDArray[Any]) -> NDArray[np.bool_]:
    found = np.zeros_like(talks)
    found[places] = True
    return found


def read_tables(session: Session, filter: TalkFilter) -> Sheet:
    """The columns of the talks that `filter` allows, any filter, as the tables have them. Three statements."""
    talks = read_numbers(session, _talks(filter), 9)
    place, assigned = _placed(talks[:, 0], read_numbers(session, _assigned(filter), 5))
    mentioning, mentions = _placed(talks[:, 0], read_numbers(session, _mentioned(filter), 2))
    numbers = np.nan_to_num(talks).astype(np.int64)
    return Sheet(
        talk=numbers[:, 0],
        edition=numbers[:, 1],
        year=numbers[:, 2],
        kind=numbers[:, 3],
        text=talks[:, 4] == 1,
        first=talks[:, 5] == 1,
        side=numbers[:, 6],
        minutes=talks[:, 7],
        position=numbers[:, 8],
        place=place,
        theme=assigned[:, 1].astype(np.int64),
        status=assigned[:, 2].astype(np.int64),
        main=assigned[:, 3] == 1,
        probability=assigned[:, 4],
        mentioning=mentioning,
        technology=mentions[:, 1].astype(np.int64),
    )


def _placed(talks: NDArray[np.float64], rows: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The rows whose first number is one of `talks`, in the order of these, with the place of each one's talk."""
    order = np.argsort(talks)
    at = np.searchsorted(talks[order], rows[:, 0])
    # Rows of talks that are not counted stay out.
    known = np.zeros(len(rows), dtype=bool)
    there = at < len(talks)
    known[there] = talks[order][at[there]] == rows[there, 0]
    place = order[at[known]]
    by_talk = np.argsort(place, kind="stable")
    return place[by_talk], rows[known][by_talk]


def _talks(filter: TalkFilter) -> Select[Any]:
    kind = case({kind: place for place, kind in enumerate(KINDS)}, value=col(Talk.kind), else_=KINDS.index("other"))
    side = case(*((affiliated(side), place) for place, side in enumerate(AFFILIATIONS)))
    return (
        allowed_talks(filter)
        .with_only_columns(
            col(Talk.id), col(Talk.edition_id), talk_year(), kind, _is(with_text=True), _is(first_delivery_only=True),
            side, col(Talk.duration_minutes), col(Talk.position),
        )
        .order_by(col(Talk.edition_id), col(Talk.id))
    )  # fmt: skip


def _is(**narrowed: bool) -> ColumnElement[int]:
    return case((and_(*narrowing(TalkFilter(**narrowed))), 1), else_=0)  # type: ignore[arg-type]  # fields by name


def _assigned(filter: TalkFilter) -> Select[Any]:
    talk = col(ThemeAssignment.talk_id)
    place = {status: at for at, status in enumerate(STATUSES)}
    statement = select(
        talk, col(ThemeAssignment.theme_id), case(place, value=col(ThemeAssignment.status), else_=len(place) - 1),
        case((col(ThemeAssignment.is_main), 1), else_=0), col(ThemeAssignment.probability),
    )  # fmt: skip
    if not filter.is_empty:
        statement = statement.where(talk.in_(allowed_talks(filter)))
    return statement.order_by(talk, col(ThemeAssignment.theme_id))


def _mentioned(filter: TalkFilter) -> Select[int, int]:
    talk = col(TechnologyMention.talk_id)
    statement = select(talk, col(TechnologyMention.technology_id))
    if not filter.is_empty:
        statement = statement.where(talk.in_(allowed_talks(filter)))
    return statement.order_by(talk, col(TechnologyMention.technology_id))


def read_numbers(session: Session, statement: Executable, width: int) -> NDArray[np.float64]:
    """The rows of a statement as an array (rows, width); NaN, or 0 of what is a whole number, for what is not known."""
    parts = [np.array(rows, dtype=np.float64) for rows in driver_batches(session, statement)]
    return np.concatenate([np.empty((0, width)), *parts])
