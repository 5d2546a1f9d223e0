"""How often ranges held the true share where it is known: the committed measurement, and what it says of a method.

Measuring is `scripts/bench_shares.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from app.catalog.measurements import read_measurement
from app.settings import shipped
from app.trends.estimate import Labels
from app.trends.wording import listed

FILE = "judgements/shares/calibration.json"
COMMAND = "python scripts/bench_shares.py FILE... --keep NAME..."


class Held(BaseModel):
    """Ranges of one method on one set of labelled editions; all but counts are 0..1."""

    method: Labels
    of: str = Field(description="what was labelled")
    editions: int
    shares: int = Field(description="themes at editions whose true share is known")
    reviewed: int = Field(description="talks of an edition that were reviewed")
    drawn: Literal["alike", "actively"] | None = Field(description="how the reviewed talks were drawn")
    held: float = Field(description="part of the ranges that held the true share")
    width: float = Field(description="mean width of the ranges")
    width_alone: float | None = Field(description="the same from the reviewed talks alone")


class Calibration(BaseModel):
    """The whole measurement. The same files and code give the same figures."""

    made_on: str = Field(description="ISO date")
    command: str
    draws: int = Field(description="reviews drawn of each edition and theme")
    rows: list[Held]

    def of_method(self, method: str) -> list[Held]:
        """The rows of one method."""
        return [row for row in self.rows if row.method == method]


def calibration_file() -> Path:
    """Where the measurement lies."""
    return shipped("data") / FILE


def read_calibration(file: Path | None = None) -> Calibration | None:
    """The committed measurement, None where there is none. Raises InputError for a damaged file."""
    return read_measurement(Calibration, file or calibration_file(), "ranges", COMMAND)


def how_often_held(method: str) -> str:
    """What the committed measurement says of a method, in words; empty where it says nothing."""
    calibration = read_calibration()
    return measured_sentence(calibration.of_method(method)) if calibration else ""


def measured_sentence(rows: Sequence[Held]) -> str:
    """How often ranges of a method held, set by set; empty where nothing was measured."""
    parts = []
    for name in dict.fromkeys(row.of for row in rows):
        own = [row for row in rows if row.of == name]
        low, high = (round(100 * end(row.held for row in own)) for end in (min, max))
        often = f"{low}" if low == high else f"{low} to {high}"
        parts.append(f"{often}\u00a0% on {name}")
    if not parts:
        return ""
    where = listed(parts)
    return f"Nominally 95\u00a0% of such ranges hold the true share; where it is known, they held it in {where}."
