"""What a programme lists: series, editions, talks and the resources of a talk."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel

from app.db.types import UtcDateTime
from app.models.people import Appearance


class Series(SQLModel, table=True):
    """A conference that recurs, such as Kafka Summit."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str


class Edition(SQLModel, table=True):
    """One holding of a series. `published_sessions` is what the organiser listed, None where unknown."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    series_id: int = Field(foreign_key="series.id", index=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    city: str | None = None
    country: str | None = None
    start_date: str | None = Field(default=None, index=True, description="ISO date, YYYY-MM-DD")
    end_date: str | None = Field(default=None, description="ISO date, YYYY-MM-DD")
    dates_checked: bool = Field(default=False, description="whether the dates were checked against a source")
    year: int | None = Field(default=None, index=True)
    published_sessions: int | None = None
    completeness: str | None = Field(default=None, description="what is known about how complete it is, in words")
    references: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON, description="[{label, url}]")
    involved: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON, description="[{role, people, organisations}]"
    )
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    series: Series = Relationship(sa_relationship_kwargs={"lazy": "raise"})


class Talk(SQLModel, table=True):
    """One talk as given at one edition. A talk with `parent_id` is part of a container such as a lightning session."""

    __table_args__ = (
        UniqueConstraint("source_id", "source_key"),
        # All that counts and lists ask of a known talk, so that they need not read the talks themselves.
        Index("ix_talk_known", "is_container", "withdrawn_at", "edition_id", "kind", "language", "date", "position"),
        Index("ix_talk_by_title", "is_container", "withdrawn_at", "title"),
    )

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    edition_id: int = Field(foreign_key="edition.id", index=True)
    parent_id: int | None = Field(default=None, foreign_key="talk.id", index=True)
    is_container: bool = Field(default=False, description="its parts are the talks, so it is never counted")
    source_id: int = Field(foreign_key="source.id", index=True)
    source_key: str = Field(description="the source's own stable id of the talk")
    source_position: str = Field(default="", description="where in the source, such as talks[3], line 41")
    position: int = Field(default=0, description="order in the programme, from 0")

    title: str
    raw_title: str = Field(description="the title exactly as the source has it")
    abstract: str | None = Field(default=None, description="the organiser's words, as safe plain text")
    raw_abstract: str | None = Field(default=None, description="the abstract exactly as the source has it")
    markup: str = Field(default="plain", description="of raw_abstract: plain, html, rst or markdown")
    summary: str | None = Field(default=None, description="in our own words")
    summary_basis: str | None = Field(default=None, description="what the summary was read from")
    note: str | None = None
    reference: str | None = Field(default=None, description="address or name of the page the facts come from")

    kind: str = Field(default="talk", index=True)
    track: str | None = None
    level: str | None = None
    language: str | None = Field(default=None, index=True, description="ISO 639-1")
    language_guessed: bool = False
    date: str | None = Field(default=None, index=True, description="ISO date, YYYY-MM-DD")
    starts_at: str | None = Field(default=None, description="ISO time with offset, as the source gives it")
    duration_minutes: float | None = None
    room: str | None = None
    start_seconds: float | None = Field(default=None, description="of a part: where in its container's recording")
    end_seconds: float | None = None
    slots: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON, description="[{starts_at, room, key}] where it was given more than once"
    )
    family: str | None = Field(default=None, index=True, description="the same talk given elsewhere shares this")

    content_hash: str = Field(description="of everything the source says; unchanged means nothing to do")
    passages_hash: str | None = Field(default=None, description="content_hash the passages were cut from")
    technologies_hash: str | None = Field(default=None, description="content_hash that technologies were found in")
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    edition: Edition = Relationship(sa_relationship_kwargs={"lazy": "raise"})
    appearances: list["Appearance"] = Relationship(
        sa_relationship_kwargs={"lazy": "raise", "order_by": "Appearance.position", "cascade": "all, delete-orphan"}
    )
    resources: list["Resource"] = Relationship(
        sa_relationship_kwargs={"lazy": "raise", "order_by": "Resource.position", "cascade": "all, delete-orphan"}
    )
    parent: Optional["Talk"] = Relationship(sa_relationship_kwargs={"lazy": "raise", "remote_side": "Talk.id"})


class Resource(SQLModel, table=True):
    """A link that belongs to a talk: video, slides, code or article."""

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id", index=True, ondelete="CASCADE")
    position: int = 0
    kind: str = Field(description="video, slides, code or article")
    url: str
    label: str | None = None


class Transcript(SQLModel, table=True):
    """What was said in a talk, as its cues."""

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id", index=True, ondelete="CASCADE")
    source_id: int = Field(foreign_key="source.id", unique=True)
    language: str | None = Field(default=None, description="ISO 639-1")
    is_automatic: bool = Field(default=False, description="made by a machine, not by a person")
    cues: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON, description="[{start, end, text, speaker}]")
    content_hash: str = ""
