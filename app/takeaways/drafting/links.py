"""Links of a section as evidence: videos with their second, slides. Pure."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from app.takeaways.drafting.statement import Block

_VIDEO_HOSTS = re.compile(
    r"(?:^|\.)(?:youtube\.com|youtu\.be|youtube-nocookie\.com|vimeo\.com|media\.ccc\.de|video\.\w+\.\w+|peertube\.\w+"
    r"|twitch\.tv|infoq\.com)$"
)
_SLIDE_HOSTS = re.compile(r"(?:^|\.)(?:slideshare\.net|speakerdeck\.com|slides\.com|slid\.es|noti\.st)$")
_VIDEO = re.compile(r"\b(?:videos?|recordings?|replay|watch|vidéo|Aufzeichnung|grabación)\b", re.IGNORECASE)
_SLIDES = re.compile(r"\b(?:slides?|deck|Folien|diapositivas?|diapos)\b", re.IGNORECASE)
_SECOND = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


class Material(NamedTuple):
    """A recording or slides that a block points to."""

    kind: str
    url: str
    start_seconds: float | None

    def evidence(self) -> dict[str, Any]:
        """As a piece of evidence."""
        return {"kind": self.kind, "url": self.url, "start_seconds": self.start_seconds}


def materials_of(block: Block) -> list[Material]:
    """The recordings and slides that a block links to, judged by address, then by label, then by the sentence."""
    found = []
    for link in block.links:
        kind = _kind(link.url, block.text[link.start : link.end], block.text)
        if kind:
            found.append(Material(kind, link.url, second_of(link.url) if kind == "video" else None))
    return found


def _kind(url: str, label: str, text: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    path = parts.path.lower()
    if _SLIDE_HOSTS.search(host) or (path.endswith((".pdf", ".pptx", ".odp")) and not _VIDEO.search(label)):
        return "slides"
    if _VIDEO_HOSTS.search(host):
        is_one = not re.search(r"/(?:playlist|c/|channel/|user/|@)", path) and path not in ("", "/")
        return "video" if is_one else None
    for words in (label, text if len(label.split()) <= 2 else ""):
        if _VIDEO.search(words):
            return "video"
        if _SLIDES.search(words):
            return "slides"
    return None


def second_of(url: str) -> float | None:
    """The second of a recording that an address names, as in ?t=123, ?t=1h2m3s or #t=90."""
    parts = urlsplit(url)
    for asked in (parse_qs(parts.query), parse_qs(parts.fragment)):
        for name in ("t", "start", "time_continue"):
            found = _SECOND.fullmatch(asked.get(name, [""])[0])
            if found and any(found.groups()):
                hours, minutes, seconds = (int(part or 0) for part in found.groups())
                return float(hours * 3600 + minutes * 60 + seconds)
    return None
