"""Report “emerging”: which themes and technologies rise or fall over the years, by their whole line."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel
from sqlmodel import Session

from app.reports.movements import judging_lines, odds_range, odds_words, sources
from app.reports.pieces import (
    counting_choices,
    coverage_lines,
    population_choices,
    vocabulary_choices,
    with_vocabulary,
)
from app.reports.request import ReportRequest
from app.reports.theme_over_time import Trend, trends_of
from app.trends.change import slope
from app.trends.change.discoveries import RATE, adjusted
from app.trends.counts import ThemeShares, theme_shares
from app.trends.document import Chart, Document, FigureRow, FigureTable, Line, Link, Section, line
from app.trends.figure import Figure
from app.trends.mentions import Mentions, mention_figures, read_mentions
from app.trends.panel import TEXT, text_coverage_jumps, theme_panel
from app.trends.parts import Unit
from app.trends.scope import ScopeFacts, read_scope
from app.trends.wording import counted, listed

MORE = ("Odds a year", "Likely between", "Verdict")
LEAST_TALKS = 5
"""Talks below which a technology is not looked at: it would only add to those looked at together."""

LISTED = 50
"""Technologies in the table of pages and texts; all that have talks enough are judged, and data formats hold them."""
NAMED = 12
"""Names in a sentence of the lead."""
SETTLING = 20
"""Lines that say what would settle a trend."""
ORDER = "settled trends first, of these those that change most for certain"
WORDS = {"rising": "emerging", "falling": "declining"}


class Course(BaseModel):
    """A theme or technology with its trend, whose p-value and verdict hold for all that are looked at together."""

    slug: str
    name: str
    figure: Figure
    trend: Trend | None


class Emerging(BaseModel):
    """The JSON of this report."""

    scope: str
    unit: str
    population: str
    counting: str
    themes: list[Course]
    technologies: list[Course]
    snapshot: str


def build(session: Session, request: ReportRequest) -> Document:
    """The report for `request`: by edition of a series or of editions, by year of everything else."""
    facts = read_scope(session, request.scope)
    request = with_vocabulary(session, request)
    unit: Unit = "edition" if request.series or request.editions else "year"
    shares = theme_shares(session, request.scope, request.population, request.counting, facts, request.vocabulary)
    jumps = request.population == "all" and text_coverage_jumps(session, facts, unit)
    themes = _themes(session, facts, request, unit, shares, jumps=jumps)
    found = Emerging(
        scope=facts.title,
        unit=unit,
        population=request.population,
        counting=request.counting,
        themes=_together(themes, competing=request.counting == "main"),
        technologies=_together(_technologies(session, facts, request), competing=False),
        snapshot=shares.snapshot,
    )
    tables = tuple(_table(name, courses, facts) for name, courses in _parts(found) if courses)
    return Document(
        report="emerging",
        title=f"Emerging and declining: {facts.title}",
        payload=found,
        snapshot=shares.snapshot,
        parameters=request.parameters(),
        lead=_lead(found, facts),
        coverage=(*_mixture(unit), *coverage_lines(facts, request.population, None)),
        populations=population_choices(session, request, facts),
        countings=counting_choices(request),
        vocabularies=vocabulary_choices(session, request),
        tables=tables,
        sections=_sections(found),
        method=(*judging_lines(request, shares.vocabulary, jumps=jumps), line(slope.METHOD)),
        sources=sources(facts),
        chart=_chart(tables[0]) if themes else None,
    )


def _themes(
    session: Session, facts: ScopeFacts, request: ReportRequest, unit: Unit, shares: ThemeShares, *, jumps: bool
) -> list[Course]:
    """The themes that have talks. Where the text coverage jumps, those with talks no person decided go by talks with
    text; only what is needed is counted, for of everything it takes long."""
    held = [row for row in shares.rows if row.numerator]
    blurred = {row.theme.slug for row in held if jumps and row.whole.undecided}
    trends: dict[str, Trend | None] = {}
    for basis, slugs in ((TEXT, blurred), (request.population, {row.theme.slug for row in held} - blurred)):
        if slugs:
            wanted = tuple(sorted(slugs))
            panel = theme_panel(session, facts, unit, basis, request.counting, wanted, request.vocabulary)
            trends |= trends_of(panel, wanted, basis)
    return [
        Course(slug=row.theme.slug, name=row.theme.name, figure=row.whole, trend=trends[row.theme.slug]) for row in held
    ]


def _mixture(unit: Unit) -> tuple[Line, ...]:
    if unit == "edition":
        return ()
    words = (
        "Each year holds other conferences, so what rises here may be the part of those that speak of it. One series "
        "is looked at with series, and conferences are compared for one mix of talks at "
    )
    return (line(words, Link("conferences compared", "/reports"), "."),)


def _technologies(session: Session, facts: ScopeFacts, request: ReportRequest) -> list[Course]:
    mentions = read_mentions(session, facts, "year", request.population)
    looked_at = [one for one in mentions.technologies if one.talks >= LEAST_TALKS]
    figures = mention_figures(session, facts, request.population, looked_at, mentions.talks)
    return [
        Course(slug=one.slug, name=one.name, figure=figure, trend=Trend.of(found, "all"))
        for one, figure, found in zip(looked_at, figures, _slopes(mentions, len(looked_at)), strict=True)
    ]


def _slopes(mentions: Mentions, most: int) -> list[slope.Slope | None]:
    """The lines of the first so many through the shares of the years; a plain count is worth all its talks."""
    years, sizes = mentions.units.astype(np.float64), mentions.known.astype(np.float64)
    counts = mentions.counts[:most].astype(np.float64)
    return slope.slopes(years, counts / sizes, np.broadcast_to(sizes, counts.shape))


def _together(courses: Sequence[Course], *, competing: bool) -> list[Course]:
    """With p-values and verdicts for all together; those settled first, the steepest first."""
    trends = [one.trend for one in courses if one.trend]
    for trend, p in zip(trends, adjusted([trend.p for trend in trends], competing=competing), strict=True):
        trend.p = p
        if p > RATE:
            trend.verdict = "not settled"
    # Rounded, so that those alike keep the order they are in.
    return sorted(
        courses,
        key=lambda one: (
            one.trend is None,
            one.trend is not None and one.trend.verdict == "not settled",
            -round(_steep(one), 9),
        ),
    )


def _steep(course: Course) -> float:
    """By how much the odds change at least, as far as is certain; as they most likely do where nothing is."""
    trend = course.trend
    if trend is None:
        return 0.0
    if trend.verdict == "not settled":
        return max(trend.odds, 1 / trend.odds)
    return max(trend.low or 0.0, 1 / (trend.high or math.inf))


def _parts(found: Emerging) -> tuple[tuple[str, list[Course]], ...]:
    return ("themes", found.themes), ("technologies", found.technologies)


def _lead(found: Emerging, facts: ScopeFacts) -> tuple[Line, ...]:
    if facts.known == 0:
        return (line("No talks are known here, so nothing emerges or declines."),)
    lines = []
    for name, courses in _parts(found):
        drawn = [one for one in courses if one.trend]
        if not drawn:
            what = (
                "no technology is mentioned often enough here"
                if name == "technologies" and not courses
                else (f"a trend takes {slope.LEAST} {found.unit}s with talks")
            )
            lines.append(line(f"Of {name} no trend can be told: {what}."))
            continue
        told = []
        for verdict, word in WORDS.items():
            names = [one.name for one in drawn if one.trend and one.trend.verdict == verdict]
            told.append(f"{word} {listed(names, NAMED)}" if names else f"{word} none")
        lines.append(line(f"Of {counted(len(drawn), *_noun(name))}: {'; '.join(told)}; the others are not settled."))
    return tuple(lines)


def _noun(name: str) -> tuple[str, str]:
    return ("theme", "themes") if name == "themes" else ("technology", "technologies")


def _table(name: str, courses: list[Course], facts: ScopeFacts) -> FigureTable:
    rows = []
    for one in courses:
        trend = one.trend
        cells: tuple[Line, ...] = (line("too few to tell"), (), ())
        if trend:
            range_ = odds_range(trend.low, trend.high)
            cells = line(odds_words(trend.odds)), line(range_), line(WORDS.get(trend.verdict, trend.verdict))
        href = f"/themes/{one.slug}" if name == "themes" else f"/talks?technology={one.slug}"
        rows.append(FigureRow(one.slug, one.name, href, one.figure, more=cells))
    heading = "Theme" if name == "themes" else "Technology"
    title = f"{name.capitalize()} of {facts.title}"
    return FigureTable(name, title, heading, tuple(rows), shares=name == "themes", more=MORE, most=LISTED, order=ORDER)


def _sections(found: Emerging) -> tuple[Section, ...]:
    open_ = [
        (max(1, one.trend.points_needed - one.trend.points), found.unit if name == "themes" else "year", one.name)
        for name, courses in _parts(found)
        for one in courses
        if one.trend and one.trend.verdict == "not settled" and one.trend.points_needed
    ]
    open_.sort(key=lambda one: one[0])
    items = tuple(line(f"{name}: {counted(more, f'more {unit}')} like these.") for more, unit, name in open_[:SETTLING])
    said = "So much more, at the slope so far, would settle a trend that is looked at alone"
    cut = f"; the first {SETTLING} of {len(open_):,} are listed." if len(open_) > SETTLING else "."
    return (Section("What would settle the others", (line(said + cut),), items),) if items else ()


def _chart(table: FigureTable) -> Chart:
    told = "; ".join(f"{row.label} {row.figure.fraction} ({row.figure.percent})" for row in table.rows)
    return Chart(table.title, f"Shares over all, in the order of the trends: {told}.", table.rows)
