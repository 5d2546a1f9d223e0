"""The counts behind shares, read from the tables in two statements whatever the number of themes, editions or years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import CTE, ColumnElement, case, func, select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED, TalkFilter, allowed_talks, other_talks, talk_year
from app.catalog.kept import kept
from app.models import Talk, ThemeAssignment, ThemeDecision
from app.text.kinds import KINDS
from app.trends.estimate import SUREST, label_variance

FEW = 10_000
"""Talks, up to which it is quicker to go from these to their themes than through all assignments of the themes."""


Unit = Literal["edition", "year", "stratum"]
"""What talks are counted by: edition ids, the years that filters go by, or kinds and years together (`stratum_of`)."""

KIND_STEP = 10_000
"""More than there are years: a kind and a year together make one number."""

STEP = 1_000_000
"""More than there are themes: a unit and a theme together make one number to group by."""


@dataclass(frozen=True)
class Denominator:
    """Talks of one edition or year; people decided the main theme of `settled` of them."""

    talks: int
    settled: int


@dataclass(frozen=True)
class Tally:
    """Talks of a theme. `rejected` and `undecided` are talks of the denominator; `variance` is in talks squared."""

    numerator: int
    denominator: int
    confirmed: int
    rejected: int
    undecided: int
    variance: float

    @property
    def machine(self) -> int:
        """Talks of the numerator that no person decided."""
        return self.numerator - self.confirmed


@dataclass(frozen=True)
class _Marks:
    """Assignments that are alike in status, in being main, and in whether people decided the talk's main theme."""

    status: str
    is_main: bool
    settled: bool
    talks: int
    variance: float


def denominators(session: Session, filter: TalkFilter, unit: Unit = "edition") -> dict[int, Denominator]:
    """Known talks that `filter` allows, by edition id or year. One statement."""
    settled = case((col(Talk.id).in_(_settled()), 1), else_=0)
    by = unit_of(unit)
    rows = session.execute(allowed_talks(filter).with_only_columns(by, func.count(), func.sum(settled)).group_by(by))
    return {of: Denominator(talks, int(decided or 0)) for of, talks, decided in rows if of is not None}


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


def theme_tallies(session: Session, filter: TalkFilter, counting: str, themes: Iterable[int]) -> dict[int, Tally]:
    """A tally for each theme id, over the talks that `filter` allows. Two statements, none while nothing changes."""
    wanted = tuple(themes)
    return kept(session, ("themes", filter, counting, wanted), lambda: _by_theme(session, filter, counting, wanted))


def _by_theme(session: Session, filter: TalkFilter, counting: str, themes: tuple[int, ...]) -> dict[int, Tally]:
    of_editions = denominators(session, filter).values()
    whole = Denominator(sum(part.talks for part in of_editions), sum(part.settled for part in of_editions))
    by_theme, talk = col(ThemeAssignment.theme_id), col(ThemeAssignment.talk_id)
    # The assignments of a few talks are found by these, those of most of the base by theme.
    if whole.talks <= FEW:
        marks = _marks(session, counting, by_theme, talk.in_(allowed_talks(filter)))
    else:
        marks = _marks(session, counting, by_theme, by_theme.in_(themes), talk.not_in(other_talks(filter)))
    return {theme: _tally(marks[theme], whole, counting) for theme in themes}


def edition_tallies(
    session: Session, filter: TalkFilter, counting: str, theme: int, parts: Mapping[int, Denominator]
) -> dict[int, Tally]:
    """A tally of one theme for each edition of `parts`, which are denominators under `filter`. One statement."""
    allowed = col(ThemeAssignment.talk_id).in_(allowed_talks(filter))
    marks = _marks(session, counting, col(Talk.edition_id), col(ThemeAssignment.theme_id) == theme, allowed)
    return {edition: _tally(marks[edition], part, counting) for edition, part in parts.items()}


