"""How often ranges held the true share where it is known: the committed measurement, and what it says of a method.

Measuring is `scripts/bench_shares.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from app.errors import InputError
from app.settings import shipped
from app.trends.estimate import Labels

FILE = "judgements/shares/coverage.json"
COMMAND = "python scripts/bench_shares.py FILE... --keep NAME..."


class Covered(BaseModel):
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


class Coverage(BaseModel):
    """The whole measurement. The same files and code give the same figures."""

    made_on: str = Field(description="ISO date")
    command: str
    draws: int = Field(description="reviews drawn of each edition and theme")
    rows: list[Covered]

    def of_method(self, method: str) -> list[Covered]:
        """The rows of one method."""
        return [row for row in self.rows if row.method == method]


def coverage_file() -> Path:
    """Where the measurement lies."""
    return shipped("data") / FILE


def read_coverage(file: Path | None = None) -> Coverage | None:
    """The committed measurement, None where there is none. Raises InputError for a damaged file."""
    file = file or coverage_file()
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return None
    return _read(file, changed)


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> Coverage:
    try:
        return Coverage.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{file} is no measurement of ranges; run `{COMMAND}`.", str(file)) from error


def measured_sentence(rows: Sequence[Covered]) -> str:
    """How often ranges of a method held, set by set; empty where nothing was measured."""
    parts = []
    for name in dict.fromkeys(row.of for row in rows):
        own = [row for row in rows if row.of == name]
        low, high = (round(100 * end(row.held for row in own)) for end in (min, max))
        often = f"{low}" if low == high else f"{low} to {high}"
        parts.append(f"{often}\u00a0% on {name}")
    if not parts:
        return ""
    where = " and ".join(parts)
    return f"Nominally 95\u00a0% of such ranges hold the true share; where it is known, they held it in {where}."
