"""A report's chart as PNG at twice its size, for where SVG cannot go."""

from __future__ import annotations

from app.exports.chart import chart_spec
from app.exports.marks import chart_of
from app.exports.svg import VEGA_LITE
from app.trends.document import Document

SCALE = 2


def write(document: Document) -> bytes:
    """The chart as drawn for SVG. A document without shares is a UsageError."""
    import vl_convert

    picture: bytes = vl_convert.vegalite_to_png(
        chart_spec(chart_of(document)), vl_version=VEGA_LITE, scale=SCALE, allowed_base_urls=[]
    )
    return picture
