"""The chart inline on a page: where everything lies, for a template to write down. Vega-Lite is not asked.

It takes two tenths of a second to draw a chart, and this less than a millisecond; both draw the same marks. Across,
everything is in per cent of the width and downwards in pixels, so that letters keep their size on any screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.exports.marks import Mark, legend_of, marks_of, name_of, span_of, ticks_to, top_of, years_within
from app.trends.document import Chart
from app.trends.wording import percent

ROW, TEXT, BAR, HEAD, FOOT = 42, 14, 12, 4, 22
HEIGHT, SIDE = 240, 12.0
MOST_BARS = 40


@dataclass(frozen=True)
class Tick:
    """A number of an axis and where it stands: per cent of the width, or pixels from the top."""

    at: float
    text: str


@dataclass(frozen=True)
class Bar:
    """A row: its words and, in per cent of the width, its parts. `y` is its top in pixels.

    `confirmed` and `share` are where the solid and the outlined part end; `open` is the dotted one, from and to.
    """

    name: str
    of: str
    percent: str
    told: str
    path: str
    y: int
    confirmed: float
    share: float
    low: float
    high: float
    open: tuple[float, float] | None


@dataclass(frozen=True)
class Point:
    """A share at a moment: `x` in per cent, the rest in pixels. `line` is the number of its line, from 0."""

    told: str
    path: str
    x: float
    y: float
    low: float
    high: float
    line: int
    decided: bool


@dataclass(frozen=True)
class Segment:
    """A straight piece of a line between two known points."""

    x1: float
    y1: float
    x2: float
    y2: float
    line: int


@dataclass(frozen=True)
class Plot:
    """A chart laid out. `bars` or `points` hold its marks; `lines` names the lines where there are several."""

    name: str
    title: str
    description: str
    legend: tuple[str, ...]
    height: int
    across: tuple[Tick, ...]
    up: tuple[Tick, ...] = ()
    bars: tuple[Bar, ...] = ()
    points: tuple[Point, ...] = ()
    segments: tuple[Segment, ...] = ()
    lines: tuple[str, ...] = ()


def plot_of(chart: Chart | None) -> Plot | None:
    """The chart laid out, None where it has nothing to draw."""
    if chart is None or not any(row.figure.denominator for row in chart.rows):
        return None
    if chart.kind == "lines":
        return _lines(chart, marks_of(chart), name_of(chart))
    shown = _shown(chart)
    left = sum(row.figure.denominator > 0 for row in chart.rows) - len(marks_of(shown))
    plot = _bars(shown, marks_of(shown), name_of(chart))
    return replace(plot, legend=(*plot.legend, f"The table has {left} more.")) if left else plot


def _shown(chart: Chart) -> Chart:
    """The chart itself or, of one too long for a page, its first bars, those that are no part of another before all."""
    if len(chart.rows) <= MOST_BARS:
        return chart
    whole = tuple(row for row in chart.rows if row.depth == 0 and row.figure.denominator)
    return replace(chart, rows=whole[:MOST_BARS])


def _bars(chart: Chart, marks: list[Mark], name: str) -> Plot:
    top = top_of(marks)

    def across(share: float | None) -> float:
        return round((share or 0.0) / top * 100, 2)

    bars = tuple(
        Bar(
            name=mark.name,
            of=mark.of,
            percent=mark.percent,
            told=mark.told,
            path=mark.path,
            y=HEAD + place * ROW,
            confirmed=across(mark.confirmed),
            share=across(mark.share),
            low=across(mark.low),
            high=across(mark.high),
            open=None if mark.most is None else (across(mark.least), across(mark.most)),
        )
        for place, mark in enumerate(marks)
    )
    return Plot(
        name=name,
        title=chart.title,
        description=chart.description,
        legend=tuple(legend_of(chart, marks)),
        height=HEAD + len(bars) * ROW + FOOT,
        across=tuple(Tick(across(tick), percent(tick)) for tick in ticks_to(top)),
        bars=bars,
    )


def _lines(chart: Chart, marks: list[Mark], name: str) -> Plot:
    top = top_of(marks)
    first, last = span_of(marks)
    names = list(dict.fromkeys(mark.line for mark in marks))

    def across(year: float) -> float:
        return round(SIDE + (year - first) / (last - first) * (100 - SIDE), 2)

    def down(share: float | None) -> float:
        return round(HEAD + TEXT + (1 - (share or 0.0) / top) * HEIGHT, 2)

    points: list[Point] = []
    segments: list[Segment] = []
    for number, line in enumerate(names):
        before: Point | None = None
        for mark in (mark for mark in marks if mark.line == line):
            if mark.share is None or mark.when is None:
                before = None
                continue
            place = across(mark.when), down(mark.share)
            here = Point(mark.told, mark.path, *place, down(mark.low), down(mark.high), number, mark.decided)
            if before:
                segments.append(Segment(before.x, before.y, here.x, here.y, number))
            points.append(here)
            before = here
    return Plot(
        name=name,
        title=chart.title,
        description=chart.description,
        legend=tuple(legend_of(chart, marks)),
        height=HEAD + TEXT + HEIGHT + FOOT,
        across=tuple(Tick(across(year), str(year)) for year in years_within(first, last)),
        up=tuple(Tick(down(tick), percent(tick)) for tick in ticks_to(top)),
        points=tuple(points),
        segments=tuple(segments),
        lines=tuple(names) if len(names) > 1 else (),
    )
