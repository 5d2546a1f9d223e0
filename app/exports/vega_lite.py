"""A report's chart as its Vega-Lite specification, to be drawn or changed elsewhere; its data is in it."""

from __future__ import annotations

import json

from app.exports.chart import chart_spec
from app.exports.marks import chart_of
from app.trends.document import Document


def write(document: Document) -> bytes:
    """The specification as indented JSON, UTF-8. A document without shares is a UsageError."""
    return (json.dumps(chart_spec(chart_of(document)), ensure_ascii=False, indent=2) + "\n").encode()
