"""From the sessions of a schedule, of whichever format, to the records of an edition and its talks.

Breaks and meals are left out. Sessions of one submission that share a title are one talk with several slots.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import InputError
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.schedule_fields import UNSAID, Moment, is_break
from app.ingest.naming import NAME_OF_FILE, iso_day, name_edition, series_name, year_of
from app.ingest.record import (
    EditionRecord,
    FieldUse,
    FoundProblem,
    Markup,
    Parsed,
    Programme,
    ResourceRecord,
    SlotRecord,
    SpeakerRecord,
    TalkRecord,
)
from app.text.markup import one_line
from app.text.slugs import slugify

_HTML = re.compile(
    r"</?(?:p|br|a|ul|ol|li|b|i|em|strong|div|span|h[1-6]|pre|code|blockquote|hr|img)\b[^<>]*>", re.IGNORECASE
)
_MARKDOWN = re.compile(r"\]\(https?://|\*\*\w|^#{1,6} \w", re.MULTILINE)
_ORDINAL = re.compile(r"\d{1,3}(?:\.|st|nd|rd|th)\s+", re.IGNORECASE)
_OF_DUMPS = re.compile(
    r"\b(submissions?|sessions?|talks?|schedules?|speakers?|example|export|dump|indico|pretalx|programme|program)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Conference:
    """What a schedule says of the event as a whole."""

    title: str | None = None
    acronym: str | None = None
    start: str | None = None
    end: str | None = None
    city: str | None = None
    url: str | None = None
    guessed: tuple[FieldUse, ...] = ()


@dataclass(frozen=True)
class Session:
    """One slot of a schedule. `guid` is of the slot; `code` or else `number` is of what is given in it."""

    position: str
    title: str | None
    guid: str | None = None
    code: str | None = None
    number: str | None = None
    subtitle: str | None = None
    when: Moment = UNSAID
    minutes: float | None = None
    room: str | None = None
    track: str | None = None
    kind: str = "talk"
    level: str | None = None
    language: str | None = None
    texts: tuple[str | None, ...] = ()
    speakers: tuple[SpeakerRecord, ...] = ()
    resources: tuple[ResourceRecord, ...] = ()
    reference: str | None = None
    note: str | None = None
    parent_key: str | None = None
    is_container: bool = False

    @property
    def key(self) -> str | None:
        """The most stable id there is."""
        return self.guid or self.code or self.number


def parsed(
    source_key: str, edition: EditionRecord, sessions: Iterable[Session], problems: list[FoundProblem], *,
    is_whole: bool = True,
) -> Parsed:  # fmt: skip
    """The programme of these sessions. One that cannot be read costs only itself."""
    groups: dict[tuple[str, ...], list[Session]] = {}
    unreadable: set[str] = set()
    local = 0
    for session in sessions:
        title = one_line(session.title or "")
        if not title or session.key is None:
            if session.key is None:
                is_whole = False
            else:
                unreadable.add(session.key)
            missing = "an id" if title else "a title that is text"
            problems.append(
                FoundProblem("error", f"This session has not {missing}; it is left out. Add it.", session.position)
            )
            continue
        if is_break(title, "\n".join(text for text in session.texts if text) if session.speakers else None):
            continue
        local += session.when.is_local
        submission = session.code or session.number or session.guid or ""
        groups.setdefault((submission, title.casefold(), session.parent_key or ""), []).append(session)
    if local:
        problems.append(
            FoundProblem(
                "warning",
                f"{local} times have no offset from UTC and no zone is named; they are kept as local times. "
                "Give --timezone to place them.",
            )
        )
    talks = tuple(_talk(group) for group in groups.values())
    return Parsed(source_key, Programme(edition, talks, frozenset(unreadable), is_whole), tuple(problems))


def schedule_key(identity: str) -> str:
    """The key of the source of a schedule, whether written as XML or as JSON: both have the same ids for its talks."""
    return f"schedule:{identity}"


def name_conference(conference: Conference, options: ReadOptions) -> tuple[EditionRecord, str]:
    """The edition, and a key for its source that stays the same between snapshots of one schedule.

    A title without any number, such as "FrOSCon", gets the year that the schedule starts in. InputError if unnamed.
    """
    title = one_line(options.edition or conference.title or conference.acronym or "")
    if not title:
        raise InputError("The schedule does not say which conference it is of; give --edition NAME.", "conference")
    start = iso_day(conference.start)
    year = start[:4] if start else str(year_of(conference.acronym or "") or "")
    if year and not options.edition and not re.search(r"\d", title):
        title = f"{title} {year}"
    series = options.series or series_name(_ORDINAL.sub("", title, count=1) or title)
    references: tuple[Mapping[str, str], ...] = ()
    if conference.url and re.match(r"https?://[^\s/]", conference.url):
        references = ({"label": title, "url": conference.url},)
    edition = name_edition(
        title,
        folder=conference.acronym or "",
        series=series,
        start_date=start,
        end_date=iso_day(conference.end),
        city=one_line(conference.city or "") or None,
        references=references,
        guessed=conference.guessed,
    )
    identity = slugify(conference.acronym or "") or slugify(conference.title or "") or edition.slug
    if year and not re.search(r"\d", identity):
        identity = f"{identity}-{year}"
    return edition, identity


def name_by_file(path: Path, options: ReadOptions, problems: list[FoundProblem]) -> Conference:
    """For files that do not name their event: by `--edition`, else by the file's or folder's name, which is said."""
    if options.edition:
        return Conference(title=options.edition)
    stem = re.sub(r"[-_\s]+", " ", path.stem if path.is_file() else path.name)
    title = one_line(_OF_DUMPS.sub(" ", stem)) or stem
    problems.append(
        FoundProblem("warning", f"The file does not name its event; it is called “{title}” after it. Give --edition.")
    )
    return Conference(title=title, guessed=(NAME_OF_FILE,))


def _talk(group: Sequence[Session]) -> TalkRecord:
    """The talk given in these slots; its facts are those of the first in time, and nothing of the others is lost."""
    unique = {(s.when.starts_at, s.room, s.guid): s for s in group}
    ordered = sorted(
        unique.values(), key=lambda s: (s.when.starts_at or s.when.date or "~", s.guid or "", s.room or "")
    )
    first = ordered[0]
    assert first.key is not None
    texts = [text.strip() for text in (first.subtitle, *first.texts) if text and text.strip()]
    abstract = "\n\n".join(dict.fromkeys(texts)) or None
    slots = tuple(SlotRecord(s.when.starts_at, s.room, s.guid) for s in ordered) if len(ordered) > 1 else ()
    title = first.title or ""
    return TalkRecord(
        key=first.key[:300],
        title=title,
        raw_title=title,
        position=first.position,
        kind=first.kind,
        track=one_line(first.track or "") or None,
        level=one_line(first.level or "") or None,
        language=first.language,
        date=first.when.date,
        starts_at=first.when.starts_at,
        duration_minutes=first.minutes,
        room=one_line(first.room or "") or None,
        parent_key=first.parent_key,
        raw_abstract=abstract,
        markup=_markup(abstract or ""),
        slots=tuple(replace(slot, room=one_line(slot.room or "") or None) for slot in slots),
        is_container=first.is_container,
        speakers=tuple({s.name: s for session in reversed(ordered) for s in session.speakers[::-1]}.values())[::-1],
        resources=tuple(dict.fromkeys(link for session in ordered for link in session.resources)),
        reference=first.reference,
        note=first.note,
    )


def _markup(text: str) -> Markup:
    if _HTML.search(text):
        return "html"
    return "markdown" if _MARKDOWN.search(text) else "plain"
