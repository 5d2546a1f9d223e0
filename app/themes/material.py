"""What themes are assigned from, read from the base: talks, vocabularies and what people decided."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from app.embeddings.protocol import Embedder
from app.models import Edition, Embedding, Passage, Talk, Theme, ThemeDecision
from app.themes.evidence import Matrix, TalkText, ThemeText, phrases_of

Decisions = dict[int, dict[int, ThemeDecision]]
"""By talk, then by theme."""
AT_ONCE = 5_000
OPENING = 1
"""The position of the first passage of a text; the title has position 0."""


class Vocabulary(NamedTuple):
    """Themes that are compared with one another."""

    slug: str
    themes: list[Theme]


def vocabularies(session: Session) -> list[Vocabulary]:
    """Every vocabulary with the themes that are in it now."""
    found: dict[str, list[Theme]] = defaultdict(list)
    for theme in session.scalars(select(Theme).where(col(Theme.withdrawn_at).is_(None)).order_by(col(Theme.id))):
        found[theme.vocabulary].append(theme)
    return [Vocabulary(slug, themes) for slug, themes in sorted(found.items())]


def decisions(session: Session) -> Decisions:
    """What people decided. Where reviewers differ the newest decision holds."""
    found: Decisions = defaultdict(dict)
    for decision in session.scalars(
        select(ThemeDecision).order_by(col(ThemeDecision.decided_on), col(ThemeDecision.id))
    ):
        found[decision.talk_id][decision.theme_id] = decision
    return found


def stamps(session: Session, recipe: str) -> dict[int, str]:
    """For every talk that counts: what changes when its words or its vector under `recipe` do."""
    openings = _openings(session, recipe)
    rows = session.execute(
        select(col(Talk.id), col(Talk.title), col(Talk.abstract), col(Talk.summary))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        .order_by(col(Talk.id))
    )
    return {
        talk_id: _digest(repr((title, abstract, summary, openings.get(talk_id))).encode("utf-8", "surrogatepass"))
        for talk_id, title, abstract, summary in rows
        if talk_id is not None
    }


def talk_texts(session: Session, recipe: str, ids: Collection[int]) -> Iterator[list[TalkText]]:
    """These talks by ascending id, so many at once, each with the vector of its opening under `recipe`."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        openings = _openings(session, recipe, col(Passage.talk_id).between(some[0], some[-1]))
        hashes = {openings[talk] for talk in some if talk in openings}
        vectors = _vectors(session, recipe, hashes)
        rows = session.execute(
            select(col(Talk.id), col(Talk.title), col(Talk.abstract), col(Talk.summary))
            .where(col(Talk.id).between(some[0], some[-1]))
            .order_by(col(Talk.id))
        )
        chosen = set(some)
        yield [
            TalkText(
                talk_id, title, "\n".join(filter(None, (abstract, summary))), vectors.get(openings.get(talk_id, ""))
            )
            for talk_id, title, abstract, summary in rows
            if talk_id in chosen
        ]


def theme_texts(session: Session, embedder: Embedder, vocabulary: Vocabulary) -> list[ThemeText]:
    """The themes ready to compare with talks. Examples that are not in the base are passed over."""
    themes = vocabulary.themes
    named = {name for theme in themes for name in (*theme.examples, *theme.counter_examples)}
    ids = talks_named(session, named)
    parents = {theme.id: theme.parent_id for theme in themes}
    definitions = embedder.encode([f"{theme.name}. {theme.definition}" for theme in themes])
    return [
        ThemeText(
            id=theme.id or 0,
            phrases=phrases_of(theme),
            definition=definitions[place],
            above=frozenset(_above(theme.id, parents)),
            examples=tuple(ids[name] for name in theme.examples if name in ids),
            counter_examples=tuple(ids[name] for name in theme.counter_examples if name in ids),
        )
        for place, theme in enumerate(themes)
    ]


def _above(theme: int | None, parents: dict[int | None, int | None]) -> list[int]:
    found: list[int] = []
    above = parents.get(theme)
    while above is not None and above not in found:
        found.append(above)
        above = parents.get(above)
    return found


def talks_named(session: Session, names: Collection[str]) -> dict[str, int]:
    """Ids of talks by edition-slug/talk-key."""
    editions = {name.partition("/")[0] for name in names}
    rows = session.execute(
        select(col(Talk.id), col(Talk.source_key), col(Edition.slug))
        .join(Edition)
        .where(col(Edition.slug).in_(editions), col(Talk.withdrawn_at).is_(None))
    )
    return {name: talk_id for talk_id, key, edition in rows if (name := f"{edition}/{key}") in names}


def _openings(session: Session, recipe: str, *talks: ColumnElement[bool]) -> dict[int, str]:
    """The name of the text whose vector stands for each of `talks`: its title and opening, or its title alone."""
    rows = session.execute(
        select(col(Passage.talk_id), col(Passage.content_hash))
        .join(Embedding, col(Embedding.content_hash) == col(Passage.content_hash))
        .where(
            col(Embedding.recipe) == recipe,
            col(Passage.takeaway_id).is_(None),
            col(Passage.talk_id).is_not(None),
            col(Passage.kind) != "transcript",  # what was said wanders further than what a talk is about
            col(Passage.position) <= OPENING,
            *talks,
        )
        .order_by(col(Passage.talk_id), col(Passage.position), col(Passage.id))
    )
    return {talk_id: content_hash for talk_id, content_hash in rows if talk_id is not None}


def _vectors(session: Session, recipe: str, hashes: Collection[str]) -> dict[str, Matrix]:
    wanted: Sequence[str] = sorted(hashes)
    found: dict[str, Matrix] = {}
    for start in range(0, len(wanted), AT_ONCE // 5):
        rows = session.execute(
            select(col(Embedding.content_hash), col(Embedding.vector)).where(
                col(Embedding.recipe) == recipe, col(Embedding.content_hash).in_(wanted[start : start + AT_ONCE // 5])
            )
        )
        found.update({name: np.frombuffer(vector, dtype="<f4") for name, vector in rows})
    return found


def _digest(of: bytes) -> str:
    return hashlib.blake2b(of, digest_size=12).hexdigest()
