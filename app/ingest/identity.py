"""Who is who: speakers by their aliases, organisations and technologies by their names.

A speaker is recognised by the folded name or a curated alias; suspicion alone never merges two people.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.ingest.record import AliasRecord
from app.models import Appearance, Organisation, Speaker, SpeakerAlias, Takeaway, Talk, Technology
from app.text.names import clean_name, name_key
from app.text.slugs import slugify, unique_slug


class People:
    """Looks speakers, organisations and technologies up by name within one session, making those not yet known."""

    def __init__(self, session: Session) -> None:
        """Read the names known so far."""
        self.session = session
        self._speakers: dict[str, int] = dict(
            session.execute(select(col(SpeakerAlias.key), col(SpeakerAlias.speaker_id))).all()
        )
        self._speaker_slugs = set(session.scalars(select(col(Speaker.slug))))
        self._organisations: dict[str, int] = dict(
            session.execute(select(col(Organisation.key), col(Organisation.id))).all()
        )
        self._organisation_slugs = set(session.scalars(select(col(Organisation.slug))))
        self._technologies: dict[str, int] = dict(
            session.execute(select(col(Technology.slug), col(Technology.id))).all()
        )

    def speaker_id(self, name: str) -> int:
        """The speaker of this name, made if new. A new spelling of a known key is remembered by its key alone."""
        key = name_key(name)
        known = self._speakers.get(key)
        if known is not None:
            return known
        speaker = Speaker(slug=unique_slug(slugify(name) or "speaker", self._speaker_slugs), name=name)
        self.session.add(speaker)
        self.session.flush()
        assert speaker.id is not None
        self._add_alias(speaker.id, name, curated=False)
        return speaker.id

    def known_speaker_id(self, name: str) -> int | None:
        """The speaker of this name, or None."""
        return self._speakers.get(name_key(name))

    def organisation_id(self, name: str) -> int:
        """The organisation of this name, made if new."""
        key = name_key(name) or name
        known = self._organisations.get(key)
        if known is not None:
            return known
        slug = unique_slug(slugify(name) or "organisation", self._organisation_slugs)
        organisation = Organisation(slug=slug, name=name, key=key)
        self.session.add(organisation)
        self.session.flush()
        assert organisation.id is not None
        self._organisations[key] = organisation.id
        return organisation.id

    def technology_id(self, name: str) -> int:
        """The technology of this name, made if new."""
        slug = slugify(name) or name_key(name).replace(" ", "-") or "technology"
        known = self._technologies.get(slug)
        if known is not None:
            return known
        technology = Technology(slug=slug, name=name)
        self.session.add(technology)
        self.session.flush()
        assert technology.id is not None
        self._technologies[slug] = technology.id
        return technology.id

    def accept_aliases(self, record: AliasRecord) -> bool:
        """Make all names of the record one speaker, merging those already known; True if anything changed."""
        name = clean_name(record.name)
        before = dict(self._speakers)
        canonical = self.speaker_id(name)
        changed = before != self._speakers
        speaker = self.session.get_one(Speaker, canonical)
        if speaker.name != name:
            speaker.name = name
            changed = True
        for alias in record.aliases:
            other = self._speakers.get(name_key(alias))
            if other is None:
                self._add_alias(canonical, clean_name(alias), curated=True)
            elif other != canonical:
                self._merge(other, canonical)
            else:
                continue
            changed = True
        if changed:
            # Search knows talks by their people too, so these are to be indexed anew.
            theirs = select(col(Appearance.talk_id)).where(col(Appearance.speaker_id) == canonical)
            self.session.execute(update(Talk).where(col(Talk.id).in_(theirs)).values(passages_hash=None))
        return changed

    def _add_alias(self, speaker_id: int, name: str, *, curated: bool) -> None:
        key = name_key(name)
        self.session.add(SpeakerAlias(speaker_id=speaker_id, name=name, key=key, curated=curated))
        self._speakers[key] = speaker_id

    def _merge(self, gone: int, into: int) -> None:
        shared = select(col(Appearance.talk_id)).where(col(Appearance.speaker_id) == into)
        doubled = select(Appearance).where(col(Appearance.speaker_id) == gone, col(Appearance.talk_id).in_(shared))
        for appearance in self.session.scalars(doubled):
            self.session.delete(appearance)
        self.session.flush()
        for table in (Appearance, SpeakerAlias, Takeaway):
            self.session.execute(update(table).where(col(table.speaker_id) == gone).values(speaker_id=into))
        self.session.execute(update(SpeakerAlias).where(col(SpeakerAlias.speaker_id) == into).values(curated=True))
        self.session.delete(self.session.get_one(Speaker, gone))
        self.session.flush()
        self._speakers = {key: into if value == gone else value for key, value in self._speakers.items()}
