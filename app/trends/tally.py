"""The counts behind shares, and how many talks they make likely: a few statements whatever the number of themes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.counted import STATUSES, Counted
from app.catalog.filters import ASSIGNED, TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.sheets import counted_talks
from app.models import Talk, Theme, ThemeDecision
from app.trends.decisions import Decided, Decisions, all_decisions, decided_here, open_probabilities
from app.trends.estimate import SUREST, Ground, label_variance
from app.trends.labelling import Asked, Measured, Open, Stratum, expected_talks, measured, strata
from app.trends.parts import (
    Denominator,
    Unit,
    denominators,
    is_settled,
    numbered,
    talks_of_editions,
    unit_of,
    units_of,
)

ALIKE = 16
"""Ways in which an assignment can be alike to another: a status, being main or not, settled or not."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Tally:
    """Talks of a theme. `rejected` and `undecided` are talks of the denominator; `variance` is in talks squared.

    `expected` is the number of talks with labels corrected by what `ground` names, None where that is the numerator.
    `skew` is that of the error that is left, see `estimate.wilson`.
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
    skew: float = 1.0

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
    counted = counted_talks(session, filter)
    everywhere = np.zeros(len(counted.sheet.talk), dtype=np.int64)
    marks = _marks(session, counted, counting, vocabulary, themes, everywhere)
    return corrected(
        session, filter, counting, parts, {theme: tally_of(marks[0, theme], whole, counting) for theme in themes}
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
    asked = {
        theme: Asked(theme, tally.confirmed, tally.left, found.get(theme, ()), said, rates)
        for theme, tally in tallies.items()
    }
    return _with_expected(tallies, asked)


def edition_tallies(
    session: Session, filter: TalkFilter, counting: str, theme: Theme, parts: Mapping[int, Denominator]
) -> dict[int, Tally]:
    """A tally of one theme for each edition of `parts`, which are denominators under `filter`. One to four
    statements."""
    own = theme.id or 0
    found = cross_tallies(session, filter, counting, (own,), "edition", parts, theme.vocabulary)
    return {edition: tally for (edition, _), tally in found.items()}


def cross_tallies(
    session: Session,
    filter: TalkFilter,
    counting: str,
    themes: Iterable[int],
    unit: Unit,
    parts: Mapping[int, Denominator],
    vocabulary: str,
) -> dict[tuple[int, int], Tally]:
    """A tally for each (unit of `parts`, theme of `vocabulary`); `parts` are denominators under `filter`.

    By edition or year it is that of `theme_tallies` for these talks alone, in up to five statements and one for each
    year of which people reviewed a sample. By kind and year labels are not corrected: nobody samples by kind.
    """
    wanted = tuple(themes)
    counted = counted_talks(session, filter)
    marks = _marks(session, counted, counting, vocabulary, wanted, units_of(counted.sheet, unit))
    tallies = {
        (of, theme): tally_of(marks[of, theme], part, counting) for of, part in parts.items() for theme in wanted
    }
    return tallies if unit == "stratum" else _corrected_each(session, filter, counting, unit, parts, tallies)


def _corrected_each(
    session: Session,
    filter: TalkFilter,
    counting: str,
    unit: Unit,
    parts: Mapping[int, Denominator],
    tallies: dict[tuple[int, int], Tally],
) -> dict[tuple[int, int], Tally]:
    """Tallies by (edition or year, theme), each corrected as `corrected` does for the talks of its unit alone."""
    if counting == "main" or not any(tally.undecided for tally in tallies.values()):
        return tallies
    decisions = all_decisions(session)
    read = {one.edition for ones in decisions.values() for one in ones}
    talks = talks_of_editions(session, filter, unit, parts)
    themes = {theme for (_, theme), tally in tallies.items() if tally.undecided}
    some = {theme: ones for theme, ones in decisions.items() if theme in themes}
    of_talk = _units_of_decided(session, filter, unit) if some else {}
    sampled: dict[tuple[int, int], list[Stratum]] = {}
    for theme, ones in some.items():
        here: dict[int, list[Decided]] = defaultdict(list)
        for one in ones:
            if of_talk.get(one.talk) in talks:
                here[of_talk[one.talk]].append(one)
        sampled |= {(of, theme): strata(theme, decided, talks[of]) for of, decided in here.items()}
    said = _said_each(session, filter, unit, sampled)
    rates = {}
    for of, editions in talks.items():
        only = next(iter(editions)) if len(editions) == 1 else None
        rates[of] = _rates(session, decisions, only if only in read else None)
    asked = {
        (of, theme): Asked(
            theme, tally.confirmed, tally.left, sampled.get((of, theme), ()), said.get(of, {}), rates[of]
        )
        for (of, theme), tally in tallies.items()
    }
    return _with_expected(tallies, asked)


def _units_of_decided(session: Session, filter: TalkFilter, unit: Unit) -> dict[int, int]:
    """The edition or year of each talk that `filter` allows and of which people decided anything."""
    decided = col(Talk.id).in_(select(col(ThemeDecision.talk_id)))
    rows = session.execute(allowed_talks(filter).with_only_columns(col(Talk.id), unit_of(unit)).where(decided))
    return {talk: of for talk, of in rows if talk is not None and of is not None}


def _said_each(
    session: Session, filter: TalkFilter, unit: Unit, sampled: Mapping[tuple[int, int], list[Stratum]]
) -> dict[int, dict[tuple[int, int], list[float]]]:
    """For each unit with a reviewed sample, the machine's probabilities of undecided talks by theme and edition."""
    found = [(of, one) for (of, _), ones in sampled.items() for one in ones]
    if unit == "edition":
        said = open_probabilities(session, filter, {one.theme for _, one in found}, {one.edition for _, one in found})
        return {of: said for of, _ in found}
    years: dict[int, list[Stratum]] = defaultdict(list)
    for of, one in found:
        years[of].append(one)
    # An edition may go over New Year, so each year is asked for by itself.
    return {
        year: open_probabilities(
            session, filter.but(year_from=year, year_to=year), {one.theme for one in ones}, {o.edition for o in ones}
        )
        for year, ones in years.items()
    }


