"""What a source says of a talk that has no field of ours, as words for the talk's note."""

from __future__ import annotations

from app.text.markup import one_line

_LONGEST = 500


def noted(label: str, *said: object) -> str | None:
    """ "Tags: grails, groovy." for what is text in `said`, each said once; None where nothing is."""
    texts = dict.fromkeys(text for item in said if isinstance(item, str) and (text := one_line(item[: _LONGEST * 2])))
    if not texts:
        return None
    words = ", ".join(texts)
    words = words if len(words) <= _LONGEST else f"{words[:_LONGEST].rstrip()}…"
    return f"{label}: {words}" + ("" if words.endswith((".", "…", "!", "?")) else ".")


def together(*notes: str | None) -> str | None:
    """One note of several; None of none."""
    return " ".join(note for note in notes if note) or None
