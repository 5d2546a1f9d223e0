"""The formats a report, and the talks behind one, can be written in, by suffix.

A new format is a file beside this one and a line here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.catalog.citations import Citation
from app.errors import UsageError
from app.exports import bibtex, csl, csv, html, json, markdown, png, svg, vega_lite, xlsx
from app.trends.document import Document


@dataclass(frozen=True)
class Format:
    """A format of reports: its suffix is its name in addresses. `draws` says that it needs a chart."""

    suffix: str
    title: str
    media_type: str
    write: Callable[[Document], bytes]
    draws: bool = False

    @property
    def name(self) -> str:
        """The suffix as the command line takes it: vl-json for vl.json."""
        return self.suffix.replace(".", "-")


@dataclass(frozen=True)
class CitationFormat:
    """A format of lists of talks to cite."""

    suffix: str
    title: str
    media_type: str
    write: Callable[[Sequence[Citation]], bytes]
    comment: str | None = None
    """How a line that is no entry begins, None where a file has none."""

    @property
    def name(self) -> str:
        """The suffix as the command line takes it: csl-json for csl.json."""
        return self.suffix.replace(".", "-")


FORMATS = (
    Format("md", "Markdown", "text/markdown; charset=utf-8", markdown.write),
    Format("html", "HTML", "text/html; charset=utf-8", html.write),
    Format("csv", "CSV", "text/csv; charset=utf-8", csv.write),
    Format("xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.write),
    Format("json", "JSON", "application/json", json.write),
    Format("svg", "SVG", "image/svg+xml", svg.write, draws=True),
    Format("png", "PNG", "image/png", png.write, draws=True),
    Format("vl.json", "Vega-Lite", "application/json", vega_lite.write, draws=True),
)
CITATIONS = (
    CitationFormat("bib", "BibTeX", "application/x-bibtex; charset=utf-8", bibtex.write, comment="% "),
    CitationFormat("csl.json", "CSL-JSON", "application/vnd.citationstyles.csl+json", csl.write),
)


def export_named(suffix: str) -> Format:
    """The format of this suffix or name; an unknown one is a UsageError that lists the known."""
    found = next((known for known in FORMATS if suffix in (known.suffix, known.name)), None)
    if found is None:
        names = ", ".join(known.name for known in (*FORMATS, *CITATIONS))
        raise UsageError(f"There is no format “{suffix}”; the known ones are {names}.", "format")
    return found


def citation_named(suffix: str) -> CitationFormat | None:
    """The format of citations of this suffix or name, None if it is none."""
    return next((known for known in CITATIONS if suffix in (known.suffix, known.name)), None)


def export(document: Document, suffix: str) -> bytes:
    """The document in a format: the bytes of a file. UsageError for an unknown format, or a chart of nothing."""
    return export_named(suffix).write(document)


def digests(document: Document) -> dict[str, str]:
    """The SHA-256 of the document in each format it can be written in, by suffix."""
    return {
        known.suffix: hashlib.sha256(known.write(document)).hexdigest()
        for known in FORMATS
        if document.chart or not known.draws
    }
