"""Charts: the one inline on a page and the Vega-Lite one show the same figures; specifications are valid Vega-Lite."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import altair as alt
import pytest
from sqlmodel import Session

from app.errors import UsageError
from app.exports.chart import chart_spec
from app.exports.marks import chart_of, marks_of, span_of, top_of, year_of, years_within
from app.exports.plot import HEAD, HEIGHT, TEXT, Plot, plot_of
from app.exports.registry import export
from app.exports.svg import DARK, drawn
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.trends.document import Chart, Document, FigureRow
from app.trends.series import theme_series
from app.web.templating import environment

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture
def document(session: Session) -> Document:
    return build_report(session, "themes", ReportRequest(editions=("west-2019",)))


@pytest.fixture
def bars(document: Document) -> Chart:
    return chart_of(document)


@pytest.fixture
def lines(session: Session) -> Chart:
    """Two themes at three moments; of the second nothing is known in the middle."""
    rows = []
    for theme in ("operations", "streaming"):
        first, second = theme_series(session, theme).points
        third = first.figure.model_copy(update={"id": f"{first.figure.id}-again"})
        unknown = second.figure.model_copy(update={"numerator": 0, "denominator": 0, "share": None, "low": None})
        middle = unknown if theme == "streaming" else second.figure
        for at, figure in (("2019-09-30", first.figure), ("2020-03", middle), ("2021", third)):
            rows.append(FigureRow(at, at, None, figure, at=at, line=theme))
    return Chart("Two themes", "Over time.", tuple(rows), "lines")


def inline(plot: Plot | None) -> ET.Element:
    """The chart as the page has it."""
    template = environment().from_string('{% from "_partials/chart.html" import chart %}{{ chart(plot) }}')
    return ET.fromstring(template.render(plot=plot))


def _told(root: ET.Element, link: str) -> dict[str, str]:
    """What each linked mark says, and where it leads, without what the site's own address is."""
    told = {}
    for element in root.iter():
        if element.tag.removeprefix(SVG) == "a" and element.get("href") not in (None, "/methods#interval"):
            told[str(element.get("aria-label"))] = str(element.get("href"))
        elif element.tag == f"{SVG}a" and element[0].get("aria-label"):
            told[str(element[0].get("aria-label"))] = re.sub(r"^https?://[^/]+", "", str(element.get(link)))
    return told


@pytest.mark.parametrize("kind", ["bars", "lines"])
def test_both_show_the_same_figures_and_lead_to_the_same_talks(kind: str, bars: Chart, lines: Chart) -> None:
    chart = {"bars": bars, "lines": lines}[kind]
    by_vega = _told(ET.fromstring(drawn(chart, dark=False)), LINK)
    by_hand = _told(inline(plot_of(chart)), "href")
    assert by_vega == by_hand
    known = [row for row in chart.rows if row.figure.denominator]
    assert len(by_hand) == len(known)
    assert set(by_hand.values()) == {row.figure.path for row in known}


def test_bars_are_as_long_as_their_shares(bars: Chart) -> None:
    plot = plot_of(bars)
    assert plot is not None
    top = top_of(marks_of(bars))
    root = inline(plot)
    values = chart_spec(bars)["data"]["values"]
    for row, bar, value in zip(bars.rows, plot.bars, values, strict=True):
        figure = row.figure
        assert bar.share / 100 * top == pytest.approx(figure.share, abs=1e-4)
        assert bar.confirmed / 100 * top == pytest.approx(figure.confirmed / figure.denominator, abs=1e-4)
        assert (bar.low / 100 * top, bar.high / 100 * top) == pytest.approx((figure.low, figure.high), abs=1e-4)
        assert (value["share"], value["low"], value["high"]) == (figure.share, figure.low, figure.high)
        assert (value["least"], value["most"]) == (figure.if_none, figure.if_all)
    widths = [
        float(str(rect.get("width")).rstrip("%")) for rect in root.iter("rect") if rect.get("class") == "confirmed"
    ]
    assert widths == [bar.confirmed for bar in plot.bars if bar.confirmed]
    assert sum(rect.get("class") == "machine" for rect in root.iter("rect")) == 1
    assert sum(rect.get("class") == "open" for rect in root.iter("rect")) == len(plot.bars)


