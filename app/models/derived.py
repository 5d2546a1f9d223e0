"""What can be thrown away and rebuilt: passages, embeddings, theme assignments, the state of indexes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db.types import UtcDateTime


class Passage(SQLModel, table=True):
    """A piece of text that search can show: the title, a part of abstract, summary or transcript, or a takeaway."""

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int | None = Field(default=None, foreign_key="talk.id", index=True, ondelete="CASCADE")
    takeaway_id: int | None = Field(default=None, foreign_key="takeaway.id", index=True, ondelete="CASCADE")
    kind: str = Field(description="title, abstract, summary, takeaway or transcript")
    position: int = 0
    text: str
    start_seconds: float | None = None
    content_hash: str = Field(index=True, description="of the text that is embedded")


class Embedding(SQLModel, table=True):
    """The vector of a text under a recipe, stored once: float32, little-endian, normalised to length 1."""

    __table_args__ = (UniqueConstraint("content_hash", "recipe"),)

    id: int | None = Field(default=None, primary_key=True)
    content_hash: str
    recipe: str = Field(index=True)
    vector: bytes = Field(sa_type=LargeBinary)


class ThemeAssignment(SQLModel, table=True):
    """A theme of a talk as counts use it: people's decisions carried over, the machine's guesses beside them.

    `status` is `confirmed` (a person decided), `machine` (assigned by the recipe) or `rejected` (a person said no).
    """

    __table_args__ = (
        UniqueConstraint("talk_id", "theme_id"),
        # Shares are counted from these alone: of the whole base by theme, of an edition by its talks. One of status
        # alone would mislead SQLite, for nine of ten assignments are unlikely.
        Index("ix_themeassignment_of_theme", "theme_id", "status", "is_main", "talk_id", "probability"),
        Index("ix_themeassignment_of_talk", "talk_id", "theme_id", "status", "is_main", "probability"),
    )

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id", ondelete="CASCADE")
    theme_id: int = Field(foreign_key="theme.id", ondelete="CASCADE")
    status: str
    is_main: bool = Field(default=False, description="the main theme of the talk, or one above it")
    probability: float = Field(description="0..1; 1 or 0 where a person decided")
    evidence: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    recipe: str


class ThemeReading(SQLModel, table=True):
    """That themes were given to a talk as it was then."""

    talk_id: int = Field(primary_key=True, foreign_key="talk.id", ondelete="CASCADE")
    stamp: str = Field(description="of its words and its vector")


class CountSheet(SQLModel, table=True):
    """What is counted of an edition, packed: a record of each talk, of each theme and each technology; see `sheets`."""

    edition_id: int = Field(primary_key=True, foreign_key="edition.id", ondelete="CASCADE")
    talks: bytes = Field(sa_type=LargeBinary)
    assignments: bytes = Field(sa_type=LargeBinary)
    mentions: bytes = Field(sa_type=LargeBinary)


class IndexState(SQLModel, table=True):
    """What a derived index was built from, so that a stale one is noticed."""

    name: str = Field(primary_key=True)
    recipe: str
    fingerprint: str
    built_at: datetime = Field(sa_type=UtcDateTime)
