"""The chart of a report as a Vega-Lite 5 specification: a plain dict with its data in it, nothing loaded from anywhere.

Decided by people = solid bar, assigned by machine = outlined bar, 95 % interval = line. Colours are Okabe and Ito's.
Bars and their numbers link to the figure's talks; intervals do not, to spare a keyboard three more stops a row. It
stands on paper of its own, so it reads on a light or a dark page.
"""

from __future__ import annotations

import math
from typing import Any

from app.errors import UsageError
from app.trends.document import Chart, Document, FigureRow

PAPER, INK, SOFT, RULE, BAR = "#fbfaf7", "#1c1b19", "#55524c", "#dedad1", "#0072b2"
FONT = "Inter, Helvetica, Arial, sans-serif"
WIDTH, ROW_HEIGHT, BAR_HEIGHT, LETTER = 420, 26, 14, 7.0
LEGEND = "Solid: decided by people. Outlined: assigned by machine. Line: 95\u00a0% interval."
PART = "– "


def chart_of(document: Document) -> Chart:
    """The chart of a document; a UsageError where there is nothing to draw."""
    if document.chart is None or not document.chart.rows:
        raise UsageError(f"“{document.title}” has no shares to draw; ask for md, html, csv or json.", "format")
    return document.chart


def chart_spec(chart: Chart) -> dict[str, Any]:
    """The specification; a row without talks in its denominator must not be in `chart`."""
    values = [_datum(row) for row in chart.rows]
    _tell_apart(values)
    longest = max(len(value["name"]) for value in values)
    top = math.ceil(max(0.1, *(value["high"] for value in values)) * 10 - 1e-9) / 10
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": chart.description,
        "background": PAPER,
        "padding": 18,
        "width": WIDTH,
        "height": {"step": ROW_HEIGHT},
        "title": {"text": chart.title, "subtitle": LEGEND, "anchor": "start", "frame": "bounds", "offset": 16},
        "data": {"values": values},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "scale": {"domain": [value["name"] for value in values]},
                "axis": {"title": None, "labelAlign": "left", "labelPadding": round(longest * LETTER)},
            },
        },
        "layer": _layers(top),
        "config": _config(),
    }


def _datum(row: FigureRow) -> dict[str, Any]:
    figure = row.figure
    of = figure.denominator
    return {
        "name": PART * row.depth + row.label,
        "key": row.key,
        "confirmed": figure.confirmed / of,
        "share": figure.numerator / of,
        "low": figure.low if figure.low is not None else figure.numerator / of,
        "high": figure.high if figure.high is not None else figure.numerator / of,
        "label": f"{figure.fraction} · {figure.percent}",
        "told": f"{row.label}: {figure.fraction} known talks, {figure.percent}, {figure.likely}",
        "url": figure.url,
    }


def _tell_apart(values: list[dict[str, Any]]) -> None:
    """Rows are placed by name, so two of one name get their key as well."""
    names = [value["name"] for value in values]
    for value in values:
        if names.count(value["name"]) > 1:
            value["name"] = f"{value['name']} ({value['key']})"


def _layers(top: float) -> list[dict[str, Any]]:
    step = 0.1 if top <= 0.5 else 0.2
    ticks = [round(step * number, 1) for number in range(math.floor(top / step + 1e-9) + 1)]
    axis = {
        "title": None,
        "values": ticks,
        "labelExpr": "format(datum.value * 100, 'd') + '\u00a0%'",
        "orient": "bottom",
    }
    scale = {"domain": [0, top], "nice": False}
    share = {"type": "quantitative", "scale": scale, "axis": axis}
    bar = {"type": "bar", "height": BAR_HEIGHT}
    link = {"href": {"field": "url"}, "description": {"field": "told"}}
    span = {"x": {"field": "low", **share}, "x2": {"field": "high"}}
    end = {"type": "tick", "opacity": 1, "aria": False, "orient": "vertical", "size": 8, "thickness": 1.6, "color": INK}
    return [
        {
            "transform": [{"filter": "datum.confirmed > 0"}],
            "mark": {**bar, "color": BAR},
            "encoding": {"x": {"field": "confirmed", **share}, **link},
        },
        {
            "transform": [{"filter": "datum.share > datum.confirmed"}],
            "mark": {**bar, "fill": PAPER, "stroke": BAR, "strokeWidth": 1.4},
            "encoding": {"x": {"field": "confirmed", **share}, "x2": {"field": "share"}, **link},
        },
        {"mark": {"type": "rule", "strokeWidth": 4, "color": PAPER, "aria": False}, "encoding": span},
        {"mark": {"type": "rule", "strokeWidth": 1.6, "color": INK, "aria": False}, "encoding": span},
        {"mark": end, "encoding": {"x": {"field": "low", **share}}},
        {"mark": end, "encoding": {"x": {"field": "high", **share}}},
        {
            "mark": {"type": "text", "align": "left", "dx": 10, "color": INK, "fontSize": 12},
            "encoding": {"x": {"value": WIDTH}, "text": {"field": "label"}, **link},
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
        "title": {
            "color": INK,
            "fontSize": 15,
            "fontWeight": 600,
            "subtitleColor": SOFT,
            "subtitleFontSize": 12,
            "subtitlePadding": 6,
        },
    }
