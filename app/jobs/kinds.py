"""The kinds of jobs, and how often and how soon one that failed is tried again."""

from __future__ import annotations

from typing import NamedTuple

INGEST, DERIVE, EMBED, SETTLE, REBUILD, FOLLOW = "ingest", "derive", "embed", "settle", "rebuild", "follow"
WORDS = {
    INGEST: "read files",
    DERIVE: "cut passages, find technologies and drafts",
    EMBED: "embed texts",
    SETTLE: "themes, families, sheets, saved reports",
    REBUILD: "make derived data anew",
    FOLLOW: "follow what was decided about takeaways",
}
TASK = "hallway."
"""What the names of our tasks in the queue begin with."""
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"
PAUSES = (2.0, 8.0, 30.0, 120.0, 300.0)
"""Seconds before a job is tried again that failed once, twice and so on; after the last it has failed for good."""
MOST_TRIES = len(PAUSES) + 1
WRITE_WAIT_MS = 600_000
"""How long a job waits for the right to write. What it computed would be lost, so it is more patient than a page."""
KEPT_DAYS = 30
"""How long a job that ended stays on the list."""


class Way(NamedTuple):
    """How jobs of a kind go through the queue: of those with one `lock` one runs at a time, higher `priority` first."""

    lock: str | None
    priority: int


def way_of(kind: str) -> Way:
    """Embedding runs side by side. What changes facts or whole tables goes one at a time, in order, and before it."""
    return Way("facts", 1) if kind in (INGEST, DERIVE, SETTLE, REBUILD, FOLLOW) else Way(None, 0)
