"""Speakers who speak about similar things, and what is nearest to a theme. From vectors in memory; bounded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard
from app.catalog.filters import TalkFilter, allowed_talks
from app.embeddings.protocol import Vectors
from app.embeddings.store import mean_of_talks
from app.errors import NotFound
from app.models import Edition, Speaker, Talk
from app.search.facts import Subject
from app.search.memory import Memory
from app.search.ranking import LEAST_COSINE, best_of_each
from app.search.shapes import NearTheme

MOST_TALKS = 40
"""Of a speaker, the newest: nobody's subject needs more."""
LOOKED_AT = 60
"""Nearest talks that a speaker is compared by."""
PASSAGES = 400
COUNTED = 3
"""Talks of another speaker that count, the nearest: many talks of somebody make them no nearer."""


class NearSpeaker(BaseModel):
    """A speaker with talks near to those of another; `nearest` is the nearest of them, by `cosine`."""

    slug: str
    name: str
    talks: int
    cosine: float
    nearest: TalkCard


class NearToTheme(BaseModel):
    """Talks and other themes nearest to the words of a theme, nearest first."""

    talks: list[TalkCard]
    themes: list[NearTheme]


def near_speakers(session: Session, memory: Memory, slug: str, recipe: str | None, limit: int) -> list[NearSpeaker]:
    """Speakers whose talks are nearest to this speaker's as a whole; those they spoke with are left out with the talk.

    [] without vectors. Raises NotFound.
    """
    if session.scalar(select(col(Speaker.id)).where(col(Speaker.slug) == slug)) is None:
        raise NotFound("speaker", slug)
    edition = select(col(Edition.start_date)).where(col(Edition.id) == col(Talk.edition_id)).scalar_subquery()
    rows = session.scalars(allowed_talks(TalkFilter(speaker=slug)).order_by(edition.desc(), col(Talk.id)))
    own = [talk_id for talk_id in rows if talk_id is not None]
    mean = mean_of_talks(session, recipe, own[:MOST_TALKS]) if recipe else None
    if mean is None:
        return []
    near = [(talk_id, cosine) for talk_id, cosine in _near_talks(session, memory, mean) if talk_id not in set(own)]
    cards = memory.cards(session, [talk_id for talk_id, _ in near[:LOOKED_AT]])
    found: dict[str, list[tuple[float, TalkCard, str]]] = {}
    for talk_id, cosine in near[:LOOKED_AT]:
        if talk_id in cards:
            for speaker in cards[talk_id].speakers:
                found.setdefault(speaker.slug, []).append((cosine, cards[talk_id], speaker.name))
    order = sorted(found, key=lambda one: (-sum(cosine for cosine, *_ in found[one][:COUNTED]), one))
    return [
        NearSpeaker(
            slug=one, name=found[one][0][2], talks=len(found[one]), cosine=round(found[one][0][0], 4),
            nearest=found[one][0][1],
        )
        for one in order
        if one != slug
    ][:limit]  # fmt: skip


def near_to_theme(
    session: Session, memory: Memory, slug: str, themes: Sequence[Subject], vectors: dict[str, Vectors], limit: int
) -> NearToTheme:
    """What is nearest to a theme of the vocabulary. Nothing without vectors."""
    if slug not in vectors:
        return NearToTheme(talks=[], themes=[])
    own = vectors[slug]
    ids = [talk_id for talk_id, _ in _near_talks(session, memory, own)[:limit]]
    cards = memory.cards(session, ids)
    others = [theme for theme in themes if theme.slug != slug and theme.slug in vectors]
    cosines = [float(np.dot(vectors[theme.slug], own)) for theme in others]
    order = sorted(range(len(others)), key=lambda at: -cosines[at])[:limit]
    return NearToTheme(
        talks=[cards[talk_id] for talk_id in ids if talk_id in cards],
        themes=[
            NearTheme(slug=others[at].slug, name=others[at].name, cosine=round(cosines[at], 4))
            for at in order
            if cosines[at] >= LEAST_COSINE
        ],
    )


def _near_talks(session: Session, memory: Memory, vector: Vectors) -> list[tuple[int, float]]:
    """Talks that have anything to do with `vector` (d,), nearest first, with their cosines."""
    found = best_of_each(memory.vectors.search(vector, memory.scope(session, TalkFilter()), PASSAGES))
    return [
        (talk_id, candidate.score)
        for talk_id, candidate in found.best.items()
        if talk_id > 0 and candidate.score >= LEAST_COSINE
    ]
