"""What drafting needs from the database: articles with their mentions, talks with their people and technologies."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.models import (
    Appearance,
    ArticleMention,
    ArticleText,
    Edition,
    Organisation,
    Resource,
    Speaker,
    SpeakerAlias,
    Talk,
    Technology,
    TechnologyMention,
    Vocabulary,
)
from app.models import Article as StoredArticle
from app.takeaways.drafting.statement import Article, Block, Link, Mention, Person
from app.text.names import name_key

SHOWN = ("certain", "likely")
"""Certainties of mentions that may place a statement."""


class NamedTechnology(NamedTuple):
    """A technology of a talk, and the words it is known by, in small letters."""

    name: str
    words: frozenset[str]


def mentions_of_article(session: Session, article_id: int) -> Sequence[ArticleMention]:
    """What an article names for certain or likely, in its order."""
    return session.scalars(
        select(ArticleMention)
        .where(col(ArticleMention.article_id) == article_id, col(ArticleMention.certainty).in_(SHOWN))
        .order_by(col(ArticleMention.block), col(ArticleMention.start), col(ArticleMention.id))
    ).all()


def fingerprint(article: StoredArticle, rows: Sequence[ArticleMention]) -> str:
    """A short name for what `article_to_draft` reads beside the article's words."""
    mentions = [(r.kind, r.talk_id, r.speaker_id, r.technology_id, r.block, r.start, r.end) for r in rows]
    told = [article.observer, article.observer_affiliation, article.author, article.url, mentions]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def article_to_draft(
    session: Session, stored: StoredArticle, text: ArticleText, rows: Sequence[ArticleMention]
) -> Article:
    """The article as drafting reads it."""
    talk_ids = {row.talk_id for row in rows if row.kind == "talk" and row.talk_id is not None}
    speaker_ids = {row.speaker_id for row in rows if row.kind == "speaker" and row.speaker_id is not None}
    technologies = {row.technology_id for row in rows if row.kind == "technology" and row.technology_id is not None}
    named = session.execute(
        select(col(Technology.id), col(Technology.name)).where(col(Technology.id).in_(technologies))
    )
    names = {technology: name for technology, name in named if technology is not None}
    mentions = []
    for row in rows:
        meant = {"talk": row.talk_id, "speaker": row.speaker_id, "technology": row.technology_id}.get(row.kind)
        if meant is not None:
            mentions.append(
                Mention(
                    row.kind,
                    meant,
                    names.get(meant, row.words) if row.kind == "technology" else row.words,
                    row.block,
                    row.start,
                    row.end,
                )
            )
    speakers = speakers_of_talks(session, talk_ids)
    return Article(
        blocks=[block_of(block) for block in text.blocks],
        mentions=mentions,
        observer=_observer(session, stored),
        url=stored.url,
        speakers=speakers,
        people=_people(session, speaker_ids, text.edition_id),
    )


def block_of(stored: dict[str, object]) -> Block:
    """A block as `ArticleText` keeps it."""
    links = stored.get("links")
    return Block(
        kind=str(stored["kind"]),
        text=str(stored["text"]),
        level=int(str(stored.get("level") or 1)),
        links=tuple(Link(one["start"], one["end"], one["url"]) for one in links) if isinstance(links, list) else (),
    )


def _observer(session: Session, stored: StoredArticle) -> Person | None:
    name = stored.observer or stored.author
    if not name:
        return None
    speaker = session.scalar(select(col(SpeakerAlias.speaker_id)).where(col(SpeakerAlias.key) == name_key(name)))
    return Person(name, speaker, stored.observer_affiliation if stored.observer else None)


