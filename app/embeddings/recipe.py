"""Which text of a passage is embedded, and the name of that text. No models here."""

from __future__ import annotations

import hashlib

TEMPLATE = "title-text-1"


def embedded_text(title: str, text: str) -> str:
    """What the model reads of a passage: the talk's title for context, then the text.

    A passage that is the title itself, or that belongs to no talk (`title` empty), is read as it is.
    """
    title, text = title.strip(), text.strip()
    if not title or not text or title == text:
        return text or title
    return f"{title}\n{text}"


def text_hash(text: str) -> str:
    """Name of an embedded text: the first 32 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
