"""What storing a payload changed, and the hash that tells whether a record did."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from app.ingest.record import FoundProblem
from app.ingest.review import Review


@dataclass
class Changes:
    """Counts of records by what became of them, and the problems of references that lead nowhere."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    problems: list[FoundProblem] = field(default_factory=list)
    review: Review = field(default_factory=Review)
    refused: bool = False
    """Whether nothing was stored, for the problems."""

    def count(self, what: str) -> None:
        """Add one to `created`, `updated`, `unchanged` or `withdrawn`."""
        setattr(self, what, getattr(self, what) + 1)


def record_hash(record: Any, *context: str) -> str:
    """Sha-256, cut to 32 hex digits, of everything in a record; its position in the file is left out."""
    content = asdict(record)
    content.pop("position", None)
    text = json.dumps([content, *context], sort_keys=True, ensure_ascii=False, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
