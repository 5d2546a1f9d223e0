"""Addresses that look dead by how they are written. Nothing is fetched."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

_PLACEHOLDER = re.compile(
    r"(?:^|[/=?.])(?:todo|tba|tbd|tbc|fixme|insert[-_]\w*|your[-_]\w+|xxx+)(?:$|[/&?.#])", re.IGNORECASE
)
_NOWHERE = re.compile(
    r"(?:^|\.)(?:localhost|example\.(?:com|net|org)|local|internal|invalid|test|example|lan)$"
    r"|^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0)"
)
_HOST = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}\.?|\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*"
)
LONGEST = 4000
_YOUTUBE_ID = re.compile(r"[\w-]{11}")


def looks_dead(url: str) -> str | None:
    """Why an address cannot lead anywhere, in words; None where nothing is odd about it."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "it is no address"
    if parts.scheme.lower() not in ("http", "https"):
        return "it is no http address"
    if not host:
        return "it names no host"
    if len(url) > LONGEST:
        return "it is too long for an address"
    if re.search(r"\s", url.strip()):
        return "it has a space in it"
    if _NOWHERE.search(host):
        return f"“{host[:60]}” is nowhere on the open web"
    if not _HOST.fullmatch(host):
        return f"“{host[:60]}” is no name of a host"
    if url.rstrip().endswith(("…", "...")):
        return "it is cut off"
    if _PLACEHOLDER.search(f"{parts.path}?{parts.query}"):
        return "a placeholder stands in it"
    if host in ("youtube.com", "www.youtube.com") and parts.path == "/watch":
        video = parse_qs(parts.query).get("v", [""])[0]
        return None if _YOUTUBE_ID.fullmatch(video) else "it names no video"
    return None
