"""The chart of a report as a Vega-Lite 6 specification: a plain dict with its data in it, nothing loaded from anywhere.

Decided by people = solid, assigned by machine = outlined, unknown = dotted, 95 % interval = line. Colours are Okabe and
Ito's. Bars, points and numbers link to the figure's talks; intervals do not, to spare a keyboard three stops a row.

It is written as the dict it is and not by altair: importing altair takes half a second, and its classes would change
the bytes with each of its versions. Tests have altair read every specification, which checks it by Vega-Lite's schema.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.exports.marks import Mark, legend_of, marks_of, span_of, ticks_to, top_of, years_within
from app.trends.document import Chart

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
PAPER, INK, SOFT, RULE, BAR = "#fbfaf7", "#1c1b19", "#55524c", "#dedad1", "#0072b2"
LINES = (BAR, "#d55e00", "#009e73", "#cc79a7", "#e69f00", INK)
SHAPES = ("circle", "square", "diamond")
FONT = "Inter, Helvetica, Arial, sans-serif"
WIDTH, HEIGHT, ROW_HEIGHT, BAR_HEIGHT, LETTER = 420, 240, 26, 14, 7.0
LINK = {"href": {"field": "url"}, "description": {"field": "told"}}
SHOWN = (
    "name", "key", "told", "url", "confirmed", "share", "low", "high", "least", "most", "when", "line",
    "decided",
)  # fmt: skip


def chart_spec(chart: Chart) -> dict[str, Any]:
    """The specification; links in it are whole addresses. `chart` has at least one row with talks."""
    marks = marks_of(chart)
    drawn = _bars(marks) if chart.kind == "bars" else _lines(marks)
    return {
        "$schema": SCHEMA,
        "description": chart.description,
        "background": PAPER,
        "padding": 18,
        "title": {
            "text": chart.title,
            "subtitle": legend_of(chart, marks),
            "anchor": "start",
            "frame": "bounds",
            "offset": 16,
        },
        "data": {"values": [_datum(mark) for mark in marks]},
        **drawn,
        "config": _config(),
    }


def _datum(mark: Mark) -> dict[str, Any]:
    values = asdict(mark)
    return {"label": f"{mark.of} · {mark.percent}"} | {name: values[name] for name in SHOWN}


def _percents(top: float) -> dict[str, Any]:
    axis = {"title": None, "values": ticks_to(top), "labelExpr": "format(datum.value * 100, 'd') + '\u00a0%'"}
    return {"type": "quantitative", "scale": {"domain": [0, top], "nice": False}, "axis": axis}


def _bars(marks: list[Mark]) -> dict[str, Any]:
    longest = max(len(mark.name) for mark in marks)
    return {
        "width": WIDTH,
        "height": {"step": ROW_HEIGHT},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "scale": {"domain": [mark.name for mark in marks]},
                "axis": {"title": None, "labelAlign": "left", "labelPadding": round(longest * LETTER)},
            },
        },
        "layer": _bar_layers(_percents(top_of(marks))),
    }


def _bar_layers(share: dict[str, Any]) -> list[dict[str, Any]]:
    share = {**share, "axis": {**share["axis"], "orient": "bottom"}}
    bar = {"type": "bar", "height": BAR_HEIGHT}
    span = {"x": {"field": "low", **share}, "x2": {"field": "high"}}
    end = {"type": "tick", "opacity": 1, "aria": False, "orient": "vertical", "size": 8, "thickness": 1.6, "color": INK}
    dotted = {"fill": None, "stroke": SOFT, "strokeWidth": 1.2, "strokeDash": [1.5, 2.5], "aria": False}
    return [
        {
            "transform": [{"filter": "datum.confirmed > 0"}],
            "mark": {**bar, "color": BAR},
            "encoding": {"x": {"field": "confirmed", **share}, **LINK},
        },
        {
            "transform": [{"filter": "datum.share > datum.confirmed"}],
            "mark": {**bar, "fill": PAPER, "stroke": BAR, "strokeWidth": 1.4},
            "encoding": {"x": {"field": "confirmed", **share}, "x2": {"field": "share"}, **LINK},
        },
        {
            "transform": [{"filter": "datum.most != null"}],
            "mark": {"type": "bar", "height": BAR_HEIGHT, **dotted},
            "encoding": {"x": {"field": "least", **share}, "x2": {"field": "most"}},
        },
        {"mark": {"type": "rule", "strokeWidth": 4, "color": PAPER, "aria": False}, "encoding": span},
        {"mark": {"type": "rule", "strokeWidth": 1.6, "color": INK, "aria": False}, "encoding": span},
        {"mark": end, "encoding": {"x": {"field": "low", **share}}},
        {"mark": end, "encoding": {"x": {"field": "high", **share}}},
        {
            "mark": {"type": "text", "align": "left", "dx": 10, "color": INK, "fontSize": 12},
            "encoding": {"x": {"value": WIDTH}, "text": {"field": "label"}, **LINK},
        },
    ]


def _lines(marks: list[Mark]) -> dict[str, Any]:
    names = list(dict.fromkeys(mark.line for mark in marks))
    domain = list(span_of(marks))
    told = len(names) > 1
    scale = {"domain": names, "range": [LINES[place % len(LINES)] for place in range(len(names))]}
    shapes = {"domain": names, "range": [SHAPES[place % len(SHAPES)] for place in range(len(names))]}
    legend = {"title": None, "orient": "bottom"} if told else None
    return {
        "width": WIDTH + 120,
        "height": HEIGHT,
        "encoding": {
            "x": {
                "field": "when",
                "type": "quantitative",
                "scale": {"domain": domain, "nice": False},
                "axis": {
                    "title": None,
                    "format": "d",
                    "values": years_within(*domain),
                    "grid": False,
                    "labelPadding": 8,
                },
            },
            "color": {"field": "line", "type": "nominal", "scale": scale, "legend": legend},
        },
        "layer": _line_layers(_percents(top_of(marks)), shapes),
    }


def _line_layers(share: dict[str, Any], shapes: dict[str, Any]) -> list[dict[str, Any]]:
    share = {**share, "axis": {**share["axis"], "grid": True}}
    shape = {"field": "line", "type": "nominal", "scale": shapes, "legend": None}
    point = {"type": "point", "size": 60, "opacity": 1, "strokeWidth": 1.6}
    known = "isValid(datum.share)"
    return [
        {
            "mark": {"type": "line", "strokeWidth": 1.6, "invalid": "break-paths-show-domains", "aria": False},
            "encoding": {"y": {"field": "share", **share}},
        },
        {
            "transform": [{"filter": known}],
            "mark": {"type": "rule", "strokeWidth": 1.4, "aria": False},
            "encoding": {"y": {"field": "low", **share}, "y2": {"field": "high"}},
        },
        {
            "transform": [{"filter": f"{known} && datum.decided"}],
            "mark": {**point, "filled": True},
            "encoding": {"y": {"field": "share", **share}, "shape": shape, **LINK},
        },
        {
            "transform": [{"filter": f"{known} && !datum.decided"}],
            "mark": {**point, "filled": False, "fill": PAPER},
            "encoding": {"y": {"field": "share", **share}, "shape": shape, **LINK},
        },
    ]


def _config() -> dict[str, Any]:
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": INK,
            "labelFontSize": 12,
            "labelLimit": 320,
            "gridColor": RULE,
            "domain": False,
            "ticks": False,
        },
        "axisY": {"grid": False},
        "legend": {"labelColor": INK, "labelFontSize": 12},
        "title": {
            "color": INK,
            "fontSize": 15,
            "fontWeight": 600,
            "subtitleColor": SOFT,
            "subtitleFontSize": 12,
            "subtitlePadding": 6,
        },
    }
