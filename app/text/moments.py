"""A second of a recording: as people read it, and as an address in each place that keeps recordings. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

_YOUTUBE = re.compile(r"(?:(?:www|m|music)\.)?(?:youtube\.com|youtube-nocookie\.com|youtu\.be)")
_YOUTUBE_VIDEO = re.compile(r"/(?:watch|live/[\w-]+|embed/[\w-]+|v/[\w-]+|shorts/[\w-]+)/?")
_VIMEO = re.compile(r"(?:www\.|player\.)?vimeo\.com")
_VIMEO_VIDEO = re.compile(r"(?:/.*)?/\d+(?:/[0-9a-f]+)?/?")
_CCC = re.compile(r"(?:(?:app|www)\.)?media\.ccc\.de")
_MEDIA_FILE = re.compile(r"\.(?:mp4|m4v|webm|ogv|ogm|mov|mp3|m4a|ogg|oga|opus|wav|flac)", re.IGNORECASE)


def clock(seconds: float) -> str:
    """Seconds into a recording as "23:40" or "1:02:03"."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def moment_address(url: str, seconds: float) -> str | None:
    """The recording at `url` from this second on; None where it is not known how to ask for one.

    YouTube takes ?t=, Vimeo and media.ccc.de take #t=, and so does any media file (W3C Media Fragments URI 1.0).
    A second that the address already names makes room.
    """
    at = max(0, int(seconds))
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    if _YOUTUBE.fullmatch(host):
        return _on_youtube(parts, at, short=host == "youtu.be")
    if _VIMEO.fullmatch(host):
        return parts._replace(fragment=f"t={at}s").geturl() if _VIMEO_VIDEO.fullmatch(parts.path) else None
    if (_CCC.fullmatch(host) and parts.path.startswith("/v/")) or _MEDIA_FILE.fullmatch(_suffix(parts.path)):
        return parts._replace(fragment=f"t={at}").geturl()
    return None


def first_moment(urls: Iterable[str], seconds: float) -> str | None:
    """The second in the first of these recordings in which it can be asked for."""
    return next((address for url in urls if (address := moment_address(url, seconds))), None)


def _on_youtube(parts: SplitResult, at: int, *, short: bool) -> str | None:
    if not (re.fullmatch(r"/[\w-]+/?", parts.path) if short else _YOUTUBE_VIDEO.fullmatch(parts.path)):
        return None
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("t", "start", "time_continue")]
    if parts.path.startswith("/watch") and "v" not in dict(asked):
        return None
    # The player inside another page knows the second by another name.
    name = "start" if parts.path.startswith("/embed/") else "t"
    return parts._replace(query=urlencode([*asked, (name, str(at))]), fragment="").geturl()


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2]
    return f".{name.rpartition('.')[2]}" if "." in name else ""
