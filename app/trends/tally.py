"""The counts behind shares, read from the tables in two statements whatever the number of themes or editions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED, TalkFilter, allowed_talks, other_talks
from app.catalog.kept import kept
from app.models import Talk, Theme, ThemeAssignment, ThemeDecision
from app.trends.estimate import SUREST, label_variance

FEW = 10_000
"""Talks, up to which it is quicker to go from these to their themes than through all assignments of the themes."""


@dataclass(frozen=True)
class Denominator:
    """Talks of one edition; people decided the main theme of `settled` of them."""

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


def denominators(session: Session, filter: TalkFilter, vocabulary: str) -> dict[int, Denominator]:
    """Known talks that `filter` allows, by edition id; settled by their main theme of `vocabulary`. One statement."""
    settled = case((col(Talk.id).in_(_settled(vocabulary)), 1), else_=0)
    rows = session.execute(
        allowed_talks(filter)
        .with_only_columns(col(Talk.edition_id), func.count(), func.sum(settled))
        .group_by(col(Talk.edition_id))
    )
    return {edition: Denominator(talks, int(decided or 0)) for edition, talks, decided in rows}


def theme_tallies(
    session: Session, filter: TalkFilter, counting: str, themes: Iterable[int], vocabulary: str
) -> dict[int, Tally]:
    """A tally for each theme id, all of `vocabulary`, over the talks that `filter` allows.

    Two statements, none while nothing changes.
    """
    wanted = tuple(themes)
    key = ("themes", filter, counting, wanted, vocabulary)
    return kept(session, key, lambda: _by_theme(session, filter, counting, wanted, vocabulary))


def _by_theme(
    session: Session, filter: TalkFilter, counting: str, themes: tuple[int, ...], vocabulary: str
) -> dict[int, Tally]:
    of_editions = denominators(session, filter, vocabulary).values()
    whole = Denominator(sum(part.talks for part in of_editions), sum(part.settled for part in of_editions))
    by_theme, talk = col(ThemeAssignment.theme_id), col(ThemeAssignment.talk_id)
    # The assignments of a few talks are found by these, those of most of the base by theme.
    if whole.talks <= FEW:
        marks = _marks(session, counting, vocabulary, by_theme, talk.in_(allowed_talks(filter)))
    else:
        marks = _marks(session, counting, vocabulary, by_theme, by_theme.in_(themes), talk.not_in(other_talks(filter)))
    return {theme: _tally(marks[theme], whole, counting) for theme in themes}


def edition_tallies(
    session: Session, filter: TalkFilter, counting: str, theme: Theme, parts: Mapping[int, Denominator]
) -> dict[int, Tally]:
    """A tally of one theme for each edition of `parts`, which are denominators under `filter`. One statement."""
    allowed = col(ThemeAssignment.talk_id).in_(allowed_talks(filter))
    this = col(ThemeAssignment.theme_id) == theme.id
    marks = _marks(session, counting, theme.vocabulary, col(Talk.edition_id), this, allowed)
    return {edition: _tally(marks[edition], part, counting) for edition, part in parts.items()}


def _settled(vocabulary: str) -> Any:
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


def _marks(
    session: Session, counting: str, vocabulary: str, group: Any, *clauses: ColumnElement[bool]
) -> dict[int, list[_Marks]]:
    """Assignments that pass `clauses`, by `group`, with the sum of p(1-p), p cut to what a machine can be sure of.

    Where any theme counts it does not matter which is main; where the main one counts, the unlikely do not matter.
    """
    given = col(ThemeAssignment.probability)
    variance = case((given.between(1 - SUREST, SUREST), given * (1 - given)), else_=SUREST * (1 - SUREST))
    keys: list[Any] = [group, col(ThemeAssignment.status)]
    groups = list(keys)
    statement = select(func.count(), func.sum(variance)).select_from(ThemeAssignment).where(*clauses)
    if group is col(Talk.edition_id):
        statement = statement.join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
    if counting == "main":
        settled = case((col(ThemeAssignment.talk_id).in_(_settled(vocabulary)), 1), else_=0)
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
