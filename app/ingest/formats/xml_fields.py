"""Which elements and attributes of XML schedules are kept: those of frab and its kin, and of EuroPython's entries."""

from __future__ import annotations

from app.ingest.formats.field_use import shape
from app.ingest.formats.schedule_links import link_shape

_PERSON = shape("person", "@id @url @href text name url", only_read="biography")
_LINK = link_shape("event.link")
_EVENT = shape(
    "event",
    "@guid @code @id date start duration room title subtitle track type language abstract description url "
    "video_download_url",
    persons=shape("event.persons", "person", person=_PERSON),
    links=shape("event.links", "link", link=_LINK),
    attachments=shape("event.attachments", "attachment", attachment=_LINK),
    recording=shape("event.recording", "link url license"),
)
FRAB = shape(
    "schedule",
    "base_url",
    conference=shape("conference", "title acronym start end city base_url url time_zone_name day_change"),
    persons=shape("persons", person=_PERSON),
    day=shape("day", "@date @start", event=_EVENT, room=shape("room", "@name", event=_EVENT)),
)
"""`schedule.xml` of frab, pentabarf and pretalx."""

_SPEAKERS = shape("entry.speakers", speaker=shape("speaker", "name profile", only_read="description"))
ENTRIES = shape(
    "schedule",
    day=shape(
        "day",
        "@date",
        entry=shape(
            "entry",
            "@id start duration category title room audience language abstract description",
            topics=shape("entry.topics", "topic"),
            speakers=_SPEAKERS,
        ),
    ),
)
"""The schedule of EuroPython 2014."""
