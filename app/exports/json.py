"""A report as JSON: exactly the object the API answers, such as ThemeShares for the themes report."""

from __future__ import annotations

from app.trends.document import Document


def write(document: Document) -> bytes:
    """The payload, UTF-8, indented, ending in one newline. The same document gives the same bytes."""
    return (document.payload.model_dump_json(indent=2) + "\n").encode()
