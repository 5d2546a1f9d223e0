"""Shares as tables show them: rows in one shape, and the scale that bars of one table are drawn to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from app.trends.counts import ThemeShares
from app.trends.document import FigureRow
from app.trends.figure import Figure


def theme_rows(shares: ThemeShares, top_only: bool = False, limit: int | None = None) -> list[FigureRow]:
    """Rows of themes that have talks; `top_only` leaves out the parts of a theme."""
    rows = [
        FigureRow(
            key=row.theme.slug,
            label=row.theme.name,
            href=f"/themes/{row.theme.slug}",
            figure=row.whole,
            depth=row.depth,
            parent=row.parent,
        )
        for row in shares.rows
        if row.numerator and not (top_only and row.depth)
    ]
    return rows[:limit]


def scale_of(rows: Iterable[FigureRow]) -> float:
    """The share (0..1) a full bar stands for: the highest bound in the table, rounded up to the next tenth."""
    return _rounded_up(max((row.figure.high or row.figure.share or 0.0 for row in rows), default=0.0))


def scale_of_figure(figure: Figure) -> float:
    """The same for a figure that stands alone."""
    return _rounded_up(figure.high or figure.share or 0.0)


def _rounded_up(highest: float) -> float:
    return min(1.0, max(0.1, math.ceil(highest * 10 - 1e-9) / 10))


def scales(tables: Sequence[Sequence[FigureRow]]) -> list[float]:
    """One scale for each table."""
    return [scale_of(rows) for rows in tables]
