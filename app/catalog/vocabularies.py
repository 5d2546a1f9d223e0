"""The vocabularies of the base, and which of them a view is of when nobody said: one at a time, never a mixture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED, TalkFilter
from app.catalog.kept import kept
from app.catalog.listing import Portion
from app.catalog.sheets import counted_talks
from app.errors import NotFound, UsageError
from app.models import Source, Talk, Theme, ThemeAssignment, Vocabulary, VocabularyVersion


class VocabularyName(BaseModel):
    """A vocabulary by name, and the version of its content."""

    model_config = ConfigDict(frozen=True)

    slug: str
    name: str
    version: str = Field(description="12 hex digits made of its content; the same words give the same version")

    @property
    def sentence(self) -> str:
        """“Vocabulary: Software, version 0123456789ab.”"""
        return f"Vocabulary: {self.name}, version {self.version}." if self.version else f"Vocabulary: {self.name}."


class FormerVersion(BaseModel):
    """A version that a vocabulary had before, and when it came first."""

    version: str
    loaded_at: str = Field(description="ISO date and time, UTC")
    themes: int


class VocabularyDetail(VocabularyName):
    """A vocabulary with where it came from, how much of the base it covers, and its former versions, newest first."""

    source: str | None = Field(description="path of its file as it was ingested")
    loaded_at: str | None = Field(description="ISO date and time, UTC, when this version came")
    themes: int
    talks: int = Field(description="known talks that have any of its themes")
    unmatched: list[str] = Field(description="slugs of its themes that no known talk has")
    earlier: list[FormerVersion]


class VocabularyList(BaseModel):
    """What `hallway vocabulary list` prints with --json."""

    vocabularies: list[VocabularyDetail]


def vocabulary_names(session: Session) -> tuple[VocabularyName, ...]:
    """The vocabularies that have themes in use, the one that came first in front. One query, none while nothing
    changes.
    """
    return kept(session, "vocabularies", lambda: _names(session))


def _names(session: Session) -> tuple[VocabularyName, ...]:
    rows = session.execute(
        select(col(Theme.vocabulary), col(Vocabulary.name), col(Vocabulary.version))
        .outerjoin(Vocabulary, col(Vocabulary.slug) == col(Theme.vocabulary))
        .where(col(Theme.withdrawn_at).is_(None))
        .group_by(col(Theme.vocabulary), col(Vocabulary.id), col(Vocabulary.name), col(Vocabulary.version))
        .order_by(col(Vocabulary.id).is_(None), col(Vocabulary.id), col(Theme.vocabulary))
    )
    # Themes that came into the base in another way than by a file have a vocabulary without a version.
    return tuple(VocabularyName(slug=slug, name=name or slug, version=version or "") for slug, name, version in rows)


def choose_vocabulary(
    session: Session, asked: str | None, talks: TalkFilter | None = None, theme: str | None = None
) -> VocabularyName | None:
    """The vocabulary asked for, or that of `theme`, or the one that most of these talks have a theme of, or the first.

    None in a base without themes. An unknown vocabulary is NotFound; one that `theme` is not of, a UsageError.
    """
    names = vocabulary_names(session)
    by_slug = {name.slug: name for name in names}
    if asked is not None and asked not in by_slug:
        known = f"The vocabularies are {', '.join(by_slug)}." if by_slug else ""
        raise NotFound("vocabulary", asked, known)
    if theme is not None:
        of_theme = session.scalar(select(col(Theme.vocabulary)).where(col(Theme.slug) == theme))
        if of_theme is None:
            raise NotFound("theme", theme)
        if asked not in (None, of_theme):
            raise UsageError(
                f"The theme “{theme}” is of the vocabulary {of_theme}, not {asked}; ask for one of them.", "vocabulary"
            )
        return by_slug.get(of_theme)
    if asked is not None:
        return by_slug[asked]
    if len(names) < 2:
        return names[0] if names else None
    counts = talks_by_vocabulary(session, talks or TalkFilter())
    return max(names, key=lambda name: counts.get(name.slug, 0))


def talks_by_vocabulary(session: Session, talks: TalkFilter) -> dict[str, int]:
    """How many of the talks have a theme of each vocabulary. Few queries, none while nothing changes."""
    return kept(session, ("talks by vocabulary", talks), lambda: _talks_by_vocabulary(session, talks))


def _talks_by_vocabulary(session: Session, talks: TalkFilter) -> dict[str, int]:
    names = vocabulary_names(session)
    place = {name.slug: at for at, name in enumerate(names)}
    in_use = select(col(Theme.id), col(Theme.vocabulary)).where(col(Theme.withdrawn_at).is_(None))
    of = {theme or 0: place[vocabulary] for theme, vocabulary in session.execute(in_use) if vocabulary in place}
    counted = counted_talks(session, talks)
    sheet, at = counted.sheet, counted.assignments(of, assigned=True)
    places = np.zeros(max(of, default=0) + 1, dtype=np.int64)
    places[list(of)] = list(of.values())
    held = np.zeros((len(names), len(sheet.talk)), dtype=bool)
    held[places[sheet.theme[at]], sheet.place[at]] = True
    return dict(zip(place, held.sum(axis=1).tolist(), strict=True))


def list_vocabularies(session: Session, limit: int = 25, offset: int = 0) -> Portion[VocabularyDetail]:
    """The vocabularies in use with all that is known of them, in the order of `vocabulary_names`."""
    names = vocabulary_names(session)
    part = names[offset : offset + limit]
    return Portion(len(names), vocabulary_details(session, part), limit, offset)


def vocabulary_details(session: Session, names: Sequence[VocabularyName]) -> list[VocabularyDetail]:
    """All that is known of these vocabularies. A fixed number of queries, none while nothing changes."""
    wanted = tuple(names)
    return kept(session, ("vocabulary details", wanted), lambda: _details(session, wanted))


def _details(session: Session, names: Sequence[VocabularyName]) -> list[VocabularyDetail]:
    slugs = [name.slug for name in names]
    talks = talks_by_vocabulary(session, TalkFilter())
    themes = _themes(session, slugs)
    unmatched = unmatched_themes(session)
    loaded = {
        slug: (path, moment.isoformat())
        for slug, path, moment in session.execute(
            select(col(Vocabulary.slug), col(Source.path), col(Vocabulary.loaded_at))
            .join(Source, col(Source.id) == col(Vocabulary.source_id))
            .where(col(Vocabulary.slug).in_(slugs))
        )
    }
    versions = _versions(session, slugs)
    nothing: tuple[None, None] = (None, None)
    return [
        VocabularyDetail(
            **name.model_dump(),
            source=loaded.get(name.slug, nothing)[0],
            loaded_at=loaded.get(name.slug, nothing)[1],
            themes=themes[name.slug],
            talks=talks.get(name.slug, 0),
            unmatched=unmatched.get(name.slug, []),
            earlier=[former for former in versions[name.slug] if former.version != name.version],
        )
        for name in names
    ]


def unmatched_themes(session: Session) -> dict[str, list[str]]:
    """Slugs of the themes that no known talk has, by vocabulary and in its order."""
    had = (
        select(col(ThemeAssignment.id))
        .join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
        .where(
            col(ThemeAssignment.theme_id) == col(Theme.id),
            col(ThemeAssignment.status).in_(ASSIGNED),
            col(Talk.withdrawn_at).is_(None),
            col(Talk.is_container).is_(False),
        )
    )
    found: dict[str, list[str]] = defaultdict(list)
    for vocabulary, slug in session.execute(
        select(col(Theme.vocabulary), col(Theme.slug))
        .where(col(Theme.withdrawn_at).is_(None), ~had.exists())
        .order_by(col(Theme.position), col(Theme.id))
    ):
        found[vocabulary].append(slug)
    return found


def _themes(session: Session, slugs: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(col(Theme.vocabulary), func.count())
        .where(col(Theme.withdrawn_at).is_(None), col(Theme.vocabulary).in_(slugs))
        .group_by(col(Theme.vocabulary))
    )
    return {slug: int(count) for slug, count in rows}


def _versions(session: Session, slugs: Sequence[str]) -> dict[str, list[FormerVersion]]:
    found: dict[str, list[FormerVersion]] = defaultdict(list)
    for slug, version, moment, themes in session.execute(
        select(
            col(Vocabulary.slug), col(VocabularyVersion.version), col(VocabularyVersion.loaded_at),
            func.json_array_length(col(VocabularyVersion.themes)),
        )
        .join(Vocabulary, col(Vocabulary.id) == col(VocabularyVersion.vocabulary_id))
        .where(col(Vocabulary.slug).in_(slugs))
        .order_by(col(VocabularyVersion.loaded_at).desc(), col(VocabularyVersion.id).desc())
    ):  # fmt: skip
        found[slug].append(FormerVersion(version=version, loaded_at=moment.isoformat(), themes=themes))
    return found
