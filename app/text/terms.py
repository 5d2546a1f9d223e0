"""Words as names of technologies are made of: “C++”, “.NET” and “S3” are one word each, “Node.js” is two. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"(?:(?<![\w.])\.(?=[A-Za-z]))?[0-9A-Za-z\u00C0-\u024F]+(?:\+\+|#(?!\w))?")
_ADDRESS = re.compile(
    r"\b(?:https?://|www\.)\S+|\S+@\S+|\b[\w-]+\.(?:com|org|net|io)/\S*|\b[\w-]+(?:\.[\w-]+)+\.(?:com|org|net|io)\b"
)
_SPONSORS = re.compile(r"\bsponsors:(?:\s*[-*•] [^\n]+?(?=\s[-*•] |\n|$))+", re.IGNORECASE)
_JOINT = re.compile(r"(?:[-\s_/'’&+]|[.:](?!\s)){0,2}")


def words_of(text: str) -> list[str]:
    """The words of `text` as written, in order. Scripts without Latin letters have none."""
    return _WORD.findall(text)


def spans_of(text: str) -> list[tuple[int, int]]:
    """(start, end) of each word of `words_of(text)`."""
    return [found.span() for found in _WORD.finditer(text)]


@lru_cache(maxsize=4_096)
def phrase_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, as two ways to write it are compared: ("node", "js")."""
    return tuple(word.lower() for word in words_of(name))


def read_for_names(text: str) -> str:
    """`text` as names are looked for in it: links, mail addresses and lists of sponsors blanked, as long as before."""
    if "." in text and ("/" in text or "@" in text or ".com" in text or ".org" in text or ".io" in text):
        text = _ADDRESS.sub(_blank, text)
    if "ponsors:" in text:
        text = _SPONSORS.sub(_blank, text)
    return text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def are_joined(text: str, end: int, start: int) -> bool:
    """Whether what lies between two words lets them be one name: a space, hyphen, dot or the like, no full stop."""
    return end == start or _JOINT.fullmatch(text, end, start) is not None
