"""Which properties of schema.org nodes are kept, by what kind of node it is; of any other kind nothing is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.ingest.formats.field_use import ONLY_READ, Tally
from app.ingest.formats.json_ld_nodes import Page, is_event, is_video, types


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


_NAMES = _words("@id @type type identifier url name")
_EVENT = _NAMES | _words(
    "headline description startDate endDate eventStatus additionalType track inLanguage duration location "
    "subEvent subEvents superEvent workFeatured workPerformed performer performers speaker actor "
    "instructor author creator contributor organizer recordedIn video subjectOf"
)
_VIDEO = _NAMES | _words(
    "headline description contentUrl embedUrl recordedIn dateCreated datePublished inLanguage duration "
    "author creator contributor performer actor"
)
_WORK = _NAMES | _words("abstract description author creator performer recordedIn video subjectOf")
_PERSON = _NAMES | _words("givenName familyName affiliation worksFor memberOf jobTitle sameAs")
_ROLE = _NAMES | _words("performer author contributor organizer creator")
_PLACE = _NAMES | _words("address")
_ADDRESS = _words("@type addressLocality addressCountry")
_WORKS = _words("CreativeWork Article ScholarlyArticle PresentationDigitalDocument DigitalDocument")
_ORGANISATIONS = _words("Organization Corporation NGO PerformingGroup CollegeOrUniversity")
_FRAME = _words("@context @graph @list @set @value @type type")


def count_properties(page: Page) -> Tally:
    """The properties of every node; what stands inside one that is lost is lost with it."""
    tally = Tally()
    lost: set[int] = set()
    for _, node in page.nodes:
        name, kept = _kind(node)
        is_lost = id(node) in lost
        for key, value in node.items():
            plain = key.removeprefix("http://schema.org/").removeprefix("https://schema.org/").removeprefix("schema:")
            if plain in _FRAME or value in (None, "", [], {}):
                continue
            if is_lost or plain not in kept:
                lost.update(id(inner) for inner in _nodes(value))
                if not is_lost:
                    tally.lose(name, plain, note=ONLY_READ if (name, plain) == ("Person", "description") else "")
            else:
                tally.keep(name, plain)
    return tally


def _nodes(value: Any) -> Iterator[Any]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
            yield from (inner for listed in (item.get("@list"), item.get("@set")) for inner in _nodes(listed or []))


def _kind(node: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """What the node is called in reports, and what of it is kept."""
    kinds = types(node)
    name = min(kinds, default="node")[:60]
    if is_event(node):
        return name, _EVENT
    if is_video(node):
        return name, _VIDEO
    for known, kept in (
        ({"Person"}, _PERSON),
        ({"Place", "VirtualLocation"}, _PLACE),
        ({"PostalAddress"}, _ADDRESS),
        (_ORGANISATIONS, _NAMES),
        (_WORKS, _WORK),
    ):
        if kinds & known:
            return name, kept
    if any(kind.endswith("Role") for kind in kinds):
        return name, _ROLE
    return name, _NAMES | _words("alternateName") if kinds & {"Language"} or not kinds else frozenset()
