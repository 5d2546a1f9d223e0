"""What talks are counted by, editions, years or kinds and years, and how many are in each: what shares are taken of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks, talk_year
from app.catalog.kept import kept
from app.models import Talk, Theme, ThemeAssignment, ThemeDecision
from app.text.kinds import KINDS

Unit = Literal["edition", "year", "stratum"]
"""What talks are counted by: edition ids, the years that filters go by, or kinds and years together (`stratum_of`)."""

KIND_STEP = 10_000
"""More than there are years: a kind and a year together make one number."""


@dataclass(frozen=True)
class Denominator:
    """Talks of one edition, year or stratum; people decided the main theme of `settled` of them."""

    talks: int
    settled: int


def denominators(
    session: Session, filter: TalkFilter, vocabulary: str, unit: Unit = "edition"
) -> dict[int, Denominator]:
    """Known talks that `filter` allows, by `unit`; settled by their main theme of `vocabulary`. One statement."""
    settled = case((col(Talk.id).in_(settled_talks(vocabulary)), 1), else_=0)
    by = unit_of(unit)
    rows = session.execute(allowed_talks(filter).with_only_columns(by, func.count(), func.sum(settled)).group_by(by))
    return {of: Denominator(talks, int(decided or 0)) for of, talks, decided in rows if of is not None}


def talks_by(session: Session, filter: TalkFilter, unit: Unit) -> dict[int, int]:
    """How many known talks `filter` allows, by `unit`; talks without a year are in no year. One statement, or none."""
    return kept(session, ("talks by", filter, unit), lambda: _talks_by(session, filter, unit))


def _talks_by(session: Session, filter: TalkFilter, unit: Unit) -> dict[int, int]:
    by = unit_of(unit)
    rows = session.execute(allowed_talks(filter).with_only_columns(by, func.count()).group_by(by))
    return {of: talks for of, talks in rows if of is not None}


def unit_of(unit: Unit) -> ColumnElement[Any]:
    """What the talks of a statement are grouped by."""
    if unit == "edition":
        return col(Talk.edition_id)  # type: ignore[return-value]  # a column of ids is an expression of ids
    if unit == "year":
        return talk_year()
    # Programmes say talk or breakout for the same thing.
    places = {kind: place for place, kind in enumerate(KINDS)} | {"breakout": KINDS.index("talk")}
    kinds = case(places, value=col(Talk.kind), else_=KINDS.index("other"))
    return kinds * KIND_STEP + talk_year()


def stratum_of(number: int) -> tuple[str, int]:
    """The kind and the year that a number of the unit “stratum” stands for."""
    return KINDS[number // KIND_STEP], number % KIND_STEP


def talks_of_editions(
    session: Session, filter: TalkFilter, unit: Unit, parts: Mapping[int, Denominator]
) -> dict[int, dict[int, int]]:
    """For each unit of `parts`, its talks by edition."""
    if unit == "edition":
        return {edition: {edition: part.talks} for edition, part in parts.items()}
    by, edition = unit_of(unit), col(Talk.edition_id)
    found: dict[int, dict[int, int]] = {of: {} for of in parts}
    for of, here, talks in session.execute(
        allowed_talks(filter).with_only_columns(by, edition, func.count()).group_by(by, edition)
    ):
        if of in found:
            found[of][here] = talks
    return found


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
