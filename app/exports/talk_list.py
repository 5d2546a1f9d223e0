"""The talks behind a figure as CSV: one line each, those counted first, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from app.exports.csv import literal
from app.trends.figure import FigureTalks

COLUMNS = ("counted", "slug", "title", "speakers", "edition", "date", "year", "kind", "language", "themes", "url")


def write(found: FigureTalks) -> bytes:
    """The whole denominator, UTF-8; `counted` is yes for the talks of the numerator."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    counted = {card.id for card in found.numerator}
    for card in (*found.numerator, *(card for card in found.denominator if card.id not in counted)):
        lines.writerow(
            [
                "yes" if card.id in counted else "no",
                literal(card.slug),
                literal(card.title),
                literal("; ".join(person.name for person in card.speakers)),
                literal(card.edition.name),
                card.date or "",
                card.year or "",
                card.kind,
                card.language or "",
                literal("; ".join(f"{mark.name} ({mark.status})" for mark in card.themes)),
                card.url,
            ]
        )
    return text.getvalue().encode()
