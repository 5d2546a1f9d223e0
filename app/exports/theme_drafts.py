"""Drafts of themes as Hallway YAML, for a person to finish: what is kept of it loads as a vocabulary."""

from __future__ import annotations

import re
from typing import Any

import yaml

from app.catalog.discovered import Drafts, DraftTheme
from app.errors import InputError

VOCABULARY = "drafts"
_REFERENCE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")
_CUE = re.compile(r"[^A-Z\s](?:[^A-Z]*[^A-Z\s])")
HEAD = """\
# Drafts of themes, made by a machine: clusters of talks that have no theme yet. Nothing here is loaded by itself.
# Before `hallway ingest` of this file: throw out what is no theme, name the rest, write each definition, and check
# cues and examples. Give the vocabulary a slug of its own, or move its themes into the file of yours; a vocabulary is
# always loaded whole, and its themes that a later file no longer lists are withdrawn.
"""


def write_drafts(found: Drafts) -> str:
    """A vocabulary of the form themes/1. InputError where nothing was found: an empty vocabulary is none."""
    if not found.drafts:
        raise InputError("No cluster was found often enough to be proposed, so there is no draft to write.")
    document = {
        "hallway": "themes/1",
        "vocabulary": VOCABULARY,
        "name": "Drafts by machine",
        "themes": [_theme(draft) for draft in found.drafts],
    }
    return HEAD + str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110))


def _theme(draft: DraftTheme) -> dict[str, Any]:
    cues = dict.fromkeys(form for term in draft.terms for form in term.forms if _CUE.fullmatch(form))
    # Some sources have ids that a vocabulary cannot name.
    examples = [talk.reference for talk in draft.central if _REFERENCE.fullmatch(talk.reference)]
    written: dict[str, Any] = {"slug": draft.slug, "name": draft.name, "definition": _definition(draft)}
    return written | ({"cues": list(cues)} if cues else {}) | ({"examples": examples} if examples else {})


def _definition(draft: DraftTheme) -> str:
    near = ""
    if draft.nearest is not None:
        perhaps = ", and it may be that one" if draft.nearest.is_nearly else ""
        near = f" The nearest theme is {draft.nearest.name}{perhaps}."
    words = ", ".join(term.text for term in draft.terms)
    return (
        f"Draft by a machine, to be written by a person: {draft.talks} talks at {draft.editions} "
        f"edition{'' if draft.editions == 1 else 's'} that share the words {words}; stability "
        f"{draft.stability:.2f}.{near}"
    )
