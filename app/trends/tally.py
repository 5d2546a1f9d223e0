"""The counts behind shares, and how many talks they make likely: a few statements whatever the number of themes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.counted import STATUSES, Counted
from app.catalog.filters import ASSIGNED, TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.sheets import counted_talks
from app.models import Talk, Theme, ThemeDecision
from app.trends.contingency import numbered
from app.trends.decisions import Decided, Decisions, all_decisions, decided_here, open_probabilities
from app.trends.estimate import SUREST, Ground, label_variance
from app.trends.labelling import Asked, Measured, Open, Stratum, expected_talks, measured, strata
from app.trends.parts import (
    Denominator,
    Unit,
    denominators,
    is_settled,
    talks_of_editions,
    unit_of,
    units_of,
)

ALIKE = 16
"""Ways in which an assignment can be alike to another: a status, being main or not, settled or not."""

OPEN, DECIDED = Ground("machine-probabilities"), Ground("decided")
Key = TypeVar("Key", bound=Hashable)


class Tally(NamedTuple):
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

    def expecting(self, expected: float, variance: float, skew: float, ground: Ground) -> Tally:
        """The same with labels corrected; written out, for `_replace` takes twice as long."""
        return Tally(
            self.numerator, self.denominator, self.confirmed, self.rejected, self.undecided, variance, self.left,
            ground, expected, skew,
        )  # fmt: skip


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
    tallies = _tallied(session, counted, counting, vocabulary, themes, everywhere, {0: whole})
    return corrected(session, filter, counting, parts, {theme: tally for (_, theme), tally in tallies.items()})


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
    tallies = _tallied(session, counted, counting, vocabulary, wanted, units_of(counted.sheet, unit), parts)
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
        key: tally._replace(ground=DECIDED) for key, tally in tallies.items() if not tally.undecided
    }
    for key, one in zip(open_, expected_talks([asked[key] for key in open_]), strict=True):
        # Rounded, so that the order in which a database answers does not show in a figure.
        talks, variance, skew = round(one.talks, 9), round(one.variance, 9), round(one.skew, 9)
        found[key] = tallies[key].expecting(talks, variance, skew, one.ground)
    return found


def _tallied(
    session: Session,
    counted: Counted,
    counting: str,
    vocabulary: str,
    themes: Sequence[int],
    units: NDArray[np.int64],
    parts: Mapping[int, Denominator],
) -> dict[tuple[int, int], Tally]:
    """Tallies by unit of `parts` and theme, labels as they are; `units` tells the unit of each talk of the sheet.

    People decided a talk for a theme by confirming or rejecting it; where only main themes count, by naming a main
    theme or rejecting this one. A probability is of the theme, so only that of a talk's main theme is used there.
    """
    main = counting == "main"
    counts, variances = _marks(session, counted, main, vocabulary, themes, units, list(parts))
    kind = np.arange(ALIKE)
    status, is_main, settled = kind >> 2, (kind & 2) > 0, (kind & 1) > 0
    assigned = (status < len(ASSIGNED)) & (is_main | (not main))
    by_people = (status == STATUSES.index("confirmed")) & (settled | (not main))
    denied = (status == STATUSES.index("rejected")) & ~(main & settled)
    machine = status == STATUSES.index("machine")
    open_ = assigned & (machine | ~settled) if main else machine | (status == STATUSES.index("unlikely"))
    sums = [
        counts[..., those].sum(axis=-1) for those in (assigned, assigned & by_people, denied, open_ & assigned, open_)
    ]
    # Added one after another, as an order of a sum shows in its last digits.
    doubt = sum((variances[..., one] for one in np.flatnonzero(open_)), np.zeros(counts.shape[:2]))
    columns = [column.ravel().tolist() for column in (*sums, doubt)]
    cells = ((key, whole) for key, whole in parts.items() for _ in themes)
    return {
        (key, theme): _tally(whole, main, *values)
        for (key, whole), theme, *values in zip(cells, [*themes] * len(parts), *columns, strict=True)
    }


def _tally(
    whole: Denominator, main: bool, numerator: int, confirmed: int, denied: int, yes: int, open_: int, doubt: float
) -> Tally:
    """Of the talks of a unit; `yes` and the others of `open_` are undecided, with the variance `doubt`."""
    rejected = min(denied + (whole.settled - confirmed if main else 0), whole.talks - numerator)
    undecided = whole.talks - confirmed - rejected
    without = max(undecided - open_, 0)
    variance = label_variance(doubt, without)
    return Tally(
        numerator=numerator,
        denominator=whole.talks,
        confirmed=confirmed,
        rejected=rejected,
        undecided=undecided,
        variance=variance,
        left=Open(without, open_ - yes, yes, variance),
        ground=OPEN if undecided else DECIDED,
    )


def _marks(
    session: Session,
    counted: Counted,
    main: bool,
    vocabulary: str,
    themes: Sequence[int],
    units: NDArray[np.int64],
    wanted: Sequence[int],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Assignments of counted talks, and the sums of their p(1-p): two of (units wanted, themes, ALIKE).

    The last axis tells those that are alike: the place of their status in STATUSES, whether they are main, and whether
    people decided the talk's main theme, the latter two only if `main` ones alone count. p is cut to what a machine can
    be sure of. Where any theme counts it does not matter which is main; where the main one counts, the unlikely do not.
    """
    sheet = counted.sheet
    at = counted.assignments(themes)
    if main:
        at = at[sheet.status[at] != STATUSES.index("unlikely")]
    there, of_talk = numbered(units + 1)  # 0 for talks of no unit
    of = of_talk[sheet.place[at]]
    alike = sheet.status[at].astype(np.int64) << 2
    if main:
        alike += sheet.main[at] * 2 + is_settled(session, sheet, vocabulary)[sheet.place[at]]
    column = np.zeros(max(themes, default=0) + 1, dtype=np.int64)
    column[list(themes)] = np.arange(len(themes))
    keys = (of * len(themes) + column[sheet.theme[at]]) * ALIKE + alike
    given = np.clip(sheet.probability[at], 1 - SUREST, SUREST)
    # One row more, of nothing, for the units that have none.
    shape = len(there) + 1, len(themes), ALIKE
    counts = np.bincount(keys, minlength=math.prod(shape))
    sums = np.bincount(keys, weights=given * (1 - given), minlength=len(counts)).astype(np.float64, copy=False)
    held = np.flatnonzero(counts)
    # Rounded, so that the order in which they are added does not show in a figure.
    sums[held] = [round(one, 9) for one in sums[held].tolist()]
    rows = {of - 1: row for row, of in enumerate(there.tolist())}
    row = [rows.get(of, len(rows)) for of in wanted]
    return counts.reshape(shape)[row], sums.reshape(shape)[row]
