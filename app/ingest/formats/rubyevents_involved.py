"""Who made a RubyEvents event: the people and organisations of `involvements.yml`, and the sponsors by tier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.ingest.formats.careful_json import word
from app.ingest.formats.field_use import shape
from app.ingest.formats.spans import objects, words
from app.ingest.record import InvolvedRecord

INVOLVEMENTS = shape("involvement", "name users organisations")
SPONSORS = shape("sponsors", tiers=shape("sponsors.tiers", "name", sponsors=shape("sponsors.tiers.sponsors", "name")))


def read_involved(involvements: Any, sponsors: Any) -> tuple[InvolvedRecord, ...]:
    """From the values of both files, None for one that is not there; entries that name nobody are left out."""
    found = [*_involved(involvements), *_sponsors(sponsors)]
    return tuple(one for one in found if one.people or one.organisations)


def _involved(value: Any) -> Iterator[InvolvedRecord]:
    for item in objects(value):
        role = word(item.get("name"))
        if role:
            yield InvolvedRecord(role, _once(words(item.get("users"))), _once(words(item.get("organisations"))))


def _sponsors(value: Any) -> Iterator[InvolvedRecord]:
    for item in objects(value):
        for tier in objects(item.get("tiers")):
            name = word(tier.get("name")) or "Sponsors"
            role = name if "sponsor" in name.casefold() else f"{name} sponsors"
            named = (word(sponsor.get("name")) for sponsor in objects(tier.get("sponsors")))
            yield InvolvedRecord(role, organisations=_once([sponsor for sponsor in named if sponsor]))


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
