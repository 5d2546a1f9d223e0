"""People of RubyEvents: `speakers.yml` with other spellings, and accounts as full addresses."""

from __future__ import annotations

import re
from typing import Any

from app.errors import InputError
from app.ingest.formats.careful_json import word
from app.ingest.formats.field_use import Tally, shape
from app.ingest.formats.positioned_yaml import Document
from app.ingest.formats.spans import objects
from app.ingest.record import AliasRecord, FoundProblem, Parsed, SpeakerAliases

_ACCOUNTS = {
    "github": "https://github.com/",
    "twitter": "https://twitter.com/",
    "mastodon": "",
    "bluesky": "https://bsky.app/profile/",
    "linkedin": "https://www.linkedin.com/in/",
    "speakerdeck": "https://speakerdeck.com/",
    "website": "",
}
_PERSON = shape("speaker", " ".join(["name slug canonical_slug", *_ACCOUNTS]), aliases=shape("speaker.aliases", "name"))
_FEDIVERSE = re.compile(r"@?([\w.-]+)@([\w-]+(?:\.[\w-]+)+)\Z")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?\Z")
_HANDLE = re.compile(r"[\w.%-]+\Z")


def read_speakers(document: Document) -> Parsed:
    """Everybody in the file. One who names another by `canonical_slug` is another spelling of theirs."""
    if not isinstance(document.value, list):
        raise InputError("`speakers.yml` must be a list of people.", "line 1")
    problems: list[FoundProblem] = []
    people: list[tuple[str, dict[str, Any]]] = []
    for index, item in enumerate(document.value):
        name = word(item.get("name")) if isinstance(item, dict) else None
        if name is None:
            where = document.where((index,))
            problems.append(FoundProblem("error", "A person without a name; this entry is left out.", where))
            continue
        people.append((name, item))
    slugs = {word(item.get("slug")): name for name, item in people if not word(item.get("canonical_slug"))}
    own: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    for name, item in people:
        canonical = slugs.get(word(item.get("canonical_slug")), name)
        names = own.setdefault(canonical, [])
        names += [name] if name != canonical else []
        names += [alias for alias in (word(entry.get("name")) for entry in objects(item.get("aliases"))) if alias]
        links.setdefault(canonical, []).extend(_links(item))
    records = tuple(
        AliasRecord(name, tuple(dict.fromkeys(aliases)), tuple(dict.fromkeys(links[name])))
        for name, aliases in own.items()
    )
    tally = Tally().read(document.value, _PERSON)
    return tally.on(Parsed("rubyevents:speakers", SpeakerAliases(records), tuple(problems)))


def _links(item: dict[str, Any]) -> list[str]:
    return [link for name, base in _ACCOUNTS.items() if (link := _link(base, word(item.get(name)))) is not None]


def _link(base: str, value: str | None) -> str | None:
    """The https address of an account given as handle, as @name@host, as bare host or in full."""
    value = "".join(letter for letter in value or "" if letter.isprintable()).strip()
    if value.startswith(("http://", "https://")):
        return value
    fediverse = _FEDIVERSE.match(value)
    if fediverse and not base:
        return f"https://{fediverse[2]}/@{fediverse[1]}"
    if base:
        handle = value.removeprefix("@")
        return base + handle if _HANDLE.match(handle) else None
    return f"https://{value}" if _HOST.match(value) else None
