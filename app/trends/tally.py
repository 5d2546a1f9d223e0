"""The counts behind shares, and how many talks they make likely: a few statements whatever the number of themes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED, TalkFilter, allowed_talks, other_talks
from app.catalog.kept import kept
from app.models import Talk, Theme, ThemeAssignment, ThemeDecision
from app.trends.decisions import Decisions, all_decisions, decided_here, open_probabilities
from app.trends.estimate import SUREST, Ground, label_variance
from app.trends.labelling import Measured, Open, Stratum, expected_talks, measured, strata

FEW = 10_000
"""Talks, up to which it is quicker to go from these to their themes than through all assignments of the themes."""


@dataclass(frozen=True)
class Denominator:
    """Talks of one edition; people decided the main theme of `settled` of them."""

    talks: int
    settled: int


@dataclass(frozen=True)
class Tally:
    """Talks of a theme. `rejected` and `undecided` are talks of the denominator; `variance` is in talks squared.

    `expected` is the number of talks with labels corrected by what `ground` names, None where that is the numerator.
    """

    numerator: int
    denominator: int
    confirmed: int
    rejected: int
    undecided: int
    variance: float
    left: Open
    ground: Ground
    expected: float | None = None

    @property
    def machine(self) -> int:
        """Talks of the numerator that no person decided."""
        return self.numerator - self.confirmed


@dataclass(frozen=True)
class Marks:
    """Assignments that are alike in status, in being main, and in whether people decided the talk's main theme."""

    status: str
    is_main: bool
    settled: bool
    talks: int
    variance: float


