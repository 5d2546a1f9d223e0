"""A report as one HTML page that needs no other file, or as a fragment to paste into another page."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.exports.addresses import absolute
from app.exports.svg import drawn
from app.settings import shipped
from app.trends.document import Document

PAGE, FRAGMENT = "reports/page.html", "reports/_article.html"


def write(document: Document) -> bytes:
    """The page, UTF-8. All text of the document is escaped; only the chart, drawn here, is markup."""
    return _written(document, PAGE, dark=True)


def fragment(document: Document) -> bytes:
    """The `article` alone, to paste into a page: its styles are its own, and its chart light, as that page may be."""
    return _written(document, FRAGMENT, dark=False)


def _written(document: Document, template: str, *, dark: bool) -> bytes:
    drawable = document.chart is not None and any(row.figure.denominator for row in document.chart.rows)
    picture = Markup(drawn(document.chart, dark=dark)) if document.chart and drawable else None  # noqa: S704 -- escaped there
    return _templates().get_template(template).render(document=document, picture=picture).encode()


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["absolute"] = absolute
    return environment
