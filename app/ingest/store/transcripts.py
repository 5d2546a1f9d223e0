"""Storing a transcript with the talk it belongs to."""

from __future__ import annotations

import re
from dataclasses import asdict

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from app.errors import InputError
from app.ingest.record import FoundProblem, Transcript
from app.ingest.store.changes import Changes, record_hash
from app.models import DraftReading, Edition, Resource, Source, Talk
from app.models import Transcript as StoredTranscript
from app.text.slugs import slugify

_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{6,40}")


def store_transcript(session: Session, source: Source, record: Transcript) -> Changes:
    """Upsert the transcript and have what rests on it made anew; an error where no talk, or several, are meant."""
    assert source.id is not None
    changes = Changes()
    try:
        talk = _talk(session, record.about)
    except InputError as error:
        changes.problems.append(FoundProblem("error", str(error), error.where))
        return changes
    assert talk.id is not None
    if talk.is_container and not _timed_parts(session, {talk.id}):
        changes.problems.append(
            FoundProblem(
                "warning",
                f"“{talk.title}” is a recording of several talks, and nothing says when each begins: the transcript is "
                "kept with the recording. Give each talk its own file.",
            )
        )
    stored = session.scalars(select(StoredTranscript).where(col(StoredTranscript.source_id) == source.id)).first()
    digest = record_hash(record)
    if stored is not None and stored.content_hash == digest and stored.talk_id == talk.id:
        changes.count("unchanged")
        return changes
    touched = {talk.id}
    if stored is None:
        stored = StoredTranscript(talk_id=talk.id, source_id=source.id)
        session.add(stored)
        changes.count("created")
    else:
        touched.add(stored.talk_id)
        changes.count("updated")
    stored.talk_id = talk.id
    stored.language = record.language
    stored.is_automatic = record.is_automatic
    stored.cues = [asdict(cue) for cue in record.cues]
    stored.content_hash = digest
    session.flush()
    touched |= _timed_parts(session, touched)
    session.execute(update(Talk).where(col(Talk.id).in_(touched)).values(passages_hash=None, technologies_hash=None))
    session.execute(delete(DraftReading).where(col(DraftReading.talk_id).in_(touched)))
    return changes


def _timed_parts(session: Session, containers: set[int]) -> set[int]:
    """The talks of these recordings that are known to begin at a second of them, so that each gets its slice."""
    rows = session.scalars(
        select(col(Talk.id)).where(col(Talk.parent_id).in_(containers), col(Talk.start_seconds).is_not(None))
    )
    return {talk_id for talk_id in rows if talk_id is not None}


def _talk(session: Session, about: tuple[str, ...]) -> Talk:
    """The one talk that the most certain of the names means. InputError that says how to name the file."""
    for name in about:
        found = _named(session, name)
        live = [talk for talk in found if talk.withdrawn_at is None] or found
        # A part and the recording it was cut from may share an address: the whole recording is what was transcribed.
        tops = [talk for talk in live if talk.parent_id not in {other.id for other in live}] or live
        if len(tops) == 1:
            return tops[0]
        if tops:
            shown = ", ".join(talk.slug for talk in tops[:4])
            raise InputError(f"“{name}” could be {len(tops)} talks ({shown}); call the file SLUG.en.vtt after one.")
    raise InputError(
        f"No talk is called “{about[0] if about else ''}”. Call the file EDITION-SLUG/TALK-KEY.en.vtt, "
        "TALK-SLUG.en.vtt or VIDEO-ID.en.vtt, and ingest the programme first."
    )


def _named(session: Session, name: str) -> list[Talk]:
    if name.startswith(("http://", "https://")):
        return list(session.scalars(select(Talk).join(Resource).where(col(Resource.url) == name).distinct()))
    edition, slash, key = name.rpartition("/")
    if slash:
        of_edition = select(Talk).join(Edition).where(col(Edition.slug).in_([edition, slugify(edition)]))
        return list(session.scalars(of_edition.where(col(Talk.source_key) == key))) or list(
            session.scalars(of_edition.where(col(Talk.slug).in_([key, slugify(key)])))
        )
    talks = list(session.scalars(select(Talk).where(col(Talk.slug) == name)))
    if talks or not _VIDEO_ID.fullmatch(name):
        return talks
    rows = session.execute(
        select(Talk, col(Resource.url)).join(Resource).where(col(Resource.url).contains(name, autoescape=True))
    )
    whole = re.compile(rf"(?<![A-Za-z0-9_-]){re.escape(name)}(?![A-Za-z0-9_-])")
    return list({talk.id: talk for talk, url in rows if whole.search(url)}.values())