def denominators(session: Session, filter: TalkFilter, vocabulary: str) -> dict[int, Denominator]:
    """Known talks that `filter` allows, by edition id; settled by their main theme of `vocabulary`. One statement."""
    settled = case((col(Talk.id).in_(settled_talks(vocabulary)), 1), else_=0)
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

    Two to five statements, none while nothing changes: more than two where people decided some talks of a theme and
    not others.
    """
    wanted = tuple(themes)
    key = ("themes", filter, counting, wanted, vocabulary)
    return kept(session, key, lambda: _by_theme(session, filter, counting, wanted, vocabulary))


def _by_theme(
    session: Session, filter: TalkFilter, counting: str, themes: tuple[int, ...], vocabulary: str
) -> dict[int, Tally]:
    parts = denominators(session, filter, vocabulary)
    whole = Denominator(sum(part.talks for part in parts.values()), sum(part.settled for part in parts.values()))
    by_theme, talk = col(ThemeAssignment.theme_id), col(ThemeAssignment.talk_id)
    # The assignments of a few talks are found by these, those of most of the base by theme.
    if whole.talks <= FEW:
        marks = _marks(session, counting, vocabulary, by_theme, talk.in_(allowed_talks(filter)))
    else:
        marks = _marks(session, counting, vocabulary, by_theme, by_theme.in_(themes), talk.not_in(other_talks(filter)))
    return corrected(
        session, filter, counting, parts, {theme: tally_of(marks[theme], whole, counting) for theme in themes}
    )


def corrected(
    session: Session, filter: TalkFilter, counting: str, parts: Mapping[int, Denominator], tallies: dict[int, Tally]
) -> dict[int, Tally]:
    """Tallies by theme of the talks of `parts`, which `filter` allows, with labels corrected. A few statements."""
    if counting == "main" or not any(tally.undecided for tally in tallies.values()):
        return tallies
    decisions = all_decisions(session)
    # Of those alone that people decided for some of the talks, not for all.
    some = {theme: ones for theme, ones in decisions.items() if theme in tallies and tallies[theme].undecided}
    here = decided_here(session, filter, some)
    talks = {edition: part.talks for edition, part in parts.items()}
    found = {theme: strata(theme, ones, talks) for theme, ones in here.items()}
    only = next(iter(parts)) if len(parts) == 1 else None
    rates = _rates(session, decisions, only)
    sampled = [stratum for some in found.values() for stratum in some]
    said = open_probabilities(session, filter, {one.theme for one in sampled}, {one.edition for one in sampled})
    return {theme: _with_expected(tally, theme, found.get(theme, []), said, rates) for theme, tally in tallies.items()}


def edition_tallies(
    session: Session, filter: TalkFilter, counting: str, theme: Theme, parts: Mapping[int, Denominator]
) -> dict[int, Tally]:
    """A tally of one theme for each edition of `parts`, which are denominators under `filter`. One to four
    statements."""
    allowed = col(ThemeAssignment.talk_id).in_(allowed_talks(filter))
    this = col(ThemeAssignment.theme_id) == theme.id
    marks = _marks(session, counting, theme.vocabulary, col(Talk.edition_id), this, allowed)
    own = theme.id or 0
    tallies = {edition: tally_of(marks[edition], part, counting) for edition, part in parts.items()}
    if counting == "main" or not any(tally.undecided for tally in tallies.values()):
        return tallies
    decisions = all_decisions(session)
    read = {one.edition for ones in decisions.values() for one in ones}
    here = decided_here(session, filter, {own: decisions[own]} if own in decisions else {})
    talks = {edition: part.talks for edition, part in parts.items()}
    by_edition = {stratum.edition: [stratum] for stratum in strata(own, here.get(own, ()), talks)}
    said = open_probabilities(session, filter, {own} if by_edition else (), by_edition)
    return {
        edition: _with_expected(
            tally, own, by_edition.get(edition, []), said,
            _rates(session, decisions, edition if edition in read else None),
        )
        for edition, tally in tallies.items()
    }  # fmt: skip


def _rates(session: Session, decisions: Decisions, without: int | None) -> Measured | None:
    return kept(session, ("rates", without), lambda: measured(decisions, without))


def _with_expected(
    tally: Tally,
    theme: int,
    sampled: list[Stratum],
    said: Mapping[tuple[int, int], list[float]],
    rates: Measured | None,
) -> Tally:
    """`tally` with labels corrected; as it is where people decided everything or nothing was ever measured."""
    if tally.undecided == 0:
        return replace(tally, ground=Ground("decided"))
    if not sampled and rates is None:
        return tally
    found = expected_talks(theme, tally.confirmed, tally.left, sampled, said, rates)
    # Rounded, so that the order in which a database answers does not show in a figure.
    return replace(tally, expected=round(found.talks, 9), variance=round(found.variance, 9), ground=found.ground)


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


def own_variance() -> Any:
    """p(1-p) of an assignment, p cut to what a machine can be sure of."""
    given = col(ThemeAssignment.probability)
    return case((given.between(1 - SUREST, SUREST), given * (1 - given)), else_=SUREST * (1 - SUREST))


def _marks(
    session: Session, counting: str, vocabulary: str, group: Any, *clauses: ColumnElement[bool]
) -> dict[int, list[Marks]]:
    """Assignments that pass `clauses`, by `group`, with the sum of p(1-p), p cut to what a machine can be sure of.

    Where any theme counts it does not matter which is main; where the main one counts, the unlikely do not matter.
    """
    variance = own_variance()
    keys: list[Any] = [group, col(ThemeAssignment.status)]
    groups = list(keys)
    statement = select(func.count(), func.sum(variance)).select_from(ThemeAssignment).where(*clauses)
    if group is col(Talk.edition_id):
        statement = statement.join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
    if counting == "main":
        settled = case((col(ThemeAssignment.talk_id).in_(settled_talks(vocabulary)), 1), else_=0)
        keys += [col(ThemeAssignment.is_main), settled.label("settled")]
        groups += [col(ThemeAssignment.is_main), "settled"]
        statement = statement.where(col(ThemeAssignment.status).in_((*ASSIGNED, "rejected")))
    found: dict[int, list[Marks]] = defaultdict(list)
    for talks, uncertain, key, status, *main in session.execute(statement.add_columns(*keys).group_by(*groups)):
        # Rounded, so that the order in which a database adds does not show in a figure.
        is_main, decided = map(bool, main or (False, False))
        found[key].append(Marks(status, is_main, decided, talks, round(float(uncertain), 9)))
    return found


def tally_of(marks: list[Marks], whole: Denominator, counting: str) -> Tally:
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
    yes = sum(mark.talks for mark in open_marks if mark.status in ASSIGNED)
    perhaps = sum(mark.talks for mark in open_marks) - yes
    without = max(undecided - yes - perhaps, 0)
    variance = label_variance(sum(mark.variance for mark in open_marks), without)
    return Tally(
        numerator=numerator,
        denominator=whole.talks,
        confirmed=confirmed,
        rejected=rejected,
        undecided=undecided,
        variance=variance,
        left=Open(without, perhaps, yes, variance),
        ground=Ground("machine-probabilities" if undecided else "decided"),
    )
