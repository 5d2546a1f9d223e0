"""The import formats Hallway reads, in the order they are asked."""

from __future__ import annotations

from app.errors import UsageError
from app.ingest.formats.hallway_yaml import HallwayYaml
from app.ingest.formats.protocol import Format
from app.ingest.formats.pyvideo import PyvideoJson

FORMATS: tuple[Format, ...] = (HallwayYaml(), PyvideoJson())


def format_named(name: str) -> Format:
    """The format of this name; UsageError lists the known ones."""
    for known in FORMATS:
        if known.name == name:
            return known
    raise UsageError(f"There is no format “{name}”; known: {', '.join(known.name for known in FORMATS)}.", "format")
