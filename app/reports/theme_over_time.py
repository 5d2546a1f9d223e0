"""Report “theme-over-time”: the share of one theme at each edition of a series, or in each year, and what changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.errors import NotFound, UsageError
from app.reports.movements import (
    change_cells,
    judging_lines,
    jump_lines,
    odds_range,
    odds_words,
    settle_sections,
    sources,
)
from app.reports.pieces import coverage_lines, population_choices, with_vocabulary
from app.reports.request import ReportRequest
from app.trends.change import pooling, slope
from app.trends.change.discoveries import RATE
from app.trends.counts import ThemeName
from app.trends.document import Chart, Document, FigureRow, FigureTable, Line, Number, Section, line
from app.trends.figure import Figure
from app.trends.movement import Movement, judged, paired
from app.trends.panel import TEXT, Column, Panel, panel_with_texts
from app.trends.scope import ScopeFacts, read_scope
from app.trends.wording import counted, percent, percent_range

MORE = ("Since the one before", "Verdict", "Pooled", "With text", "Share among them")
LISTED = 60
"""Editions or years that the table and the chart have room for; the newest are shown."""


class Point(BaseModel):
    """The theme at one edition, or in one year. `pooled` and its limits lean it towards the others, 0..1."""

    key: str
    name: str
    figure: Figure
    with_text: Figure
    among_text: Figure | None = Field(description="the share among talks with text, where the text coverage jumps")
    pooled: float | None
    pooled_low: float | None
    pooled_high: float | None
    change: Movement | None = Field(description="since the point before")


class Trend(BaseModel):
    """The line through all points: the odds are multiplied by `odds` each year."""

    odds: float
    low: float | None = Field(description=f"null where odds {slope.BEYOND:,.0f} times as low would be as likely")
    high: float | None = Field(description=f"null where odds {slope.BEYOND:,.0f} times as high would be as likely")
    p: float
    dispersion: float
    points: int
    basis: str
    verdict: str
    points_needed: int | None

    @classmethod
    def of(cls, found: slope.Slope | None, basis: str) -> Trend | None:
        """As reports show it; None where no line could be drawn."""
        if found is None:
            return None
        settled = found.p <= RATE
        return cls(
            odds=found.odds,
            low=found.low,
            high=found.high,
            p=found.p,
            dispersion=found.dispersion,
            points=found.points,
            basis=basis,
            verdict=("rising" if found.odds > 1 else "falling") if settled else "not settled",
            points_needed=None if settled else found.points_needed(RATE),
        )


class ThemeOverTime(BaseModel):
    """The JSON of this report."""

    theme: ThemeName
    scope: str
    unit: str
    population: str
    counting: str
    points: list[Point]
    trend: Trend | None
    snapshot: str


def build(session: Session, request: ReportRequest) -> Document:
    """The report; without a theme it is a UsageError, an unknown theme, series or edition is NotFound.

    By edition where a series or editions are named, by year of everything else.
    """
    if not request.theme:
        raise UsageError("This report is of one theme; name it with theme.", "theme")
    facts = read_scope(session, request.scope)
    request = with_vocabulary(session, request)
    unit = "edition" if request.series or request.editions else "year"
    asked = (facts, unit, request.population, request.counting, (request.theme,), request.vocabulary)
    panel, texts = panel_with_texts(session, *asked)  # type: ignore[arg-type]  # a unit by its two names
    if not panel.themes:
        raise NotFound("theme", request.theme or "")
    found = _answer(panel, texts, facts, request)
    table = _table(found, panel)
    jumps = texts is not None
    return Document(
        report="theme-over-time",
        title=f"{panel.themes[0].name} over {'editions' if unit == 'edition' else 'years'}: {facts.title}",
        payload=found,
        snapshot=panel.snapshot,
        parameters=request.parameters(),
        lead=_lead(found, facts),
        coverage=(*coverage_lines(facts, request.population, None), *_cut(found)),
        populations=population_choices(session, request, facts),
        tables=(table,) if table.rows else (),
        sections=_sections(found),
        method=(*judging_lines(request, panel.vocabulary, jumps=jumps), line(pooling.METHOD), line(slope.METHOD)),
        sources=sources(facts),
        chart=_chart(found, table) if table.rows else None,
    )


def _answer(panel: Panel, texts: Panel | None, facts: ScopeFacts, request: ReportRequest) -> ThemeOverTime:
    theme = panel.themes[0]
    cells = panel.line(theme.slug)
    pairs = [paired(panel, texts, theme.slug, place - 1, place) for place in range(1, len(cells))]
    changes: list[Movement | None] = [None, *judged(pairs, counting=request.counting)] if cells else []
    pooled = pooling.pool([cell.seen for cell in cells])
    points = []
    for place, (column, cell, change) in enumerate(zip(panel.columns, cells, changes, strict=True)):
        among = texts.cells.get((column.key, theme.slug)) if texts else None
        leaned = pooled.each[place] if pooled else None
        points.append(
            Point(
                key=column.key,
                name=column.name,
                figure=cell.figure,
                with_text=column.with_text,
                among_text=among.figure if among else None,
                pooled=leaned.share if leaned else None,
                pooled_low=leaned.low if leaned else None,
                pooled_high=leaned.high if leaned else None,
                change=change,
            )
        )
    return ThemeOverTime(
        theme=theme,
        scope=facts.title,
        unit=panel.unit,
        population=request.population,
        counting=request.counting,
        points=points,
        trend=trend_of(panel, texts, theme.slug, request.population),
        snapshot=panel.snapshot,
    )


def trend_of(panel: Panel, texts: Panel | None, theme: str, population: str) -> Trend | None:
    """The line through the shares of a theme; None where there are too few to draw one.

    Among talks with text where the text coverage jumps, unless people decided every talk.
    """
    if texts and any(cell.seen.undecided for cell in panel.line(theme)):
        panel, population = texts, TEXT
    return trends_of(panel, (theme,), population)[theme]


def trends_of(panel: Panel, themes: Sequence[str], population: str) -> dict[str, Trend | None]:
    """The lines through the shares of themes, as in `trend_of`, all at once."""
    dated = [(column.when, column.key) for column in panel.columns if column.when is not None]
    years = np.array([when for when, _ in dated], dtype=np.float64)
    seen = [[panel.cells[key, theme].seen for _, key in dated] for theme in themes]
    values = np.array([[(one.share, one.weight) for one in row] for row in seen], dtype=np.float64)
    values = values.reshape(len(themes), len(years), 2)
    lines = slope.slopes(years, values[:, :, 0], values[:, :, 1])
    return {theme: Trend.of(one, population) for theme, one in zip(themes, lines, strict=True)}


def _lead(found: ThemeOverTime, facts: ScopeFacts) -> tuple[Line, ...]:
    if not found.points:
        words = "No talks are known here" if facts.known == 0 else "No talks are left in this population"
        return (line(f"{words}, so there is no share of {found.theme.name}."),)
    last = found.points[-1]
    said = (Number(last.figure, last.figure.fraction), f" known talks, {last.figure.percent}, {last.figure.likely}")
    if len(found.points) == 1:
        return (line(f"{found.theme.name} in {last.name}: ", *said, ". There is nothing before it to compare with."),)
    first = found.points[0]
    sentence = line(f"{found.theme.name} in {last.name}: ", *said, f"; in {first.name} it was ")
    lines = [(*sentence, *line(Number(first.figure, first.figure.fraction), f", {first.figure.percent}."))]
    changes = [point.change for point in found.points if point.change]
    told = {verdict: sum(one.verdict == verdict for one in changes) for verdict in ("rose", "fell")}
    lines.append(
        line(
            f"Of {counted(len(changes), 'change')} from one to the next, {told['rose']} rose and {told['fell']} fell "
            "for certain; the others are not settled."
        )
    )
    lines.append(line(trend_words(found.trend, found.unit)))
    return tuple(lines)


def trend_words(trend: Trend | None, unit: str) -> str:
    """The trend in one or two sentences."""
    if trend is None:
        return f"A trend takes {slope.LEAST} {unit}s with a share between none and all, so none is told."
    of = ", among talks with text, whose part jumps," if trend.basis == TEXT else ""
    range_ = odds_range(trend.low, trend.high)
    told = (
        f"Over all {counted(trend.points, unit)}{of} the odds change by {odds_words(trend.odds)} a year, likely "
        f"{range_}: {trend.verdict}."
    )
    if trend.verdict != "not settled":
        return told
    if trend.points_needed is None:
        return f"{told} No number of {unit}s like these would settle it."
    left = trend.points_needed - trend.points
    return f"{told} {counted(max(1, left), f'more {unit}')} like these, at this slope, would settle it."


def _table(found: ThemeOverTime, panel: Panel) -> FigureTable:
    shown = list(zip(found.points, panel.columns, strict=True))[-LISTED:]
    jumps = any(point.among_text for point in found.points)
    rows = []
    for point, column in shown:
        changes = change_cells(point.change) if point.change else ((), ())
        pooled = percent(point.pooled), percent_range(point.pooled_low, point.pooled_high)
        cells = [
            *changes,
            line(f"{pooled[0]}, likely {pooled[1]}") if point.pooled is not None else (),
            line(Number(point.with_text, percent(column.text))),
        ]
        if jumps:
            among = point.among_text
            cells.append(
                line(Number(among, among.fraction), f", {among.percent}, {among.likely}")
                if among
                else line("none with text")
            )
        at = _moment(column, found.unit)
        rows.append(FigureRow(point.key, point.name, column.href, point.figure, more=tuple(cells), at=at))
    return FigureTable(
        name=found.unit,
        title=f"{found.theme.name}, {found.scope}",
        heading="Edition" if found.unit == "edition" else "Year",
        rows=tuple(rows),
        more=MORE if jumps else MORE[:-1],
    )


def _cut(found: ThemeOverTime) -> tuple[Line, ...]:
    if len(found.points) <= LISTED:
        return ()
    whole = f"Trend, changes and pooled shares are of all {len(found.points):,} {found.unit}s"
    return (line(f"{whole}; the table and the chart have the newest {LISTED}, and JSON holds all."),)


def _moment(column: Column, unit: str) -> str | None:
    """The day of an edition, or its year where the day is not known; the year itself in a line of years."""
    if unit == "year":
        return column.key
    edition = column.facts.editions[0]
    return edition.start_date or (str(edition.year) if edition.year is not None else None)


def _sections(found: ThemeOverTime) -> tuple[Section, ...]:
    named = [(point.name, point.change) for point in found.points if point.change]
    settled = tuple(
        line(f"{name}: it {one.verdict}, ", *one.words, ".") for name, one in named if one.verdict != "not settled"
    )
    sections = [Section("Settled changes", (), settled)] if settled else []
    sections += settle_sections(named)
    if jumps := jump_lines(named):
        sections.append(Section("Where the text coverage jumps", (), jumps))
    return tuple(sections)


def _chart(found: ThemeOverTime, table: FigureTable) -> Chart:
    """A line through the points whose time is known, the others being in the table; bars where fewer than two are."""
    dated = tuple(row for row in table.rows if row.at)
    drawn = len(dated) > 1
    told = "; ".join(f"{row.label} {row.figure.fraction} ({row.figure.percent})" for row in table.rows)
    return Chart(
        title=f"{found.scope}: share of {found.theme.name}",
        description=f"Share of {found.theme.name} among known talks, {found.scope}, oldest first: {told}.",
        rows=dated if drawn else table.rows,
        kind="lines" if drawn else "bars",
    )
