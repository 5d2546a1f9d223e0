"""Reads what has a name, with how many known talks stand behind it, and keeps that while the base does not change."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Select, String, cast, func, select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED, TalkFilter, allowed_talks
from app.models import (
    Appearance,
    Edition,
    Organisation,
    Series,
    Speaker,
    Talk,
    TalkOrganisation,
    Technology,
    TechnologyMention,
    Theme,
    ThemeAssignment,
)
from app.search.freshness import read_marks
from app.search.index_files import made_once
from app.search.names import Name, Names
from app.search.query import fold_phrase

_RECIPE = "names/2"
HAS = (
    ("video", "a video"), ("slides", "slides"), ("takeaways", "takeaways"), ("transcript", "a transcript"),
)  # fmt: skip
"""Values of the field `has` with their words."""


class Nameboard:
    """Holds the newest names of one base. Threads may share it; while one reads, the others take what there was."""

    def __init__(self, file: Path | None = None) -> None:
        """Processes that are given the same `file` share the names in it: reading them anew takes a second."""
        self._file = file
        self._held: tuple[str, Names] | None = None
        self._lock = threading.Lock()

    def at_hand(self) -> Names | None:
        """What was last read, if anything was."""
        return self._held[1] if self._held is not None else None

    def current(self, session: Session) -> Names:
        """The names of the base as its snapshot has it; read each time where there is no snapshot yet.

        An import takes a new snapshot when it has finished, so names are not read for each of its steps.
        """
        held, state = self._held, read_marks(session).snapshot.fingerprint
        if held is not None and held[0] == state and state:
            return held[1]
        if not self._lock.acquire(blocking=held is None):
            assert held is not None
            return held[1]
        try:
            if self._held is None or self._held[0] != state or not state:
                self._held = (state, self._read(session, state))
            return self._held[1]
        finally:
            self._lock.release()

    def _read(self, session: Session, state: str) -> Names:
        return made_once(
            self._file if state else None, {"recipe": _RECIPE, "snapshot": state},
            lambda: Names(read_names(session)), Names.from_arrays, Names.arrays,
        )  # fmt: skip


def read_names(session: Session) -> Iterator[Name]:
    """Every name, of technologies their aliases too. A title that several talks share is there once, without a slug."""
    yield from _titles(session)
    aliases = {slug: names for slug, names in session.execute(select(col(Technology.slug), col(Technology.aliases)))}  # noqa: C416  # rows are no pairs to the type checker
    for kind, statement in _statements():
        for slug, name, talks in session.execute(statement):
            if slug and str(name).strip():
                yield Name(kind, str(slug), str(name), talks)
                for alias in aliases[slug] if kind == "technology" else ():
                    yield Name(kind, slug, name, talks, alias=alias)
    yield from (Name("has", value, words, 0) for value, words in HAS)


def _titles(session: Session) -> Iterator[Name]:
    rows = session.execute(allowed_talks(TalkFilter()).with_only_columns(col(Talk.slug), col(Talk.title)))
    found: dict[str, Name] = {}
    for slug, title in rows:
        key = fold_phrase(title)
        known = found.get(key)
        found[key] = (
            Name("talk", slug, title, 1, key) if known is None else known._replace(slug="", talks=known.talks + 1)
        )
    yield from found.values()


def _statements() -> Iterator[tuple[str, Select[Any, Any, Any]]]:
    """For each kind but talks: (slug, name, number of known talks)."""
    known = allowed_talks(TalkFilter())
    talks = func.count(func.distinct(col(Talk.id)))
    speaking = known.join(Appearance, col(Appearance.talk_id) == col(Talk.id))
    editions = known.join(Edition, col(Edition.id) == col(Talk.edition_id))
    for kind, joined, table in (
        ("speaker", speaking.join(Speaker, col(Speaker.id) == col(Appearance.speaker_id)), Speaker),
        ("edition", editions, Edition),
        ("series", editions.join(Series, col(Series.id) == col(Edition.series_id)), Series),
        (
            "technology",
            known.join(TechnologyMention, col(TechnologyMention.talk_id) == col(Talk.id)).join(
                Technology, col(Technology.id) == col(TechnologyMention.technology_id)
            ),
            Technology,
        ),
        (
            "theme",
            known.join(ThemeAssignment, col(ThemeAssignment.talk_id) == col(Talk.id))
            .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
            .where(col(ThemeAssignment.status).in_(ASSIGNED), col(Theme.withdrawn_at).is_(None)),
            Theme,
        ),
    ):
        yield kind, joined.with_only_columns(col(table.slug), col(table.name), talks).group_by(col(table.id))
    yield "organisation", _organisations()
    for kind, value in (
        ("kind", col(Talk.kind)),
        ("language", col(Talk.language)),
        ("year", func.coalesce(func.substr(col(Talk.date), 1, 4), cast(col(Edition.year), String))),
    ):
        yield kind, editions.with_only_columns(value, value, func.count()).where(value.is_not(None)).group_by(value)


def _organisations() -> Select[Any, Any, Any]:
    """Organisations of speakers, and those that a programme names for a talk beside its speakers."""
    known = allowed_talks(TalkFilter())
    at = known.join(Appearance, col(Appearance.talk_id) == col(Talk.id))
    named = known.join(TalkOrganisation, col(TalkOrganisation.talk_id) == col(Talk.id))
    held = (
        at.with_only_columns(col(Talk.id).label("talk"), col(Appearance.organisation_id).label("organisation"))
        .union(named.with_only_columns(col(Talk.id), col(TalkOrganisation.organisation_id)))
        .subquery()
    )
    return (
        select(col(Organisation.slug), col(Organisation.name), func.count())
        .join(held, held.c.organisation == col(Organisation.id))
        .group_by(col(Organisation.id))
    )
