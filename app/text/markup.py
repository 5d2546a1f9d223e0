"""Making foreign text safe to store and show as plain text. Escaping for HTML is the templates' work."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TRAILING = re.compile(r"[ \t]+\n")
_MANY_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"\s+")


def one_line(text: str) -> str:
    """Text for a title: NFC, no control or invisible characters, white space as single spaces."""
    return _SPACES.sub(" ", _plain(text)).strip()


def many_lines(text: str) -> str:
    """Text for an abstract: as `one_line`, but line breaks stay and more than one empty line becomes one."""
    return _MANY_LINES.sub("\n\n", _TRAILING.sub("\n", _plain(text))).strip()


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", _INVISIBLE.sub("", text))


def safe_url(url: str) -> str | None:
    """The address if it is http or https with a host, else None."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    return url.strip()
