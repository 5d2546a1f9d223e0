"""Addresses within the site: the same view with one thing changed, and where to go next. URLs are the state."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit


def with_query(path: str, values: Mapping[str, object], **changes: object) -> str:
    """`path` with `values` as its query, some changed; None, "", () and False leave a name out, lists repeat it."""
    pairs: list[tuple[str, str]] = []
    for name, value in {**values, **changes}.items():
        several = value if isinstance(value, list | tuple) else (value,)
        pairs.extend((name, str(one)) for one in several if one is not None and one != "" and one is not False)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def within(address: str, otherwise: str = "/") -> str:
    """`address` if a browser would stay on this site with it, else `otherwise`: no other host, nothing hidden in it."""
    if not address.startswith("/") or len(address) > 2000 or not address.isascii() or not address.isprintable():
        return otherwise
    # Browsers read a backslash as a slash, and two of these begin the name of a host.
    if "\\" in address or address.startswith("//") or " " in address:
        return otherwise
    try:
        parts = urlsplit(address)
    except ValueError:
        return otherwise
    return address if not parts.scheme and not parts.netloc else otherwise
