"""Storing curated aliases of speakers."""

from __future__ import annotations

from app.ingest.identity import People
from app.ingest.record import SpeakerAliases
from app.ingest.store.changes import Changes


def store_aliases(payload: SpeakerAliases, people: People) -> Changes:
    """Make the names of each person one speaker. Aliases once accepted stay: they are decisions of people."""
    changes = Changes()
    people.expect_aliases(payload.speakers)
    for record in payload.speakers:
        changes.count("updated" if people.accept_aliases(record) else "unchanged")
    return changes
