"""Addresses folded so that two ways to link one video, deck or page are equal. Pure; nothing is fetched."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

_YOUTUBE = re.compile(r"(?:^|\.)(?:youtube(?:-nocookie)?\.com|youtu\.be)$")
_VIDEO_PATH = re.compile(r"^/(?:embed/|live/|shorts/|v/)?([\w-]{11})$")
_VIMEO = re.compile(r"^/(?:video/)?(\d{5,})")
_WRITTEN = re.compile(r"https?://[^\s<>\"'”’)\]}]+")
_KEPT_QUERY = re.compile(r"(?:^|[&])((?:id|v|p|talk|session|event|iframe)=[^&]+)")


def address_key(url: str) -> str | None:
    """What tells a page from others: no scheme, no www, no tracking, a video by its id; None for a whole site."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower().removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    if _YOUTUBE.search(host):
        video = parse_qs(parts.query).get("v", [""])[0] if path == "/watch" else ""
        found = _VIDEO_PATH.match(path)
        video = video or (found[1] if (found and host.endswith("youtu.be")) or (found and path.count("/") == 2) else "")
        return f"youtube:{video}" if video else None
    if host.endswith("vimeo.com") and (found := _VIMEO.match(path)):
        return f"vimeo:{found[1]}"
    if not host or len(path) < 2:
        return None
    kept = "&".join(sorted(match[1] for match in _KEPT_QUERY.finditer(parts.query)))
    return f"{host}{path}" + (f"?{kept}" if kept and "iframe" not in kept else "")


def account_key(url: str) -> str:
    """An address as links of speakers are stored: no scheme, no www, lower case, no trailing slash."""
    bare = re.sub(r"^[a-z]+://", "", url.strip().lower()).removeprefix("www.")
    return bare.split("?")[0].split("#")[0].rstrip("/")


def written_addresses(text: str) -> list[tuple[int, int, str]]:
    """Addresses that stand in the text itself: (start, end, address)."""
    return [
        (found.start(), found.start() + len(url), url)
        for found in _WRITTEN.finditer(text)
        if (url := found[0].rstrip(".,;:!?"))
    ]
