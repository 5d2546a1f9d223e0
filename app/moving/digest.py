"""The checksum of a table: the same for the same rows, whichever database holds them.

It is the SHA-256 of the rows by primary key, each as a compact JSON array of its values in the order of the model and
a comma after it, in UTF-8. Bytes are written as an object with their hexadecimal digits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from app.db.row_forms import Row

NUL, INSTEAD = "\0", "\ufffd"
"""Postgres keeps no NUL in a text; what is read of files has the second in its place, so a moved text does too."""

_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), default=lambda value: {"hex": bytes(value).hex()}
).encode


class Digest:
    """Takes rows in their order, in batches of any sizes."""

    def __init__(self, *, without_nul: bool) -> None:
        """`without_nul`: one of both sides is Postgres, so texts count as it can keep them."""
        self._without_nul = without_nul
        self._sum = hashlib.sha256()
        self.rows = 0
        self.replaced = 0
        """Texts that held a NUL."""
        self.size = 0
        """Characters of what was taken last."""

    def take(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Count these rows in; returns them as they can be kept."""
        if not rows:
            return rows
        written = _encode(rows)
        # A NUL is written like this, and so may be a text that spells it; that one is left as it is below.
        if self._without_nul and "\\u0000" in written:
            rows = [tuple(self._kept(value) for value in row) for row in rows]
            written = _encode(rows)
        self._sum.update(written[1:-1].encode())
        self._sum.update(b",")
        self.rows += len(rows)
        self.size = len(written)
        return rows

    def hex(self) -> str:
        """The checksum of all rows until now."""
        return self._sum.hexdigest()

    def _kept(self, value: Any) -> Any:
        if isinstance(value, str) and NUL in value:
            self.replaced += 1
            return value.replace(NUL, INSTEAD)
        return value
