"""What an article names, as pages and drafts use it, each with a score and how sure the machine is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Organisation, Speaker, Talk, Technology
from app.models.articles import ArticleMention


@dataclass(frozen=True)
class NearMiss:
    """What else a place may name, and how alike it is, 0..1."""

    slug: str
    name: str
    score: float


@dataclass(frozen=True)
class Mention:
    """A place of an article that names something of the base.

    `kind` is talk, speaker, organisation or technology; `slug` and `name` are its own. `certainty` is certain, likely
    or unsure; an unsure one is never counted, linked as a fact or quoted. `start` and `end` are places in the text of
    block number `block`, from 0.
    """

    kind: str
    id: int
    slug: str
    name: str
    block: int
    start: int
    end: int
    words: str
    score: float
    certainty: str
    why: str
    runner_up: NearMiss | None

    @property
    def path(self) -> str:
        """Address within the site."""
        return f"/{self.kind.removesuffix('y') + 'ies' if self.kind == 'technology' else self.kind + 's'}/{self.slug}"


def mentions_of(session: Session, article_id: int, *, with_unsure: bool = True) -> list[Mention]:
    """What the article names, in its order; without the unsure ones where asked."""
    statement = (
        select(ArticleMention)
        .where(col(ArticleMention.article_id) == article_id)
        .order_by(col(ArticleMention.block), col(ArticleMention.start), col(ArticleMention.id))
    )
    if not with_unsure:
        statement = statement.where(col(ArticleMention.certainty) != "unsure")
    rows = session.scalars(statement).all()
    talks = _names(session, Talk.id, Talk.slug, Talk.title, {row.talk_id for row in rows})
    speakers = _names(session, Speaker.id, Speaker.slug, Speaker.name, {row.speaker_id for row in rows})
    places = _names(
        session, Organisation.id, Organisation.slug, Organisation.name, {row.organisation_id for row in rows}
    )
    things = _names(session, Technology.id, Technology.slug, Technology.name, {row.technology_id for row in rows})
    found: list[Mention] = []
    for row in rows:
        key = row.talk_id or row.speaker_id or row.organisation_id or row.technology_id or 0
        named = {"talk": talks, "speaker": speakers, "organisation": places, "technology": things}[row.kind].get(key)
        if named is None:
            continue
        near = NearMiss(**row.runner_up) if row.runner_up else None
        found.append(
            Mention(
                row.kind, key, *named, row.block, row.start, row.end, row.words, row.score, row.certainty, row.why, near
            )
        )
    return found


def _names(
    session: Session, key: object, slug: object, name: object, ids: set[int | None]
) -> dict[int, tuple[str, str]]:
    """Slug and name by id."""
    wanted = sorted(one for one in ids if one is not None)
    rows = session.execute(select(col(key), col(slug), col(name)).where(col(key).in_(wanted)))
    return {one[0]: (one[1], one[2]) for one in rows}
