"""Kinds of talk: the few that Hallway tells apart, read from the many words that programmes use."""

from __future__ import annotations

import re

KINDS = ("talk", "breakout", "keynote", "lightning", "workshop", "panel", "sponsored", "poster", "other")

_SIGNS = (
    ("lightning", re.compile(r"lightning|ignite|blitz|\b5.?min|pecha", re.IGNORECASE)),
    ("keynote", re.compile(r"keynote|plenary|plén", re.IGNORECASE)),
    ("workshop", re.compile(r"workshop|tutorial|training|hands.?on|\blab\b|atelier|masterclass", re.IGNORECASE)),
    ("panel", re.compile(r"panel|fireside|round.?table|\bbof\b|birds of a feather|discussion|\bama\b", re.IGNORECASE)),
    ("sponsored", re.compile(r"sponsor", re.IGNORECASE)),
    ("poster", re.compile(r"poster", re.IGNORECASE)),
    ("breakout", re.compile(r"breakout", re.IGNORECASE)),
    ("talk", re.compile(r"talk|lecture|presentation|session|devroom|main.?track|vortrag|conf|paper", re.IGNORECASE)),
)


def talk_kind(words: str | None) -> str:
    """One of KINDS for what a programme calls a session; "talk" where it says nothing, "other" for an unknown word."""
    if not words or not words.strip():
        return "talk"
    if words in KINDS:
        return words
    return next((kind for kind, sign in _SIGNS if sign.search(words)), "other")
