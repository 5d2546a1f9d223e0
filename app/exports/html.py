"""A report as one HTML page that needs no other file; its `article` may be pasted elsewhere and still reads well."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.exports.addresses import absolute
from app.exports.svg import drawn
from app.settings import shipped
from app.trends.document import Document

TEMPLATE = "reports/page.html"


def write(document: Document) -> bytes:
    """The page, UTF-8. All text of the document is escaped; only the chart, drawn here, is markup."""
    picture = Markup(drawn(document.chart)) if document.chart else None  # noqa: S704 -- the renderer escapes its text
    page = _templates().get_template(TEMPLATE).render(document=document, picture=picture)
    return page.encode()


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
