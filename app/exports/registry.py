"""The formats a report can be written in, by suffix. A new format is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.errors import UsageError
from app.exports import csv, html, json, markdown, png, svg
from app.trends.document import Document


@dataclass(frozen=True)
class Format:
    """A format: its suffix is its name in addresses and on the command line."""

    suffix: str
    title: str
    media_type: str
    write: Callable[[Document], bytes]

    @property
    def name(self) -> str:
        """The suffix."""
        return self.suffix


FORMATS = (
    Format("md", "Markdown", "text/markdown; charset=utf-8", markdown.write),
    Format("html", "HTML", "text/html; charset=utf-8", html.write),
    Format("csv", "CSV", "text/csv; charset=utf-8", csv.write),
    Format("json", "JSON", "application/json", json.write),
    Format("svg", "SVG", "image/svg+xml", svg.write),
    Format("png", "PNG", "image/png", png.write),
)


def export_named(suffix: str) -> Format:
    """The format of this suffix; an unknown one is a UsageError that lists the known."""
    for known in FORMATS:
        if known.suffix == suffix:
            return known
    names = ", ".join(known.suffix for known in FORMATS)
    raise UsageError(f"There is no format “{suffix}”; the known ones are {names}.", "format")


def export(document: Document, suffix: str) -> bytes:
    """The document in a format: the bytes of a file. UsageError for an unknown format, or a chart of nothing."""
    return export_named(suffix).write(document)
