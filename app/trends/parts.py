"""What talks are counted by, editions, years or kinds and years, and how many are in each: what shares are taken of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from app.catalog.counted import Sheet
from app.catalog.filters import TalkFilter, talk_year
from app.catalog.kept import kept
from app.catalog.sheets import counted_talks
from app.models import Talk, Theme, ThemeAssignment, ThemeDecision
from app.text.kinds import KINDS
from app.trends.contingency import crosstab, numbered

Unit = Literal["edition", "year", "stratum"]
"""What talks are counted by: edition ids, the years that filters go by, or kinds and years together (`stratum_of`)."""

KIND_STEP = 10_000
"""More than there are years: a kind and a year together make one number."""


class Denominator(NamedTuple):
    """Talks of one edition, year or stratum; people decided the main theme of `settled` of them."""

    talks: int
    settled: int


def denominators(
    session: Session, filter: TalkFilter, vocabulary: str, unit: Unit = "edition"
) -> dict[int, Denominator]:
    """Known talks that `filter` allows, by `unit`; settled by their main theme of `vocabulary`. One statement where
    counts are at hand."""
    counted = counted_talks(session, filter)
    units = units_of(counted.sheet, unit)
    decided = counted.inside & is_settled(session, counted.sheet, vocabulary)
    settled = _numbers(units, decided)
    return {of: Denominator(talks, settled.get(of, 0)) for of, talks in _numbers(units, counted.inside).items()}


def talks_by(session: Session, filter: TalkFilter, unit: Unit) -> dict[int, int]:
    """How many known talks `filter` allows, by `unit`; talks without a year are in no year."""
    counted = counted_talks(session, filter)
    return _numbers(units_of(counted.sheet, unit), counted.inside)


def _numbers(units: NDArray[np.int64], talks: NDArray[np.bool_]) -> dict[int, int]:
    """How many of these talks are in each unit that has any."""
    found, place = numbered(units[talks & (units >= 0)])
    return dict(zip(found.tolist(), np.bincount(place).tolist(), strict=True))


def units_of(sheet: Sheet, unit: Unit) -> NDArray[np.int64]:
    """What each talk of a sheet is counted by; -1 where its year is not known and needed."""
    if unit == "edition":
        return sheet.edition
    if unit == "year":
        return np.where(sheet.year > 0, sheet.year, -1)
    # Programmes say talk or breakout for the same thing.
    kinds = np.where(sheet.kind == KINDS.index("breakout"), KINDS.index("talk"), sheet.kind)
    return np.where(sheet.year > 0, kinds * KIND_STEP + sheet.year, -1)


def unit_of(unit: Unit) -> ColumnElement[Any]:
    """What the talks of a statement are grouped by; ValueError for strata, which are counted from sheets alone."""
    if unit == "stratum":
        raise ValueError("Statements are not grouped by kind and year.")
    return col(Talk.edition_id) if unit == "edition" else talk_year()  # type: ignore[return-value]  # ids are numbers


def stratum_of(number: int) -> tuple[str, int]:
    """The kind and the year that a number of the unit “stratum” stands for."""
    return KINDS[number // KIND_STEP], number % KIND_STEP


def talks_of_editions(
    session: Session, filter: TalkFilter, unit: Unit, parts: Mapping[int, Denominator]
) -> dict[int, dict[int, int]]:
    """For each unit of `parts`, its talks by edition."""
    if unit == "edition":
        return {edition: {edition: part.talks} for edition, part in parts.items()}
    counted = counted_talks(session, filter)
    units = units_of(counted.sheet, unit)
    here = counted.inside & (units >= 0)
    found: dict[int, dict[int, int]] = {of: {} for of in parts}
    for of, edition, talks in crosstab(units[here], counted.sheet.edition[here]):
        if of in found:
            found[of][edition] = talks
    return found


def is_settled(session: Session, sheet: Sheet, vocabulary: str) -> NDArray[np.bool_]:
    """For each talk of a sheet, whether it is one of `settled_talks`. One statement, none while nothing changes."""
    ids = kept(session, ("settled", vocabulary), lambda: tuple(session.scalars(settled_talks(vocabulary).distinct())))
    return np.isin(sheet.talk, np.array(ids, dtype=np.int64), kind="table")


def settled_talks(vocabulary: str) -> Any:
    """Talks whose main theme of a vocabulary a person named; where nobody did, a confirmed one may be main by machine.

    Those of other vocabularies say nothing of this one.
    """
    themes = select(col(Theme.id)).where(col(Theme.vocabulary) == vocabulary)
    named = select(col(ThemeDecision.talk_id)).where(
        col(ThemeDecision.accepted).is_(True),
        col(ThemeDecision.is_main).is_(True),
        col(ThemeDecision.theme_id).in_(themes),
    )
    return select(col(ThemeAssignment.talk_id)).where(
        col(ThemeAssignment.status) == "confirmed",
        col(ThemeAssignment.is_main).is_(True),
        col(ThemeAssignment.theme_id).in_(themes),
        col(ThemeAssignment.talk_id).in_(named),
    )
