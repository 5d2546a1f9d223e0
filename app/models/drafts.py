"""Takeaways that the machine drafted, what people decided about them, and links between claims."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.db.types import UtcDateTime


class TakeawayDraft(SQLModel, table=True):
    """A statement that may be a takeaway, found by `recipe`. Derived, and never shown as a fact.

    `key` depends on the place's origin and its words alone, so that what people decided finds it after a rebuild.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    origin: str = Field(index=True, description="article, abstract or transcript")
    article_id: int | None = Field(default=None, foreign_key="article.id", index=True, ondelete="CASCADE")
    talk_id: int | None = Field(default=None, foreign_key="talk.id", index=True, ondelete="CASCADE")
    edition_id: int | None = Field(default=None, foreign_key="edition.id", index=True, ondelete="CASCADE")
    speaker_id: int | None = Field(default=None, foreign_key="speaker.id", index=True, ondelete="CASCADE")
    position: int = Field(default=0, description="order within its article or talk")
    text: str = Field(description="the words of the source")
    kind: str = Field(description="lesson, announcement, limitation, comparison, outcome, question, quote or claim")
    stance: str = "neutral"
    conditions: str | None = Field(default=None, description="version, scale or platform it holds for")
    said_by: str | None = None
    said_as: str = Field(default="observer", description="speaker or observer")
    affiliation: str | None = None
    technologies: list[str] = Field(default_factory=list, sa_type=JSON)
    evidence: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON, description="[{kind, section, number, url, start_seconds, quote}]"
    )
    score: float = Field(description="0..1, how much it looks like a takeaway")
    why: list[str] = Field(default_factory=list, sa_type=JSON, description="the cues it was found by")
    content_hash: str = Field(index=True, description="of the text that is embedded")
    recipe: str


class DraftReading(SQLModel, table=True):
    """That takeaways were drafted from a talk or an article as it was then."""

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int | None = Field(default=None, foreign_key="talk.id", unique=True, ondelete="CASCADE")
    article_id: int | None = Field(default=None, foreign_key="article.id", unique=True, ondelete="CASCADE")
    stamp: str = Field(description="of its words and the recipe")


class TakeawayDecision(SQLModel, table=True):
    """One step of a review of takeaways, in the order they were taken; nothing here is ever changed or removed.

    About a draft (`draft_key`) or a takeaway (`takeaway_id`). What was accepted, edited or merged is a takeaway then.
    """

    id: int | None = Field(default=None, primary_key=True)
    draft_key: str | None = Field(default=None, index=True)
    takeaway_id: int | None = Field(default=None, foreign_key="takeaway.id", index=True)
    action: str = Field(description="accept, edit, reject, merge or undo")
    draft: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, description="the draft as it was then")
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, description="fields of the takeaway before")
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, description="fields of the takeaway after")
    reviewer: str = Field(index=True)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    via: str = Field(description="page, command line or file")
    undoes_id: int | None = Field(default=None, foreign_key="takeawaydecision.id", index=True)


class ClaimLink(SQLModel, table=True):
    """What a person decided about two takeaways: the later one revises, contradicts or confirms the earlier, or not.

    The newest of a pair holds; nothing here is ever changed or removed.
    """

    id: int | None = Field(default=None, primary_key=True)
    earlier_id: int = Field(foreign_key="takeaway.id", index=True)
    later_id: int = Field(foreign_key="takeaway.id", index=True)
    relation: str = Field(description="revises, contradicts, confirms or unrelated; open where that was taken back")
    reviewer: str = Field(index=True)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    via: str = Field(description="page or command line")


class ClaimProposal(SQLModel, table=True):
    """Two takeaways that the machine thinks are about the same thing. Derived; `recipe` says how."""

    id: int | None = Field(default=None, primary_key=True)
    earlier_id: int = Field(foreign_key="takeaway.id", index=True, ondelete="CASCADE")
    later_id: int = Field(foreign_key="takeaway.id", index=True, ondelete="CASCADE")
    relation: str = Field(description="revises, contradicts or confirms")
    score: float = Field(description="0..1")
    why: list[str] = Field(default_factory=list, sa_type=JSON)
    recipe: str
