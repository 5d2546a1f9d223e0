"""Addresses as exports may print them: whole, and leading only to the web."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from app.settings import get_settings

_KEPT = ":/?#@!$&'*+,;=%._~-[]"


def absolute(href: str | None) -> str | None:
    """`href` as an http(s) address with odd characters percent-encoded; one within the site (`/…`) is completed.

    None for anything else, such as javascript: or an address that does not parse.
    """
    if not href:
        return None
    whole = get_settings().base_url + href if href.startswith("/") and not href.startswith("//") else href
    try:
        parts = urlsplit(whole)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return quote(whole, safe=_KEPT)
