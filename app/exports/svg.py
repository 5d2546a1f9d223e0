"""A report's chart as SVG, with a title and description for readers of screens and a link on each mark."""

from __future__ import annotations

from xml.sax.saxutils import escape

from app.exports.chart import chart_of, chart_spec
from app.trends.document import Chart, Document

VEGA_LITE = "5.21"


def write(document: Document) -> bytes:
    """The chart, UTF-8. A document without shares is a UsageError."""
    return (drawn(chart_of(document)) + "\n").encode()


def drawn(chart: Chart) -> str:
    """The chart as one `svg` element, fit to be a file or to stand inside HTML."""
    import vl_convert

    picture: str = vl_convert.vegalite_to_svg(chart_spec(chart), vl_version=VEGA_LITE, allowed_base_urls=[])
    start, rest = picture.split(">", 1)
    named = (
        f'{start} role="graphics-document" aria-labelledby="hallway-chart-title hallway-chart-description">'
        f'<title id="hallway-chart-title">{escape(chart.title)}</title>'
        f'<desc id="hallway-chart-description">{escape(chart.description)}</desc>'
    )
    return named + rest
