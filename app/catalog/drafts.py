"""Drafts of takeaways as pages, API and reviewers read them: found by a machine, and nobody decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from app.catalog.filters import ASSIGNED
from app.catalog.listing import Portion, portion
from app.catalog.takeaway_steps import is_decided
from app.catalog.takeaways import EvidenceLine, Place, places
from app.models import Article, Edition, Speaker, TakeawayDraft, Talk, Theme, ThemeAssignment


class DraftCard(BaseModel):
    """One draft, not reviewed. `why` tells the cues it was found by, `score` 0..1 how much it looks like a takeaway."""

    key: str
    origin: str
    text: str
    kind: str
    stance: str
    conditions: str | None
    said_by: str | None
    said_as: str
    affiliation: str | None
    technologies: list[str]
    score: float
    why: list[str]
    talk: Place | None
    edition: Place | None
    speaker: Place | None
    article: Place | None
    evidence: list[EvidenceLine]
    status: str = "machine draft"


@dataclass(frozen=True)
class DraftFilter:
    """What narrows a list of drafts; slugs where it names a thing."""

    ORIGINS: ClassVar = ("article", "abstract", "transcript")

    key: str | None = None
    article: str | None = None
    talk: str | None = None
    edition: str | None = None
    theme: str | None = None
    kind: str | None = None
    stance: str | None = None
    origin: str | None = None
    undecided: bool = True
    """Only what no standing decision is about; else all."""


def list_drafts(session: Session, filter: DraftFilter, limit: int = 25, offset: int = 0) -> Portion[DraftCard]:
    """Drafts that `filter` allows: those of articles first, the newest article leading, each in its source's order."""
    statement = (
        select(col(TakeawayDraft.id))
        .where(*_conditions(filter))
        .order_by(
            col(TakeawayDraft.article_id).desc().nulls_last(),
            col(TakeawayDraft.talk_id),
            col(TakeawayDraft.position),
            col(TakeawayDraft.id),
        )
    )
    if filter.article:
        statement = statement.order_by(None).order_by(col(TakeawayDraft.position), col(TakeawayDraft.id))
    found = portion(session, statement, limit, offset)
    return found.carrying(draft_cards(session, [row[0] for row in found.items]))


def drafts_of_talk(session: Session, talk_id: int, limit: int = 5) -> list[DraftCard]:
    """The drafts about a talk that nobody decided about, those that look most like takeaways first."""
    ids = session.scalars(
        select(col(TakeawayDraft.id))
        .where(col(TakeawayDraft.talk_id) == talk_id, ~is_decided())
        .order_by(col(TakeawayDraft.score).desc(), col(TakeawayDraft.id))
        .limit(limit)
    )
    return draft_cards(session, [draft_id for draft_id in ids if draft_id is not None])


def _conditions(filter: DraftFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (TakeawayDraft.key, filter.key),
        (TakeawayDraft.kind, filter.kind),
        (TakeawayDraft.stance, filter.stance),
        (TakeawayDraft.origin, filter.origin),
    ):
        if value:
            found.append(col(column) == value)
    for key, model, slug in (
        (TakeawayDraft.article_id, Article, filter.article),
        (TakeawayDraft.talk_id, Talk, filter.talk),
        (TakeawayDraft.edition_id, Edition, filter.edition),
    ):
        if slug:
            found.append(col(key).in_(select(col(model.id)).where(col(model.slug) == slug)))
    if filter.theme:
        of_theme = (
            select(col(ThemeAssignment.talk_id))
            .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
            .where(col(Theme.slug) == filter.theme, col(ThemeAssignment.status).in_(ASSIGNED))
        )
        found.append(col(TakeawayDraft.talk_id).in_(of_theme))
    if filter.undecided:
        found.append(~is_decided())
    return found


def draft_cards(session: Session, ids: Sequence[int]) -> list[DraftCard]:
    """Cards of the drafts with these ids, in the order given."""
    rows = {row.id: row for row in session.scalars(select(TakeawayDraft).where(col(TakeawayDraft.id).in_(ids)))}
    wanted = [rows[one] for one in ids if one in rows]
    talks = places(session, col(Talk.id), col(Talk.slug), col(Talk.title), {row.talk_id for row in wanted})
    editions = places(session, col(Edition.id), col(Edition.slug), col(Edition.name), {r.edition_id for r in wanted})
    speakers = places(session, col(Speaker.id), col(Speaker.slug), col(Speaker.name), {r.speaker_id for r in wanted})
    articles = places(session, col(Article.id), col(Article.slug), col(Article.title), {r.article_id for r in wanted})
    return [
        DraftCard(
            talk=talks.get(row.talk_id),
            edition=editions.get(row.edition_id),
            speaker=speakers.get(row.speaker_id),
            article=articles.get(row.article_id),
            evidence=[EvidenceLine(**line) for line in row.evidence],
            **{name: getattr(row, name) for name in _PLAIN},
        )
        for row in wanted
    ]


_PLAIN = (
    "key", "origin", "text", "kind", "stance", "conditions", "said_by", "said_as", "affiliation", "technologies",
    "score", "why",
)  # fmt: skip
