"""The queue of drafts to review: what is open and in which order, what already says the same, the newest steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel
from rapidfuzz.fuzz import token_set_ratio
from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from app.catalog.takeaway_steps import UNDO, is_decided, undone
from app.errors import NotFound, UsageError
from app.models import Article, ArticleMention, Edition, Takeaway, TakeawayDecision, TakeawayDraft, Talk

ORIGINS = ("article", "abstract", "transcript")
ORDER = (
    "Drafts from articles come first, then those from abstracts, then from transcripts; within each the one that looks "
    "most like a takeaway comes first."
)
MOST_ALIKE, LEAST_ALIKE = 3, 0.55
COMPARED = 5000
"""Takeaways that a draft is compared with: those of its talk, article and edition first, then the newest."""


@dataclass(frozen=True)
class Scope:
    """Which drafts: slugs of an edition, an article or a talk; an origin."""

    edition: str | None = None
    article: str | None = None
    talk: str | None = None
    origin: str | None = None


class Alike(BaseModel):
    """A takeaway that may say what a draft says; `likeness` is 0..1."""

    slug: str
    text: str
    likeness: float


class Source(BaseModel):
    """Where a draft, or the talk it is about, can be read."""

    slug: str
    name: str
    url: str | None = None


class DraftItem(BaseModel):
    """A draft to decide on, as page, command line and JSON show it. `recognised` says how its talk was, and not."""

    key: str
    text: str
    origin: str
    kind: str
    stance: str
    conditions: str | None
    said_by: str | None
    said_as: str
    affiliation: str | None
    technologies: list[str]
    evidence: list[dict[str, object]]
    score: float
    why: list[str]
    article: Source | None
    talk: Source | None
    edition: Source | None
    recognised: str | None
    alike: list[Alike]


class Progress(BaseModel):
    """How many drafts there are in a scope and how many of them people decided on."""

    drafts: int
    decided: int


class Queue(Progress):
    """What `hallway review takeaways --json` prints."""

    order: str = ORDER
    items: list[DraftItem]


@dataclass(frozen=True)
class Step:
    """A step of a review. `undone` says that a later one took it back."""

    id: int
    action: str
    text: str
    takeaway: str | None
    draft_key: str | None
    reviewer: str
    decided_at: datetime
    undone: bool


def open_drafts(session: Session, scope: Scope, limit: int, skip: Sequence[str] = ()) -> list[DraftItem]:
    """Drafts nobody decided on, in the order of `ORDER`, those with a key of `skip` left out; NotFound for a slug."""
    statement = select(TakeawayDraft).where(*_within(session, scope), ~is_decided())
    if skip:
        statement = statement.where(col(TakeawayDraft.key).not_in(skip))
    origin = case({name: rank for rank, name in enumerate(ORIGINS)}, value=col(TakeawayDraft.origin), else_=9)
    statement = statement.order_by(
        origin, col(TakeawayDraft.score).desc(), col(TakeawayDraft.position), col(TakeawayDraft.id)
    )
    return [_item(session, draft) for draft in session.scalars(statement.limit(limit))]


def draft_item(session: Session, key: str) -> DraftItem:
    """One draft by its key, decided or not; NotFound."""
    draft = session.scalars(select(TakeawayDraft).where(col(TakeawayDraft.key) == key)).first()
    if draft is None:
        raise NotFound("draft of a takeaway", key[:100])
    return _item(session, draft)


def progress(session: Session, scope: Scope) -> Progress:
    """Counts over a scope."""
    where = _within(session, scope)
    drafts = session.scalar(select(func.count()).select_from(TakeawayDraft).where(*where)) or 0
    decided = session.scalar(select(func.count()).select_from(TakeawayDraft).where(*where, is_decided())) or 0
    return Progress(drafts=drafts, decided=decided)


def alike(session: Session, draft: TakeawayDraft, most: int = MOST_ALIKE) -> list[Alike]:
    """Takeaways that may say the same, likest first: by their words (rapidfuzz's token_set_ratio, three parts of four)
    and by the technologies they share (one part), by words alone where one of the two names none."""
    rows = session.execute(
        select(col(Takeaway.slug), col(Takeaway.text), col(Takeaway.technologies))
        .where(col(Takeaway.withdrawn_at).is_(None))
        .order_by(
            (col(Takeaway.talk_id) == draft.talk_id).desc(), (col(Takeaway.article_id) == draft.article_id).desc(),
            (col(Takeaway.edition_id) == draft.edition_id).desc(), col(Takeaway.id).desc(),
        )
        .limit(COMPARED)
    )  # fmt: skip
    found = [
        Alike(slug=slug, text=text, likeness=round(_likeness(draft, text, technologies), 3))
        for slug, text, technologies in rows
    ]
    return sorted((one for one in found if one.likeness >= LEAST_ALIKE), key=lambda one: -one.likeness)[:most]


def newest_steps(session: Session, limit: int, step: int | None = None) -> list[Step]:
    """The newest steps of all reviewers, or the one of this id."""
    statement = (
        select(TakeawayDecision, col(Takeaway.slug), col(Takeaway.text), undone())
        .outerjoin(Takeaway, col(Takeaway.id) == col(TakeawayDecision.takeaway_id))
        .order_by(col(TakeawayDecision.id).desc())
        .limit(limit)
    )  # fmt: skip
    if step is not None:
        statement = statement.where(col(TakeawayDecision.id) == step)
    return [
        Step(
            id=row.id or 0, action=row.action, text=str(row.draft.get("text") or row.after.get("text") or text or ""),
            takeaway=slug, draft_key=row.draft_key, reviewer=row.reviewer, decided_at=row.decided_at,
            undone=bool(is_undone) or row.action == UNDO,
        )
        for row, slug, text, is_undone in session.execute(statement)
    ]  # fmt: skip


def _within(session: Session, scope: Scope) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, model, slug, what in (
        (TakeawayDraft.edition_id, Edition, scope.edition, "edition"),
        (TakeawayDraft.article_id, Article, scope.article, "article"),
        (TakeawayDraft.talk_id, Talk, scope.talk, "talk"),
    ):
        if slug:
            known = session.scalar(select(col(model.id)).where(col(model.slug) == slug))
            if known is None:
                raise NotFound(what, slug)
            found.append(col(column) == known)
    if scope.origin:
        if scope.origin not in ORIGINS:
            raise UsageError(f"There is no origin “{scope.origin}”; say {', '.join(ORIGINS)}.", "origin")
        found.append(col(TakeawayDraft.origin) == scope.origin)
    return found


def _item(session: Session, draft: TakeawayDraft) -> DraftItem:
    article = session.get(Article, draft.article_id) if draft.article_id else None
    talk = session.get(Talk, draft.talk_id) if draft.talk_id else None
    edition = session.get(Edition, draft.edition_id) if draft.edition_id else None
    return DraftItem(
        **draft.model_dump(
            include={
                "key", "text", "origin", "kind", "stance", "conditions", "said_by", "said_as", "affiliation",
                "technologies", "evidence", "score", "why",
            }
        ),
        article=Source(slug=article.slug, name=article.title, url=article.url) if article else None,
        talk=Source(slug=talk.slug, name=talk.title) if talk else None,
        edition=Source(slug=edition.slug, name=edition.name) if edition else None,
        recognised=_recognised(session, draft),
        alike=alike(session, draft),
    )  # fmt: skip


def _recognised(session: Session, draft: TakeawayDraft) -> str | None:
    """In words, how the talk was recognised in the article and what came second."""
    if draft.article_id is None or draft.talk_id is None:
        return None
    mention = session.scalars(
        select(ArticleMention)
        .where(col(ArticleMention.article_id) == draft.article_id, col(ArticleMention.talk_id) == draft.talk_id)
        .order_by(col(ArticleMention.score).desc())
        .limit(1)
    ).first()
    if mention is None:
        return None
    second = mention.runner_up
    words = f"The article’s “{mention.words}” was read as this talk: {mention.certainty}, score {mention.score:.2f}"
    if second and second.get("name"):
        return f"{words}. Next came “{second['name']}”, {float(second.get('score') or 0):.2f}."
    return f"{words}. No other talk came near."


def _likeness(draft: TakeawayDraft, text: str, technologies: Sequence[str]) -> float:
    mine, theirs = ({name.casefold() for name in names} for names in (draft.technologies, technologies))
    words = token_set_ratio(draft.text.casefold(), text.casefold()) / 100
    if not mine or not theirs:
        return words
    return 0.75 * words + 0.25 * len(mine & theirs) / len(mine | theirs)
