"""The import formats Hallway reads, in the order they are asked."""

from __future__ import annotations

from app.errors import UsageError
from app.ingest.formats.articles import Articles
from app.ingest.formats.c3voc_json import C3vocJson
from app.ingest.formats.devoxx_cfp import DevoxxCfp
from app.ingest.formats.entry_xml import EntryXml
from app.ingest.formats.frab_xml import FrabXml
from app.ingest.formats.hallway_yaml import HallwayYaml
from app.ingest.formats.icalendar_ics import ICalendar
from app.ingest.formats.indico import IndicoJson
from app.ingest.formats.json_ld import JsonLd
from app.ingest.formats.pretalx_rest import PretalxRest
from app.ingest.formats.protocol import Format
from app.ingest.formats.pyvideo import PyvideoJson
from app.ingest.formats.rubyevents import RubyEvents
from app.ingest.formats.sessionize import Sessionize
from app.ingest.formats.tables import Tables
from app.ingest.formats.transcripts import Transcripts

FORMATS: tuple[Format, ...] = (
    HallwayYaml(),
    PyvideoJson(),
    RubyEvents(),
    Sessionize(),
    DevoxxCfp(),
    FrabXml(),
    C3vocJson(),
    PretalxRest(),
    IndicoJson(),
    EntryXml(),
    # Before json-ld: pages of articles carry JSON-LD too, but no event and no recording.
    Articles(),
    JsonLd(),
    ICalendar(),
    Tables(),
    Transcripts(),
)


def format_named(name: str) -> Format:
    """The format of this name; UsageError lists the known ones."""
    for known in FORMATS:
        if known.name == name:
            return known
    raise UsageError(f"There is no format “{name}”; known: {', '.join(known.name for known in FORMATS)}.", "format")