def _rates(session: Session, decisions: Decisions, without: int | None) -> Measured | None:
    return kept(session, ("rates", without), lambda: measured(decisions, without))


def _with_expected(tallies: Mapping[Key, Tally], asked: Mapping[Key, Asked]) -> dict[Key, Tally]:
    """Tallies with labels corrected; as they are where people decided everything or nothing was ever measured."""
    open_ = [key for key, tally in tallies.items() if tally.undecided and (asked[key].sampled or asked[key].rates)]
    found = dict(tallies) | {
        key: replace(tally, ground=Ground("decided")) for key, tally in tallies.items() if not tally.undecided
    }
    for key, one in zip(open_, expected_talks([asked[key] for key in open_]), strict=True):
        # Rounded, so that the order in which a database answers does not show in a figure.
        talks, variance, skew = round(one.talks, 9), round(one.variance, 9), round(one.skew, 9)
        found[key] = replace(tallies[key], expected=talks, variance=variance, skew=skew, ground=one.ground)
    return found


def _marks(
    session: Session, counted: Counted, counting: str, vocabulary: str, themes: Sequence[int], units: NDArray[np.int64]
) -> dict[tuple[int, int], list[Marks]]:
    """Assignments of counted talks to `themes`, by unit and theme, with the sum of p(1-p); `units` tells the unit of
    each talk, less than 0 for none.

    p is cut to what a machine can be sure of. Where any theme counts it does not matter which is main; where the main
    one counts, the unlikely do not matter.
    """
    sheet, main = counted.sheet, counting == "main"
    at = counted.assignments(themes)
    at = at[units[sheet.place[at]] >= 0]
    if main:
        at = at[sheet.status[at] != STATUSES.index("unlikely")]
    place, given = sheet.place[at], sheet.probability[at]
    alike = sheet.status[at].astype(np.int64) << 2
    if main:
        alike += sheet.main[at] * 2 + is_settled(session, sheet, vocabulary)[place]
    places, of = numbered(units[place])
    order = np.array(sorted(themes), dtype=np.int64)
    keys = ((of * len(order)) + np.searchsorted(order, sheet.theme[at])) * ALIKE + alike
    sure = (given >= 1 - SUREST) & (given <= SUREST)
    variance = np.where(sure, given * (1 - given), SUREST * (1 - SUREST))
    numbers = np.bincount(keys)
    sums = np.bincount(keys, variance)
    found: dict[tuple[int, int], list[Marks]] = defaultdict(list)
    for key in np.flatnonzero(numbers).tolist():
        cell, kind = divmod(key, ALIKE)
        unit, theme = divmod(cell, len(order))
        # Rounded, so that the order in which they are added does not show in a figure.
        mark = Marks(STATUSES[kind >> 2], bool(kind & 2), bool(kind & 1), int(numbers[key]), round(float(sums[key]), 9))
        found[int(places[unit]), int(order[theme])].append(mark)
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
