"""Slugs: the part of an address that names a thing."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_TRANSLITERATED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "œ": "oe", "þ": "th", "ð": "d"})


def slugify(text: str, limit: int = 90) -> str:
    """Lower-case ASCII words joined by hyphens, cut at a word before `limit` characters; "" if nothing is left.

    Accents fall away (NFKD); scripts without a Latin decomposition give "", and the caller names the thing otherwise.
    """
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_TRANSLITERATED))
    folded = folded.replace("'", "").replace("’", "").replace("®", "").replace("™", "")
    plain = folded.encode("ascii", "ignore").decode()
    slug = _NOT_WORD.sub("-", plain).strip("-")
    if len(slug) <= limit:
        return slug
    return slug[: limit + 1].rsplit("-", 1)[0][:limit]


def unique_slug(wanted: str, taken: set[str], *hints: str) -> str:
    """`wanted` if free, else with the first hint that frees it, else with a number; the result is added to `taken`."""
    candidates = [wanted, *(f"{wanted}-{hint}" for hint in hints if hint)]
    slug = next((candidate for candidate in candidates if candidate and candidate not in taken), "")
    number = 2
    while not slug:
        attempt = f"{candidates[-1] or 'x'}-{number}"
        slug = "" if attempt in taken else attempt
        number += 1
    taken.add(slug)
    return slug
