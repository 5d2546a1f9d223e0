"""The neutral shape of a report: reports build it, pages and exports write it. No database and no markup in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel

from app.settings import get_settings
from app.trends.alternatives import Alternative
from app.trends.claimed import CheckedClaim
from app.trends.figure import Figure


@dataclass(frozen=True)
class Text:
    """Plain words."""

    text: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class Number:
    """A number as it is printed; it links to the talks of its figure."""

    figure: Figure
    text: str
    kind: Literal["number"] = "number"


@dataclass(frozen=True)
class Link:
    """Words that lead to an address, here (it begins with `/`) or elsewhere."""

    text: str
    href: str
    kind: Literal["link"] = "link"


Piece = Text | Number | Link
Line = tuple[Piece, ...]
"""A sentence or paragraph: its pieces are set one after the other, with no space added between."""


def line(*pieces: str | Piece) -> Line:
    """A line of pieces; strings become text and empty ones fall away."""
    if len(pieces) == 1 and isinstance(pieces[0], str):
        return _words(pieces[0])
    return tuple(Text(piece) if isinstance(piece, str) else piece for piece in pieces if piece != "")


@lru_cache(maxsize=1_024)
def _words(text: str) -> Line:
    """Tables of hundreds of rows say the same again and again."""
    return (Text(text),) if text else ()


def plain(words: Line) -> str:
    """A line without its links."""
    return "".join(piece.text for piece in words)


@dataclass(frozen=True)
class FigureRow:
    """A row of a table: what is counted, with its address, and its figure. `depth` 1 is a part of the row above.

    `more` are cells after those of the figure, one for each of the table's headings of that name. `at` (an ISO date, or
    a year alone) is where a line chart sets it, `line` the line of that chart it belongs to.
    """

    key: str
    label: str
    href: str | None
    figure: Figure
    depth: int = 0
    parent: str | None = None
    more: tuple[Line, ...] = ()
    at: str | None = None
    line: str = ""


@dataclass(frozen=True)
class FigureTable:
    """Figures below each other. `heading` names the first column; `shares` says whether there is a share to show.

    `more` are headings of cells that rows have beside their figure. Pages and texts list `most` of the rows, the
    first ones, and say so with `order`, in words; data formats hold all.
    """

    name: str
    title: str
    heading: str
    rows: tuple[FigureRow, ...]
    shares: bool = True
    more: tuple[str, ...] = ()
    most: int | None = None
    order: str = "most talks first"

    @property
    def listed(self) -> tuple[FigureRow, ...]:
        """The rows for a reader."""
        return self.rows[: self.most]

    @property
    def cut(self) -> str:
        """“30 of 67 are listed, most talks first; CSV, XLSX and JSON hold all.”, or nothing where all are listed."""
        if len(self.listed) == len(self.rows):
            return ""
        return f"{len(self.listed):,} of {len(self.rows):,} are listed, {self.order}; CSV, XLSX and JSON hold all."


@dataclass(frozen=True)
class Choice:
    """A way to look at the same report: its name, query string, whether it is the present one, its count of talks."""

    slug: str
    label: str
    query: str
    current: bool
    figure: Figure | None = None


@dataclass(frozen=True)
class Section:
    """Prose under a heading; `items` are set as a list after the paragraphs."""

    title: str
    paragraphs: tuple[Line, ...] = ()
    items: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Reference:
    """A source of the facts; `url` is None where it has no public address."""

    label: str
    url: str | None


@dataclass(frozen=True)
class Chart:
    """What the chart shows: the shares of a table. `description` stands for it where it cannot be seen.

    Rows are bars below each other, or points in time, oldest first, joined by lines. A line breaks at a row without
    talks in its denominator; bars have no such rows.
    """

    title: str
    description: str
    rows: tuple[FigureRow, ...]
    kind: Literal["bars", "lines"] = "bars"


@dataclass(frozen=True)
class SavedAs:
    """The stable address of a saved report: its id, the day it was saved, and which edition of the report it is.

    `previous` is the id of the edition before.
    """

    id: str
    saved_on: str
    edition: int = 1
    previous: str | None = None

    @property
    def words(self) -> str:
        """“saved on 2026-11-25 as 3f9a1c0b22, edition 2, after 0b1c2d3e4f”; without edition if it is the first."""
        edition = f", edition {self.edition}, after {self.previous}" if self.edition > 1 else ""
        return f"saved on {self.saved_on} as {self.id}{edition}"


@dataclass(frozen=True)
class Document:
    """A report as built. `payload` is exactly what its JSON export and the API answer.

    `saved` is set in a report that was saved, whose addresses then lead to what was saved.
    """

    report: str
    title: str
    payload: BaseModel
    snapshot: str
    parameters: tuple[tuple[str, str], ...]
    lead: tuple[Line, ...] = ()
    coverage: tuple[Line, ...] = ()
    populations: tuple[Choice, ...] = ()
    countings: tuple[Choice, ...] = ()
    vocabularies: tuple[Choice, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    """The share of the leading theme under every population."""
    tables: tuple[FigureTable, ...] = ()
    claims: tuple[CheckedClaim, ...] = ()
    sections: tuple[Section, ...] = ()
    method: tuple[Line, ...] = ()
    sources: tuple[Reference, ...] = ()
    chart: Chart | None = None
    saved: SavedAs | None = None

    @property
    def query(self) -> str:
        """The query string of this report, without `?`; what is left at its default is left out."""
        return urlencode(self.parameters)

    @property
    def path(self) -> str:
        """Address of the report within the site, with its query."""
        return self.export_path("")

    @property
    def url(self) -> str:
        """Address of the report from anywhere."""
        return get_settings().base_url + self.path

    def export_path(self, suffix: str) -> str:
        """Address of an export within the site: `export_path("csv")` is /reports/themes.csv with the same query."""
        dotted = f".{suffix}" if suffix else ""
        if self.saved:
            return f"/reports/saved/{self.saved.id}{dotted}"
        return f"/reports/{self.report}{dotted}{'?' + self.query if self.query else ''}"


def figures_of(document: Document) -> tuple[Figure, ...]:
    """Every figure printed anywhere in the document, each once, in the order they are met."""
    lines = [*document.lead, *document.coverage, *document.method]
    for section in document.sections:
        lines += [*section.paragraphs, *section.items]
    for table in document.tables:
        lines += [cell for row in table.rows for cell in row.more]
    found = [piece.figure for words in lines for piece in words if isinstance(piece, Number)]
    found += [choice.figure for choice in (*document.populations, *document.countings) if choice.figure]
    found += [way.count for way in document.alternatives if way.count]
    found += [way.figure for way in document.alternatives if way.figure]
    found += [row.figure for table in document.tables for row in table.rows]
    found += [reading.figure for claim in document.claims for reading in claim.readings]
    return tuple({figure.id: figure for figure in found}.values())