def cross_tallies(
    session: Session,
    filter: TalkFilter,
    counting: str,
    themes: Iterable[int],
    unit: Unit,
    parts: Mapping[int, Denominator],
) -> dict[tuple[int, int], Tally]:
    """A tally for each (edition or year of `parts`, theme); `parts` are denominators under `filter`. One statement."""
    wanted = tuple(themes)
    # Each talk is looked at once and not again for each of its assignments; SQLite would undo that by itself.
    talks = allowed_talks(filter).with_only_columns(col(Talk.id), unit_of(unit).label("of")).cte("talks")
    talks = talks.prefix_with("MATERIALIZED")
    number = talks.c.of * STEP + col(ThemeAssignment.theme_id)
    marks = _marks(session, counting, number, col(ThemeAssignment.theme_id).in_(wanted), among=talks)
    return {
        (of, theme): _tally(marks[of * STEP + theme], part, counting) for of, part in parts.items() for theme in wanted
    }


def _settled() -> Any:
    """Talks whose main theme a person named; where nobody did, a confirmed theme may be main by machine."""
    named = select(col(ThemeDecision.talk_id)).where(
        col(ThemeDecision.accepted).is_(True), col(ThemeDecision.is_main).is_(True)
    )
    return select(col(ThemeAssignment.talk_id)).where(
        col(ThemeAssignment.status) == "confirmed",
        col(ThemeAssignment.is_main).is_(True),
        col(ThemeAssignment.talk_id).in_(named),
    )


def _marks(
    session: Session, counting: str, group: Any, *clauses: ColumnElement[bool], among: CTE | None = None
) -> dict[int, list[_Marks]]:
    """Assignments that pass `clauses`, of the talks `among` where given, by `group`, with the sum of p(1-p).

    p is cut to what a machine can be sure of.

    Where any theme counts it does not matter which is main; where the main one counts, the unlikely do not matter.
    """
    given = col(ThemeAssignment.probability)
    variance = case((given.between(1 - SUREST, SUREST), given * (1 - given)), else_=SUREST * (1 - SUREST))
    keys: list[Any] = [group, col(ThemeAssignment.status)]
    groups = list(keys)
    statement = select(func.count(), func.sum(variance)).select_from(ThemeAssignment).where(*clauses)
    if among is not None:
        statement = statement.join(among, among.c.id == col(ThemeAssignment.talk_id))
    elif group is col(Talk.edition_id):
        statement = statement.join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
    if counting == "main":
        settled = case((col(ThemeAssignment.talk_id).in_(_settled()), 1), else_=0)
        keys += [col(ThemeAssignment.is_main), settled.label("settled")]
        groups += [col(ThemeAssignment.is_main), "settled"]
        statement = statement.where(col(ThemeAssignment.status).in_((*ASSIGNED, "rejected")))
    found: dict[int, list[_Marks]] = defaultdict(list)
    for talks, uncertain, key, status, *main in session.execute(statement.add_columns(*keys).group_by(*groups)):
        # Rounded, so that the order in which a database adds does not show in a figure.
        is_main, decided = map(bool, main or (False, False))
        found[key].append(_Marks(status, is_main, decided, talks, round(float(uncertain), 9)))
    return found


def _tally(marks: list[_Marks], whole: Denominator, counting: str) -> Tally:
    """People decided a talk for a theme by confirming or rejecting it; where only main themes count, by naming a main
    theme or rejecting this one. A probability is of the theme, so only that of a talk's main theme is used there."""
    main = counting == "main"
    assigned = [mark for mark in marks if mark.status in ASSIGNED and (mark.is_main or not main)]
    confirmed = sum(mark.talks for mark in assigned if mark.status == "confirmed" and (mark.settled or not main))
    numerator = sum(mark.talks for mark in assigned)
    denied = sum(mark.talks for mark in marks if mark.status == "rejected" and not (main and mark.settled))
    rejected = min(denied + (whole.settled - confirmed if main else 0), whole.talks - numerator)
    open_marks = [mark for mark in assigned if mark.status == "machine" or (main and not mark.settled)]
    if not main:
        open_marks += [mark for mark in marks if mark.status not in (*ASSIGNED, "rejected")]
    undecided = whole.talks - confirmed - rejected
    without = max(undecided - sum(mark.talks for mark in open_marks), 0)
    return Tally(
        numerator=numerator,
        denominator=whole.talks,
        confirmed=confirmed,
        rejected=rejected,
        undecided=undecided,
        variance=label_variance(sum(mark.variance for mark in open_marks), without),
    )
