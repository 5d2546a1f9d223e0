"""The content of a theme vocabulary in one normal form, and the version that names it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

DIGITS = 12
"""Hex digits of a version."""

_TEXTS = ("slug", "name", "parent", "definition", "excludes")
_LISTS = ("synonyms", "cues", "examples", "counter_examples")


def normal_theme(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A theme without what has no meaning: white space is one blank, lists are sorted, empty fields are left out."""
    texts = {name: " ".join(str(fields.get(name) or "").split()) for name in _TEXTS}
    lists = {name: sorted({" ".join(one.split()) for one in fields.get(name) or ()}) for name in _LISTS}
    return {name: value for name, value in {**texts, **lists}.items() if value}


def vocabulary_version(slug: str, themes: Sequence[Mapping[str, Any]]) -> str:
    """Twelve hex digits of sha-256 over the themes in their order. How the file is laid out, its comments and the name
    of the vocabulary do not count; every word that a reader or the assignment sees of a theme does.
    """
    content = {"slug": slug, "themes": [normal_theme(theme) for theme in themes]}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
