"""Who is who: speakers by their names and accounts, organisations and technologies by their names.

The rule for speakers stands in `speakers.py`; suspicion alone never merges two people.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import Session, col

from app.ingest.merging import merge_speakers, reindex, told_apart
from app.ingest.record import AliasRecord
from app.ingest.speakers import Sighting, Speakers, is_common
from app.models import Organisation, Speaker, Technology
from app.text.names import clean_name, name_key
from app.text.slugs import slugify, unique_slug


class People:
    """Looks speakers, organisations and technologies up by name within one session, making those not yet known."""

    def __init__(self, session: Session) -> None:
        """Read the organisations and technologies known so far; speakers are read as they are met."""
        self.session = session
        self.speakers = Speakers(session)
        self._organisations: dict[str, int] = dict(
            session.execute(select(col(Organisation.key), col(Organisation.id))).all()
        )
        self._organisation_slugs = set(session.scalars(select(col(Organisation.slug))))
        self._technologies: dict[str, int] = {}
        for slug, aliases, technology in session.execute(
            select(col(Technology.slug), col(Technology.aliases), col(Technology.id)).order_by(col(Technology.id))
        ):
            self._technologies |= {slug: technology or 0}
            for alias in aliases:
                self._technologies.setdefault(slugify(alias), technology or 0)

    def at(self, series_id: int, collection: str, names: Iterable[str]) -> None:
        """Say where the names to come are met: the series, the kind of source, and the names themselves at once."""
        self.speakers.place(series_id, collection, names)

    def speaker_id(self, sighting: Sighting, present: Iterable[int] = ()) -> int:
        """The speaker of a sighting, made if new; `present` are other speakers of the same talk."""
        return self.speakers.find(sighting, present)

    def known_speaker_id(self, name: str) -> int | None:
        """The first speaker known by this name, or None."""
        return next(iter(self.speakers.named(name)), None)

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
        """The technology of this name or alias, made if new."""
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
        before = self.speakers.learnt
        canonical = self.speakers.find(Sighting(name, links=record.links, is_curated=True))
        is_new = canonical in self.speakers.made
        changed = before != self.speakers.learnt
        if not is_new:
            speaker = self.session.get_one(Speaker, canonical)
            changed = changed or speaker.name != name
            speaker.name = name
        for alias in map(clean_name, record.aliases):
            holders = self.speakers.named(alias)
            if canonical in holders:
                continue
            if holders and self._is_theirs(alias, holders[0], canonical, record):
                merge_speakers(self.session, holders[0], canonical, curated=True)
                self.speakers.forget(holders[0], canonical)
            else:
                self.speakers.add_alias(canonical, alias, curated=True)
            changed = True
        if changed and not is_new:
            self.session.flush()
            reindex(self.session, canonical)
        return changed

    def expect_aliases(self, records: Iterable[AliasRecord]) -> None:
        """Read what is known of all these names at once."""
        names = [clean_name(name) for record in records for name in (record.name, *record.aliases)]
        self.speakers.expect(names)
        self.speakers.expect_slugs(names)

    def _is_theirs(self, alias: str, holder: int, canonical: int, record: AliasRecord) -> bool:
        """Whether the speaker known by an alias is the person of the record.

        People who write aliases for this base mean the one it knows. A collection that gives accounts speaks of its
        own people only, so there a common name such as "Alex" elsewhere is somebody else.
        """
        if told_apart(self.session, holder, canonical):
            return False
        return not (record.links and is_common(alias))
