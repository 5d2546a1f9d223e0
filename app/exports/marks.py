"""What a chart shows of each figure, as numbers: charts inline on a page and Vega-Lite ones are made of the same."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import date

from app.errors import UsageError
from app.trends.document import Chart, Document, FigureRow

PART = "– "
MOST_YEARS = 7
UNKNOWN = "Dotted: the share if none, and if all, of the sessions missing here were counted."
LEGENDS = {
    "bars": "Solid: decided by people. Outlined: assigned by machine. Line: 95\u00a0% interval.",
    "lines": "Filled: people decided all talks. Hollow: not all. Upright line: 95\u00a0% interval.",
}


@dataclass(frozen=True)
class Mark:
    """A figure as drawn. Shares are 0..1, None where nothing is known; `told` says it all in words.

    `least` and `most` are the shares with none and with all of the unknown sessions; None where they are no others or
    their number is unknown. `when` is a year with its fraction: 2019.75 is the end of September 2019.
    """

    name: str
    key: str
    of: str
    percent: str
    told: str
    path: str
    url: str
    confirmed: float | None
    share: float | None
    low: float | None
    high: float | None
    least: float | None
    most: float | None
    when: float | None
    line: str
    decided: bool


def chart_of(document: Document) -> Chart:
    """The chart of a document; a UsageError where there is nothing to draw."""
    if document.chart is None or not any(row.figure.denominator for row in document.chart.rows):
        raise UsageError(f"“{document.title}” has no shares to draw; ask for md, html, csv, xlsx or json.", "format")
    return document.chart


def marks_of(chart: Chart) -> list[Mark]:
    """The marks in the order of the rows. Names differ: bars are placed by them. Unknown ones are in lines only."""
    rows = [row for row in chart.rows if row.figure.denominator or chart.kind == "lines"]
    names = [PART * row.depth + row.label for row in rows]
    if chart.kind == "bars":
        doubled = {name for name in names if names.count(name) > 1}
        names = [f"{name} ({row.key})" if name in doubled else name for name, row in zip(names, rows, strict=True)]
    return [_mark(name, row) for name, row in zip(names, rows, strict=True)]


def name_of(chart: Chart) -> str:
    """A name for the ids of a chart's elements, that differs between the charts of one page."""
    return f"hallway-chart-{hashlib.sha256(f'{chart.title}{chart.description}'.encode()).hexdigest()[:8]}"


def legend_of(chart: Chart, marks: list[Mark]) -> list[str]:
    """What the forms mean, in one or two lines."""
    dotted = chart.kind == "bars" and any(mark.most is not None for mark in marks)
    return [LEGENDS[chart.kind], UNKNOWN] if dotted else [LEGENDS[chart.kind]]


def top_of(marks: list[Mark]) -> float:
    """The share (0..1) at the end of the axis: the highest of all bounds, rounded up to the next tenth."""
    bounds = [bound for mark in marks for bound in (mark.high, mark.share, mark.most) if bound is not None]
    return min(1.0, max(0.1, math.ceil(max(bounds, default=0.0) * 10 - 1e-9) / 10))


def ticks_to(top: float) -> list[float]:
    """Where the axis has numbers: each tenth, or every second where there are many."""
    step = 0.1 if top <= 0.5 else 0.2
    return [round(step * number, 1) for number in range(math.floor(top / step + 1e-9) + 1)]


def span_of(marks: list[Mark]) -> tuple[float, float]:
    """Where the axis of time begins and ends, in years: a little beyond the marks, and with a whole year within."""
    years = [mark.when for mark in marks if mark.when is not None]
    first, last = min(years) - 0.25, max(years) + 0.25
    return (first, last) if math.ceil(first) <= last else (math.floor(first), math.ceil(last))


def years_within(first: float, last: float) -> list[int]:
    """Whole years to name on the axis: each, or every second, third and so on, so that they do not touch on a phone."""
    whole = range(math.ceil(first), math.floor(last) + 1)
    return list(whole[:: -(-len(whole) // MOST_YEARS)])


def year_of(at: str) -> float:
    """A date, a month (its first day) or a year alone (its beginning), as a year with its fraction, else ValueError."""
    day = date.fromisoformat((at + "-01-01")[:10])
    length = date(day.year + 1, 1, 1) - date(day.year, 1, 1)
    return round(day.year + (day - date(day.year, 1, 1)) / length, 4)


def _mark(name: str, row: FigureRow) -> Mark:
    figure = row.figure
    of = figure.denominator
    share = figure.numerator / of if of else None
    about = f"{row.line}, {row.label}" if row.line else row.label
    open_ends = figure.if_none is not None and figure.if_all is not None and figure.if_none < figure.if_all
    return Mark(
        name=name,
        key=row.key,
        of=figure.fraction,
        percent=figure.percent,
        told=f"{about}: {figure.fraction} known talks, {figure.percent}, {figure.likely}" if of else about,
        path=figure.path,
        url=figure.url,
        confirmed=figure.confirmed / of if of else None,
        share=share,
        low=figure.low if figure.low is not None else share,
        high=figure.high if figure.high is not None else share,
        least=figure.if_none if open_ends and of else None,
        most=figure.if_all if open_ends and of else None,
        when=year_of(row.at) if row.at else None,
        line=row.line,
        decided=figure.undecided == 0,
    )
