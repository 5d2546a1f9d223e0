"""Report “together”: which themes meet in one talk more often, or less, than by chance."""

from __future__ import annotations

from pydantic import BaseModel
from sqlmodel import Session

from app.reports.movements import sources
from app.reports.pieces import (
    coverage_lines,
    population_choices,
    vocabulary_choices,
    vocabulary_line,
    with_vocabulary,
)
from app.reports.request import ReportRequest
from app.trends.change.discoveries import BENJAMINI_HOCHBERG
from app.trends.change.lift import METHOD, Crossing, lifts
from app.trends.counts import ThemeName, ThemeShares, theme_shares
from app.trends.document import Document, FigureRow, FigureTable, Line, Number, line
from app.trends.figure import Figure
from app.trends.meetings import Meeting, read_meetings
from app.trends.populations import get_population
from app.trends.scope import ScopeFacts, read_scope
from app.trends.wording import counted

ROWS = 60
"""Rows that pages and texts list."""

MORE = ("Of each", "Lift", "Likely between", "Verdict")


class Together(BaseModel):
    """Two themes, the talks with both, and how much more often they meet than by chance; `p` is adjusted for all."""

    first: ThemeName
    second: ThemeName
    both: Figure
    of_first: Figure
    of_second: Figure
    lift: float
    low: float
    high: float
    p: float
    verdict: str


class ThemesTogether(BaseModel):
    """The JSON of this report; pairs of a theme and a part of it are left out, for they meet by definition."""

    scope: str
    population: str
    rows: list[Together]
    snapshot: str


def build(session: Session, request: ReportRequest) -> Document:
    """The report for `request`; talks count for each of their themes, whatever counting is asked for."""
    facts = read_scope(session, request.scope)
    request = with_vocabulary(session, request)
    shares = theme_shares(session, request.scope, request.population, "any", facts, request.vocabulary)
    meetings = read_meetings(session, facts, request.population, request.vocabulary)
    if request.theme:
        meetings = [one for one in meetings if request.theme in (one.first.slug, one.second.slug)]
    found = ThemesTogether(
        scope=facts.title,
        population=request.population,
        rows=_rows(meetings, shares),
        snapshot=shares.snapshot,
    )
    return Document(
        report="together",
        title=f"Themes together: {facts.title}",
        payload=found,
        snapshot=shares.snapshot,
        parameters=request.parameters(),
        lead=(_lead(found, facts),),
        coverage=coverage_lines(facts, request.population, None),
        populations=population_choices(session, request, facts),
        vocabularies=vocabulary_choices(session, request),
        tables=(_table(found),) if found.rows else (),
        method=(
            *([vocabulary_line(shares.vocabulary)] if shares.vocabulary else []),
            line(
                get_population(request.population).sentence,
                " A talk counts for each of its themes, by labels as they were given.",
            ),
            line(METHOD),
            line(BENJAMINI_HOCHBERG),
        ),
        sources=sources(facts),
    )


def _rows(meetings: list[Meeting], shares: ThemeShares) -> list[Together]:
    rows = []
    for one in meetings:
        first, second = shares.row(one.first.slug), shares.row(one.second.slug)
        if first is not None and second is not None and first.numerator and second.numerator:
            rows.append((one, first.whole, second.whole))
    crossings = tuple(
        Crossing(one.both.numerator, first.numerator, second.numerator, first.denominator)
        for one, first, second in rows
    )
    judged = [
        Together(
            first=one.first,
            second=one.second,
            both=one.both,
            of_first=first,
            of_second=second,
            lift=found.lift,
            low=found.low,
            high=found.high,
            p=found.p,
            verdict=found.verdict,
        )
        for (one, first, second), found in zip(rows, lifts(crossings), strict=True)
    ]
    judged.sort(key=lambda row: (row.verdict == "not settled", -row.low, row.first.slug, row.second.slug))
    return judged


def _lead(found: ThemesTogether, facts: ScopeFacts) -> Line:
    if facts.known == 0:
        return line("No talks are known here, so no themes meet.")
    if not found.rows:
        return line("Fewer than two themes have talks here, so none meet.")
    often = sum(row.verdict == "more often" for row in found.rows)
    seldom = sum(row.verdict == "less often" for row in found.rows)
    words = line(
        f"Of {counted(len(found.rows), 'pair')} of themes, {often} meet more often than by chance, {seldom} less."
    )
    top = found.rows[0]
    if top.verdict == "not settled":
        return words
    return words + line(
        f" Foremost {top.first.name} and {top.second.name}: ",
        Number(top.both, counted(top.both.numerator, "talk")),
        ".",
    )


def _table(found: ThemesTogether) -> FigureTable:
    rows = []
    for row in found.rows:
        each = line(Number(row.of_first, f"{row.of_first.numerator:,}"), " and ",
                    Number(row.of_second, f"{row.of_second.numerator:,}"))  # fmt: skip
        cells = (each, line(f"{row.lift:.2f}"), line(f"{row.low:.2f}–{row.high:.2f}"), line(row.verdict))
        label = f"{row.first.name} and {row.second.name}"
        rows.append(FigureRow(f"{row.first.slug}+{row.second.slug}", label, None, row.both, more=cells))
    title = f"Themes together, {found.scope}"
    return FigureTable(
        "together", title, "Themes", tuple(rows), shares=False, more=MORE, most=ROWS, order="those settled first"
    )
