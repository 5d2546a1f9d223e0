"""What a link of a session leads to: video, slides, code or article, by its type, ending, host and words.

Chat rooms and feedback forms are no resources of a talk, and a form's untouched "http://" is no link: all are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

from app.ingest.formats.careful_json import mapping, text_of
from app.ingest.formats.field_use import Shape, shape
from app.ingest.formats.positioned_xml import Node
from app.ingest.record import ResourceRecord
from app.text.markup import one_line

_VIDEO = frozenset(["mp4", "webm", "ogv", "ogg", "mkv", "avi", "mov", "m4v", "mpg", "mpeg", "divx", "wmv", "flv"])
_SLIDES = frozenset(["odp", "ppt", "pptx", "pps", "ppsx", "key", "sxi"])
_DOCUMENTS = frozenset(["vtt", "srt", "txt", "md", "html", "htm", "png", "jpg", "jpeg", "gif", "odt", "doc", "docx"])
_NOT_A_FILM = _SLIDES | frozenset(["pdf", "odt", "doc", "docx", "txt", "md"])
_HOSTS = (
    ("video", re.compile(r"(^|\.)(youtube\.com|youtu\.be|vimeo\.com|media\.ccc\.de|video\.fosdem\.org|diode\.zone)$")),
    ("slides", re.compile(r"(^|\.)(slideshare\.net|speakerdeck\.com|slides\.com)$")),
    (
        "code",
        re.compile(
            r"(^|\.)(github\.com|gitlab\.[\w.]+|codeberg\.org|bitbucket\.org|sr\.ht|sourceforge\.net|gitorious\.org)$"
            r"|^(git|gitlab|gitea|cgit|svn)\."
        ),
    ),
)
_WORDS = (
    ("slides", re.compile(r"\bslides?\b|\bfolien\b|\bdiapos|\bpresentation$", re.IGNORECASE)),
    ("video", re.compile(r"^video\b|\bvideo recording|\brecording$|\bscreencast\b", re.IGNORECASE)),
    ("code", re.compile(r"\bsource code\b|\brepo(sitory)?\b|^code$|^source$|\bnotebook\b", re.IGNORECASE)),
)
_TYPES = {
    "slides": "slides", "slide": "slides", "presentation": "slides", "video": "video", "recording": "video",
    "code": "code", "repository": "code", "paper": "article", "article": "article",
}  # fmt: skip
_NO_RESOURCE = frozenset(["feedback", "origin", "chat"])
_CHAT = re.compile(r"(^|\.)(matrix\.to|chat\.[\w.-]+)$")
_FEEDBACK = re.compile(r"/feedback(/|$|\b.*\.php)", re.IGNORECASE)
_UNTOUCHED = re.compile(r"(https?://)?")
_WITHOUT_SCHEME = re.compile(r"(?=www\.[\w-]+\.)", re.IGNORECASE)
_DOUBLED = re.compile(r"https?:/+(?=https?://)", re.IGNORECASE)


def resource(
    href: str | None, label: str | None, base: str | None = None, type_: str | None = None, service: str | None = None
) -> ResourceRecord | None:
    """The resource behind a link; None for what is none. An address without a host is of the page at `base`."""
    url = _DOUBLED.sub("", (href or "").strip())
    url = f"http://{url}" if _WITHOUT_SCHEME.match(url) else url
    words = one_line((label or "")[:2000])
    said = (type_ or "").strip().casefold(), (service or "").strip().casefold()
    if _UNTOUCHED.fullmatch(url) and (not url or _UNTOUCHED.fullmatch(words)):
        return None
    url = absolute(url, base)
    host, path = _split(url)
    if (
        _NO_RESOURCE.intersection(said)
        or _CHAT.search(host)
        or (_FEEDBACK.search(path) and "feedback" in words.lower())
    ):
        return None
    return ResourceRecord(_kind(host, path, words, said), url, words or None)


def link_shape(name: str) -> Callable[[Any], Shape]:
    """The shape of links of a session, of JSON or XML: those that are no resources of a talk are lost."""
    kept = shape(name, "url href title name type service @href @type @service text")
    left_out = Shape(name, lost_as="to chat, feedback, origin or nothing")

    def of_link(link: Any) -> Shape:
        said = link.attributes if isinstance(link, Node) else mapping(link)
        label = link.text if isinstance(link, Node) else text_of(said.get("title")) or text_of(said.get("name"))
        address = text_of(said.get("href")) or text_of(said.get("url"))
        is_kept = resource(address, label, None, text_of(said.get("type")), text_of(said.get("service")))
        return kept if is_kept else left_out

    return of_link


def absolute(url: str, base: str | None) -> str:
    """The address, read from `base` as a browser would where it begins with a slash or dots."""
    if base and url.startswith(("/", "./", "../")):
        try:
            return urljoin(base, url)
        except ValueError:
            return url
    return url


def _kind(host: str, path: str, words: str, said: tuple[str, str]) -> str:
    ending = path.rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
    if ending in _VIDEO:
        return "video"
    if ending in _SLIDES:
        return "slides"
    typed = next((_TYPES[word] for word in said if word in _TYPES), None)
    if typed and not (typed == "video" and ending in _NOT_A_FILM) and ending not in ("vtt", "srt"):
        return typed
    if ending in ("vtt", "srt"):
        return "article"
    if ending not in _DOCUMENTS and ending != "pdf":
        for kind, pattern in _HOSTS:
            if pattern.search(host):
                return kind
        if host == "docs.google.com" and path.startswith("/presentation"):
            return "slides"
    return next((kind for kind, pattern in _WORDS if pattern.search(words)), "article")


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower(), parts.path
    except ValueError:
        return "", ""
