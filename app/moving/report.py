"""What `hallway move` tells: of each table, and of the whole."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class MovedTable(BaseModel):
    """One table on both sides. Checksums are those of `digest`; empty where nothing was compared."""

    table: str
    kind: Literal["fact", "derived"]
    rows_from: int = 0
    rows_to: int = 0
    checksum_from: str = ""
    checksum_to: str = ""
    seconds: float = Field(default=0.0, description="of reading, writing and comparing it")
    note: str = ""
    left: bool = Field(default=False, description="left to be made anew, so not compared")

    @property
    def equal(self) -> bool:
        """Whether both sides hold the same, as far as it was compared."""
        return self.left or (self.rows_from == self.rows_to and self.checksum_from == self.checksum_to)


class MoveReport(BaseModel):
    """What `hallway move` prints with --json. `whole`: all tables that were compared are equal, and the base opens."""

    source: str
    target: str
    tables: list[MovedTable] = Field(default_factory=list)
    whole: bool = False
    replaced: int = Field(default=0, description="texts with a NUL, which now have U+FFFD in its place")
    seconds: dict[str, float] = Field(default_factory=dict, description="by step")
    notes: list[str] = Field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of all tables that were compared."""
        return sum(one.rows_to for one in self.tables if not one.left)

    @property
    def differing(self) -> list[str]:
        """Names of the tables that differ."""
        return [one.table for one in self.tables if not one.equal]
