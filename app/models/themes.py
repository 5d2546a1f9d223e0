"""Theme vocabularies and what people decided about talks. Machine assignments are derived and live elsewhere."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel

from app.db.types import UtcDateTime


class Vocabulary(SQLModel, table=True):
    """A vocabulary as it was loaded last. Its themes name it by slug; the one with the lowest id was there first."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    version: str = Field(description="12 hex digits made of its content, see app.text.vocabulary")
    source_id: int = Field(foreign_key="source.id")
    loaded_at: datetime = Field(sa_type=UtcDateTime, description="when this version came into the base")


class VocabularyVersion(SQLModel, table=True):
    """A version that a vocabulary has or had, whole, so that a figure of it can be explained afterwards."""

    __table_args__ = (UniqueConstraint("vocabulary_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    vocabulary_id: int = Field(foreign_key="vocabulary.id", index=True)
    version: str
    loaded_at: datetime = Field(sa_type=UtcDateTime, description="when it came first")
    themes: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON, description="in the normal form")


class Theme(SQLModel, table=True):
    """A theme of a vocabulary, with the words that say what it is and what it is not.

    Slugs are unique over all vocabularies, for addresses, filters and figures name a theme by its slug alone.
    """

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    vocabulary: str = Field(index=True)
    source_id: int = Field(foreign_key="source.id")
    parent_id: int | None = Field(default=None, foreign_key="theme.id", index=True)
    position: int = 0
    name: str
    definition: str
    excludes: str = Field(default="", description="what the theme is not")
    synonyms: list[str] = Field(default_factory=list, sa_type=JSON)
    cues: list[str] = Field(default_factory=list, sa_type=JSON, description="phrases that point to it")
    examples: list[str] = Field(default_factory=list, sa_type=JSON, description="edition-slug/talk-key")
    counter_examples: list[str] = Field(default_factory=list, sa_type=JSON)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    parent: Optional["Theme"] = Relationship(sa_relationship_kwargs={"lazy": "raise", "remote_side": "Theme.id"})


class ThemeDecision(SQLModel, table=True):
    """What a person holds: this talk is, or is not, about this theme. No rebuild or re-import ever loses one.

    Where people differ the newest holds, by day and then by id. What one person decided, changed and took back in
    turn is in ReviewEntry.
    """

    __table_args__ = (UniqueConstraint("talk_id", "theme_id", "reviewer"),)

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id", index=True)
    theme_id: int = Field(foreign_key="theme.id", index=True)
    source_id: int | None = Field(default=None, foreign_key="source.id", description="file it came from, if any")
    accepted: bool
    is_main: bool = Field(default=False, description="the one theme the talk is mainly about")
    borderline: bool = False
    reviewer: str
    decided_on: str = Field(description="ISO date")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="where the moment is known")
    read_from: str | None = Field(default=None, description="what the reviewer had before them")
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
