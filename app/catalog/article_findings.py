"""What was found in one article: talks it names, takeaways and drafts of it, quantities it states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.takeaway_steps import is_decided
from app.catalog.takeaways import Place, TakeawayCard, takeaways_of_article
from app.models import ArticleMention, TakeawayDraft, Talk

LONGEST_QUOTE = 300
"""Characters of an article's own words that are shown in one place."""
MOST = 2_000


class RunnerUp(BaseModel):
    """The talk that would have been next, and how likely."""

    slug: str
    name: str
    score: float | None = None


class MentionLine(BaseModel):
    """A talk that an article names; `certainty` is certain, likely or unsure, `score` 0..1."""

    block: int
    words: str
    talk: Place
    score: float
    certainty: str
    why: str
    runner_up: RunnerUp | None = None


class DraftLine(BaseModel):
    """A statement that the machine found; no fact before somebody accepts it. `quote` are words of the article."""

    key: str
    kind: str
    stance: str
    quote: str
    said_by: str | None
    said_as: str
    affiliation: str | None
    score: float


class ClaimLine(BaseModel):
    """A quantity that an article states, and whether it holds.

    `words` are the quantity as written, `sentence` a short quote around it, `claimed` the value in plain words.
    `read_as` says what talks were counted to check it; None, with the verdict “not checkable”, where it is about
    something else. `reason` says why it stands as it does.
    """

    words: str
    sentence: str
    section: str | None = None
    verdict: str
    reason: str
    figure_url: str | None = None
    claimed: str = ""
    read_as: str | None = None


@dataclass(frozen=True)
class Findings:
    """All of one article, in its order; with the block, or the name of the section, that each stands in."""

    mentions: list[MentionLine]
    takeaways: list[tuple[str | None, TakeawayCard]]
    drafts: list[tuple[str | None, DraftLine]]


def short_quote(text: str, limit: int = LONGEST_QUOTE) -> str:
    """The text, cut between words before `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1].rsplit(' ', 1)[0]}…"


def findings(session: Session, article_id: int) -> Findings:
    """Everything found in the article with this id."""
    takeaways = [
        (next((line.section for line in card.evidence if line.section), None), card)
        for card in takeaways_of_article(session, article_id)
    ]
    return Findings(_mentions(session, article_id), takeaways, _drafts(session, article_id))


def _mentions(session: Session, article_id: int) -> list[MentionLine]:
    rows = session.execute(
        select(ArticleMention, col(Talk.slug), col(Talk.title))
        .join(Talk, col(Talk.id) == col(ArticleMention.talk_id))
        .where(col(ArticleMention.article_id) == article_id, col(ArticleMention.kind) == "talk")
        .order_by(col(ArticleMention.block), col(ArticleMention.start))
        .limit(MOST)
    )
    return [
        MentionLine(
            block=row.block, words=short_quote(row.words), talk=Place(slug=slug, name=title), score=row.score,
            certainty=row.certainty, why=row.why, runner_up=_runner_up(row.runner_up),
        )
        for row, slug, title in rows
    ]  # fmt: skip


def _runner_up(said: dict[str, Any] | None) -> RunnerUp | None:
    return RunnerUp(**said) if said and said.get("slug") and said.get("name") else None


def _drafts(session: Session, article_id: int) -> list[tuple[str | None, DraftLine]]:
    rows = session.scalars(
        select(TakeawayDraft)
        .where(col(TakeawayDraft.article_id) == article_id, ~is_decided())
        .order_by(col(TakeawayDraft.position), col(TakeawayDraft.id))
        .limit(MOST)
    )
    return [
        (
            next((str(line["section"]) for line in row.evidence if line.get("section")), None),
            DraftLine(
                key=row.key, kind=row.kind, stance=row.stance, quote=short_quote(row.text), said_by=row.said_by,
                said_as=row.said_as, affiliation=row.affiliation, score=row.score,
            ),
        )
        for row in rows
    ]  # fmt: skip
