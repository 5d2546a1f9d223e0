"""A report's figures as CSV: one line each, shares 0..1, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from app.trends.document import Document, FigureRow, FigureTable, plain

COLUMNS = (
    "table",
    "key",
    "label",
    "depth",
    "parent",
    "numerator",
    "denominator",
    "share",
    "estimate",
    "low",
    "high",
    "confirmed",
    "machine",
    "population",
    "counting",
    "figure",
    "method",
    "snapshot",
    "more",
)
DECIMALS = 6
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(document: Document) -> bytes:
    """All tables of the document below each other, UTF-8, RFC 4180 lines. The same document gives the same bytes."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    for table in document.tables:
        for row in table.rows:
            figure = row.figure
            lines.writerow(
                [
                    literal(table.name),
                    literal(row.key),
                    literal(row.label),
                    row.depth,
                    literal(row.parent or ""),
                    figure.numerator,
                    figure.denominator,
                    *(_share(value) for value in (figure.share, figure.estimate, figure.low, figure.high)),
                    figure.confirmed,
                    figure.machine,
                    literal(figure.population),
                    literal(figure.counting),
                    figure.url,
                    literal(figure.method),
                    literal(document.snapshot),
                    literal("; ".join(_told(table, row))),
                ]
            )
    return text.getvalue().encode()


def _told(table: FigureTable, row: FigureRow) -> list[str]:
    """The cells beside the figure that hold something, each after its heading."""
    return [f"{heading}: {plain(cell)}" for heading, cell in zip(table.more, row.more, strict=True) if cell]


def literal(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before anything that could begin one.

    After OWASP, CSV injection.
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _share(value: float | None) -> str:
    return "" if value is None else f"{round(value, DECIMALS):g}"
