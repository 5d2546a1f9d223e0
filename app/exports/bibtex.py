"""Talks as BibTeX, UTF-8, for BibTeX 0.99d with a Unicode engine and for biber. Keys are the slugs of the talks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.catalog.citations import Citation
from app.exports.addresses import absolute
from app.text.cited_names import cited_name

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    '"': r"\textquotedbl{}",
} | {letter: f"\\{letter}" for letter in "&%$#_"}
_AND = re.compile(r"\b(and)\b", re.IGNORECASE)
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def write(talks: Sequence[Citation]) -> bytes:
    """One entry a talk, in the order given. The same talks give the same bytes."""
    return "\n".join(_entry(talk) for talk in talks).encode()


def escape(text: str) -> str:
    """Text for a field in braces: what LaTeX takes for a command becomes the letter it is; other letters stay.

    Braces are written by name, for BibTeX counts those behind a backslash as well.
    """
    return "".join(_SPECIAL.get(letter, letter) for letter in _SPACES.sub(" ", text).strip())


def author(name: str) -> str:
    """“Last, First”; the word “and” within a name is held together, for it stands between two names."""
    parts = cited_name(name)
    return ", ".join(_AND.sub(r"{\1}", escape(part)) for part in parts.inverted.split(", ") if part)


def _entry(talk: Citation) -> str:
    fields = {
        "author": "{" + " and ".join(author(name) for name in talk.speakers) + "}" if talk.speakers else None,
        "title": "{{" + escape(talk.title) + "}}",
        "booktitle": "{{" + escape(talk.edition) + "}}",
        "address": _braced(", ".join(part for part in (talk.city, talk.country) if part)),
        "year": f"{{{talk.year}}}" if talk.year else None,
        "month": MONTHS[talk.month - 1] if talk.month else None,
        "url": f"{{{_address(talk.url)}}}",
        "language": _braced(talk.language or ""),
        "note": _braced(_note(talk)),
    }
    lines = [f"  {name} = {value}," for name, value in fields.items() if value]
    return "\n".join([f"@inproceedings{{{talk.slug},", *lines, "}", ""])


def _braced(text: str) -> str | None:
    return f"{{{escape(text)}}}" if text else None


def _note(talk: Citation) -> str:
    links = (("Video", _address(talk.video)), ("Slides", _address(talk.slides)))
    return ". ".join([talk.genre, *(f"{name}: {link}" for name, link in links if link)])


def _address(url: str | None) -> str:
    """A web address; what could end the field is percent-encoded."""
    return (absolute(url) or "").replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
