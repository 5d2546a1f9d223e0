"""Person and organisation names: cleaning, and the folded key that identity compares."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_NOT_LETTERS = re.compile(r"[^\w]+")
# Letters that Unicode does not take apart into a plain letter and a mark.
_UNDECOMPOSED = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"}
)
_PLACEHOLDERS = frozenset(
    [
        "todo", "tba", "tbc", "tbd", "various", "multiple", "unknown", "anonymous", "none", "speaker", "speakers",
        "panel", "staff", "n a", "various speakers", "multiple speakers", "various presenters", "to be announced",
        "to be confirmed",
    ]
)  # fmt: skip


def clean_name(name: str) -> str:
    """NFC, with runs of white space as one space and none at the ends."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", name)).strip()


def name_key(name: str) -> str:
    """The name folded for comparison: case, accents and punctuation fall away; word order stays."""
    decomposed = unicodedata.normalize("NFKD", name.casefold()).translate(_UNDECOMPOSED)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NOT_LETTERS.sub(" ", bare).strip()


def is_placeholder(name: str) -> bool:
    """Whether the name stands for "nobody in particular", such as TBA or Various speakers."""
    return name_key(name) in _PLACEHOLDERS or not name_key(name)