def _people(session: Session, speaker_ids: Collection[int], edition_id: int | None) -> dict[int, Person]:
    """These speakers, with the affiliation they had at the edition where they spoke there."""
    listed: dict[int, str | None] = {}
    if edition_id is not None:
        rows = session.execute(
            select(col(Appearance.speaker_id), col(Appearance.affiliation_as_listed), col(Organisation.name))
            .join(Talk, col(Talk.id) == col(Appearance.talk_id))
            .outerjoin(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
            .where(col(Appearance.speaker_id).in_(speaker_ids), col(Talk.edition_id) == edition_id)
        )
        for speaker, affiliation, organisation in rows:
            listed[speaker] = listed.get(speaker) or affiliation or organisation
    rows_of = session.execute(select(col(Speaker.id), col(Speaker.name)).where(col(Speaker.id).in_(speaker_ids)))
    return {speaker: Person(name, speaker, listed.get(speaker)) for speaker, name in rows_of if speaker is not None}


def speakers_of_talks(session: Session, talk_ids: Collection[int]) -> dict[int, list[Person]]:
    """Who spoke at each of these talks, in the programme's order; hosts only where nobody spoke."""
    rows = session.execute(
        select(
            col(Appearance.talk_id), col(Appearance.role), col(Speaker.id), col(Speaker.name),
            col(Appearance.affiliation_as_listed), col(Organisation.name),
        )
        .join(Speaker, col(Speaker.id) == col(Appearance.speaker_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Appearance.organisation_id))
        .where(col(Appearance.talk_id).in_(talk_ids))
        .order_by(col(Appearance.talk_id), col(Appearance.position))
    )  # fmt: skip
    of_talk: dict[int, list[tuple[str, Person]]] = defaultdict(list)
    for talk_id, role, speaker_id, name, affiliation, organisation in rows:
        of_talk[talk_id].append((role, Person(name, speaker_id, affiliation or organisation)))
    return {
        talk_id: [person for role, person in people if role == "speaker"] or [person for _, person in people]
        for talk_id, people in of_talk.items()
    }


def technologies_of_talks(session: Session, talk_ids: Collection[int]) -> dict[int, list[NamedTechnology]]:
    """The technologies that each of these talks mentions."""
    rows = session.execute(
        select(col(TechnologyMention.talk_id), col(Technology.name), col(TechnologyMention.found))
        .join(Technology, col(Technology.id) == col(TechnologyMention.technology_id))
        .where(col(TechnologyMention.talk_id).in_(talk_ids))
        .order_by(col(TechnologyMention.talk_id), col(TechnologyMention.position))
    )
    named: dict[int, list[NamedTechnology]] = defaultdict(list)
    for talk_id, name, found in rows:
        words = {name.lower(), *(str(place["words"]).lower() for place in found)}
        named[talk_id].append(NamedTechnology(name, frozenset(words)))
    return named


def videos_of_talks(session: Session, talk_ids: Collection[int]) -> dict[int, list[str]]:
    """Addresses of the recordings of these talks, in their order."""
    rows = session.execute(
        select(col(Resource.talk_id), col(Resource.url))
        .where(col(Resource.talk_id).in_(talk_ids), col(Resource.kind) == "video")
        .order_by(col(Resource.talk_id), col(Resource.position))
    )
    videos: dict[int, list[str]] = defaultdict(list)
    for talk_id, url in rows:
        videos[talk_id].append(url)
    return videos


def held_against(session: Session, edition_id: int | None) -> str:
    """A name of what an article of an edition is held against: its series’ talks, or all, and the vocabularies."""
    talks = select(func.count(), func.max(col(Talk.updated_at)))
    if edition_id is not None:
        series = select(col(Edition.series_id)).where(col(Edition.id) == edition_id).scalar_subquery()
        talks = talks.join(Edition, col(Edition.id) == col(Talk.edition_id)).where(col(Edition.series_id) == series)
    vocabularies = select(col(Vocabulary.version)).order_by(col(Vocabulary.id))
    technologies = select(func.count(), func.max(col(Technology.id)))
    state = (
        edition_id, tuple(session.execute(talks).one()), session.scalars(vocabularies).all(),
        tuple(session.execute(technologies).one()),
    )  # fmt: skip
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]