def test_lines_break_where_nothing_is_known(lines: Chart) -> None:
    plot = plot_of(lines)
    assert plot is not None
    assert [piece.line for piece in plot.segments] == [0, 0]
    assert [point.line for point in plot.points] == [0, 0, 0, 1, 1]
    top = top_of(marks_of(lines))
    for row, point in zip((row for row in lines.rows if row.figure.denominator), plot.points, strict=True):
        assert (1 - (point.y - HEAD - TEXT) / HEIGHT) * top == pytest.approx(row.figure.share, abs=1e-4)
        assert point.low >= point.y >= point.high
        assert point.decided == (row.figure.undecided == 0)
    assert chart_spec(lines)["data"]["values"][4]["share"] is None
    svg = ET.fromstring(drawn(lines, dark=False))
    paths = [mark.get("d", "") for mark in svg.iter(f"{SVG}path") if mark.get("stroke-width") == "1.6"]
    assert any(path.count("M") == 2 and "L" not in path for path in paths), "the second line is two points apart"


@pytest.mark.parametrize("kind", ["bars", "lines"])
def test_specifications_are_valid_vega_lite(kind: str, bars: Chart, lines: Chart) -> None:
    spec = chart_spec({"bars": bars, "lines": lines}[kind])
    assert f"/v{alt.SCHEMA_VERSION.removeprefix('v').split('.')[0]}.json" in spec["$schema"]
    read: Any = alt.LayerChart.from_dict(spec)
    assert read.to_dict()["layer"][0]["mark"] == spec["layer"][0]["mark"]
    broken = spec | {"layer": [{"mark": {"type": "horoscope"}}]}
    with pytest.raises(Exception, match="horoscope"):
        alt.LayerChart.from_dict(broken)


def test_the_specification_is_an_export_of_its_own(document: Document) -> None:
    spec = json.loads(export(document, "vl.json"))
    assert spec == json.loads(json.dumps(chart_spec(chart_of(document))))
    assert export(document, "vl-json") == export(document, "vl.json")
    for loading in ("url", "name"):
        assert loading not in spec["data"]
    empty = replace(document, chart=None)
    with pytest.raises(UsageError, match="no shares to draw"):
        export(empty, "vl.json")


def test_a_page_needs_no_style_of_a_chart_and_a_reader_has_its_words(bars: Chart, lines: Chart) -> None:
    for chart in (bars, lines):
        root = inline(plot_of(chart))
        assert not [element for element in root.iter() if element.get("style") is not None or element.tag == "style"]
        svg = root.find("svg")
        assert svg is not None
        ids = str(svg.get("aria-labelledby")).split()
        assert [element.text for element in svg if element.get("id") in ids] == [chart.title, chart.description]
    assert plot_of(None) is None
    assert plot_of(replace(bars, rows=())) is None


def test_a_file_follows_the_reader_into_the_dark_and_a_fragment_does_not(document: Document, bars: Chart) -> None:
    file = export(document, "svg").decode()
    assert "prefers-color-scheme: dark" in file
    for light, dark in DARK.items():
        assert f'[fill="{light}"]{{fill:{dark}}}' in file
    assert "prefers-color-scheme" not in drawn(bars, dark=False)


def test_a_page_draws_no_endless_chart(bars: Chart) -> None:
    first = bars.rows[0]
    many = [replace(first, key=str(number), label=str(number), depth=number % 2) for number in range(100)]
    plot = plot_of(replace(bars, rows=tuple(many)))
    assert plot is not None
    assert [bar.name for bar in plot.bars] == [str(number) for number in range(0, 80, 2)]
    assert plot.legend[-1] == "The table has 60 more."
    assert len(chart_spec(replace(bars, rows=tuple(many)))["data"]["values"]) == 100


def test_two_bars_of_one_name_are_told_apart(bars: Chart) -> None:
    same = replace(bars, rows=tuple(replace(row, label="Same", depth=0) for row in bars.rows))
    assert [mark.name for mark in marks_of(same)] == [f"Same ({row.key})" for row in bars.rows]


def test_moments_and_years_of_the_axis() -> None:
    assert (year_of("2019"), year_of("2019-07"), year_of("2020-12-31")) == (2019.0, 2019.4959, 2020.9973)
    with pytest.raises(ValueError, match="soon"):
        year_of("soon")
    assert years_within(2018.9, 2021.5) == [2019, 2020, 2021]
    assert years_within(1999.5, 2020.2) == [2000, 2003, 2006, 2009, 2012, 2015, 2018]
    assert len(years_within(1900, 2026)) <= 7


def test_an_axis_of_one_moment_has_a_year(lines: Chart) -> None:
    one = replace(lines, rows=(replace(lines.rows[0], at="2019-06-30"),))
    assert span_of(marks_of(one)) == (2019, 2020)
    plot = plot_of(one)
    assert plot is not None
    assert [tick.text for tick in plot.across] == ["2019", "2020"]
    assert plot.lines == ()
