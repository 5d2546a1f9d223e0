"""The move of a whole base: carry every table, make indexes and references again, compare, and only then open it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, func, inspect, select

from app.db.dialect import is_sqlite
from app.db.places import named, told_of
from app.db.row_forms import Selection
from app.moving.carry import carry, digest_of
from app.moving.digest import Digest
from app.moving.filling import Filling, filling
from app.moving.recipes import left_out
from app.moving.report import MovedTable, MoveReport
from app.moving.sides import one_state, refuse_same, refuse_unfit, standing_of
from app.moving.tables import group_of, moved_tables

Progress = Callable[[str, int, int], None]
"""Called with the name of the step, how much is done and how much there is."""

QUEUES = "Queues of jobs are not moved: let workers finish them first, or queue them again."


class _Course:
    """How far a run is: tables with their rows, and rows done of each step."""

    def __init__(self, base: Connection, left: Mapping[str, str], report: MoveReport, progress: Progress) -> None:
        """`left`: tables that are left to be made anew, each with why."""
        self.tables: list[tuple[Selection, MovedTable]] = []
        self.report = report
        self._progress = progress
        self._done = 0
        for selection in moved_tables():
            name = selection.table.name
            line = MovedTable(table=name, kind="derived" if group_of(selection.table) else "fact")
            line.rows_from = _count(base, selection)
            line.left, line.note = name in left, f"left: {left[name]}" if name in left else ""
            self.tables.append((selection, line))
        report.tables = [line for _, line in self.tables]
        self._total = sum(line.rows_from for line in report.tables if not line.left)

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[int], None]]:
        """Time a step and show it; gives what is to be told of rows that were done."""
        began, self._done = time.perf_counter(), 0

        def taken(rows: int) -> None:
            self._done += rows
            self._progress(name, self._done, self._total)

        yield taken
        self.report.seconds[name] = round(time.perf_counter() - began, 2)


def move(
    source: URL, target: URL, recipes: Mapping[str, str], make_indexes: Callable[[Engine], None], progress: Progress
) -> MoveReport:
    """Move the base at `source`, as it is now, to `target`; run again after an interruption it goes on.

    `recipes`: of derived tables as this code makes them, see `recipes_now`. `make_indexes` makes the search indexes of
    the new base. DatabaseError and UsageError where it cannot be; a table that differs at the end is in the report,
    and the target stays unfinished then.
    """
    refuse_same(source, target)
    report = MoveReport(source=named(source), target=named(target), notes=[QUEUES])
    with one_state(source) as base:
        refuse_unfit(base, source)
        standing = standing_of(target, source)
        report.notes.insert(0, f"{named(target)} {standing.words}.")
        course = _Course(base, left_out(base, recipes), report, progress)
        with filling(target, source, standing) as filled:
            _carry_all(base, filled, course)
            with course.step("references and indexes"):
                filled.tighten()
            _compare(filled, course)
            if not report.differing:
                with course.step("search index"), told_of(target, filled.engine):
                    progress("search index", 0, 0)
                    make_indexes(filled.engine)
                filled.finish()
                report.whole = True
    return report


def plan(source: URL, target: URL, recipes: Mapping[str, str]) -> MoveReport:
    """What `move` would do; nothing is made or changed. Refuses what `move` refuses."""
    refuse_same(source, target)
    report = MoveReport(source=named(source), target=named(target), notes=[QUEUES])
    with one_state(source) as base:
        refuse_unfit(base, source)
        standing = standing_of(target, source)
        report.notes.insert(0, f"{named(target)} {standing.words}.")
        course = _Course(base, left_out(base, recipes), report, lambda *_: None)
    if standing.there:
        with one_state(target) as there:
            present = set(inspect(there).get_table_names())
            for selection, line in course.tables:
                line.rows_to = _count(there, selection) if line.table in present else 0
    return report


def verify(source: URL, target: URL, recipes: Mapping[str, str], progress: Progress) -> MoveReport:
    """Compare two bases table by table and change neither."""
    refuse_same(source, target)
    report = MoveReport(source=named(source), target=named(target))
    with one_state(source) as base, one_state(target) as there:
        refuse_unfit(base, source)
        refuse_unfit(there, target)
        course = _Course(base, left_out(there, recipes) | left_out(base, recipes), report, progress)
        without_nul = not (is_sqlite(base) and is_sqlite(there))
        with course.step("comparing") as taken:
            for selection, line in course.tables:
                began = time.perf_counter()
                line.rows_to = _count(there, selection)
                if not line.left:
                    _note(line, digest_of(base, selection, taken, without_nul=without_nul), report)
                    _held(line, digest_of(there, selection, lambda _: None, without_nul=without_nul))
                line.seconds = round(time.perf_counter() - began, 2)
    report.whole = not report.differing
    return report


def _carry_all(base: Connection, filled: Filling, course: _Course) -> None:
    without_nul = not (is_sqlite(base) and is_sqlite(filled.engine))
    with course.step("copying") as taken:
        for selection, line in course.tables:
            began = time.perf_counter()
            if line.left:
                filled.clear(selection.table)
                continue
            carried = carry(base, filled, selection, taken, without_nul=without_nul)
            _note(line, carried.digest, course.report)
            line.note = carried.note
            line.seconds = round(time.perf_counter() - began, 2)


def _compare(filled: Filling, course: _Course) -> None:
    """Read the target back."""
    with course.step("comparing") as taken, filled.reading() as connection:
        without_nul = not is_sqlite(connection)
        for selection, line in course.tables:
            if not line.left:
                began = time.perf_counter()
                _held(line, digest_of(connection, selection, taken, without_nul=without_nul))
                line.seconds = round(line.seconds + time.perf_counter() - began, 2)


def _note(line: MovedTable, digest: Digest, report: MoveReport) -> None:
    line.rows_from, line.checksum_from = digest.rows, digest.hex()
    report.replaced += digest.replaced


def _held(line: MovedTable, digest: Digest) -> None:
    line.rows_to, line.checksum_to = digest.rows, digest.hex()


def _count(base: Connection, selection: Selection) -> int:
    key = next(iter(selection.table.primary_key.columns))
    statement = select(func.count()).select_from(selection.table)
    if selection.only:
        statement = statement.where(key.in_(selection.only))
    return int(base.execute(statement).scalar_one())
