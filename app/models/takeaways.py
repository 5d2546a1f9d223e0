"""Articles, takeaways and the evidence of each."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel

from app.db.types import UtcDateTime


class Article(SQLModel, table=True):
    """A trip report or recap that takeaways were read from."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    title: str
    author: str | None = None
    observer: str | None = Field(default=None, description="the attendee whose observations it reports")
    observer_affiliation: str | None = None
    publisher: str | None = None
    published_on: str | None = Field(default=None, description="ISO date, or its year or month")
    url: str | None = None
    note: str | None = None


class Takeaway(SQLModel, table=True):
    """Something worth knowing that was said or seen at a talk or an edition, with who says so."""

    __table_args__ = (UniqueConstraint("source_id", "source_key"),)

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    source_key: str
    position: int = 0
    article_id: int | None = Field(default=None, foreign_key="article.id", index=True)
    edition_id: int | None = Field(default=None, foreign_key="edition.id", index=True)
    talk_id: int | None = Field(default=None, foreign_key="talk.id", index=True)
    speaker_id: int | None = Field(default=None, foreign_key="speaker.id", index=True)
    revises_id: int | None = Field(default=None, foreign_key="takeaway.id")
    text: str
    kind: str = Field(index=True)
    stance: str = "neutral"
    conditions: str | None = None
    said_by: str | None = None
    said_as: str = Field(default="observer", description="speaker or observer")
    affiliation: str | None = None
    occasion: str | None = Field(default=None, description="where it was said, if not at an edition of ours")
    status: str = "attendee-note"
    technologies: list[str] = Field(default_factory=list, sa_type=JSON)
    themes: list[str] = Field(default_factory=list, sa_type=JSON)
    claim: dict[str, Any] | None = Field(default=None, sa_type=JSON, description="a number that can be checked")
    content_hash: str
    passages_hash: str | None = None
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    evidence: list["TakeawayEvidence"] = Relationship(
        sa_relationship_kwargs={
            "lazy": "raise",
            "order_by": "TakeawayEvidence.position",
            "cascade": "all, delete-orphan",
        }
    )
    article: Optional["Article"] = Relationship(sa_relationship_kwargs={"lazy": "raise"})
    revises: Optional["Takeaway"] = Relationship(sa_relationship_kwargs={"lazy": "raise", "remote_side": "Takeaway.id"})


class TakeawayEvidence(SQLModel, table=True):
    """Where a takeaway can be checked: an article's section, a slide, a video second, a quote."""

    id: int | None = Field(default=None, primary_key=True)
    takeaway_id: int = Field(foreign_key="takeaway.id", index=True, ondelete="CASCADE")
    position: int = 0
    kind: str = Field(description="article, slide, slides, video or quote")
    section: str | None = None
    number: int | None = Field(default=None, description="slide number, from 1")
    url: str | None = None
    start_seconds: float | None = None
    quote: str | None = None
