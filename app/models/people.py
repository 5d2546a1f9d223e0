"""Who speaks: speakers with their aliases, organisations, and appearances that tie both to a talk at its time."""

from typing import Optional

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel


class Speaker(SQLModel, table=True):
    """A person who gave at least one talk."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str


class SpeakerAlias(SQLModel, table=True):
    """A way of writing a speaker's name. `key` is the folded name that identity compares."""

    id: int | None = Field(default=None, primary_key=True)
    speaker_id: int = Field(foreign_key="speaker.id", index=True)
    name: str
    key: str = Field(unique=True)
    curated: bool = Field(default=False, description="decided by a person, not merely seen in a source")


class SpeakerLink(SQLModel, table=True):
    """An address that belongs to one person, such as an account or a home page. Two speakers who share one are one."""

    url: str = Field(primary_key=True, description="folded: no scheme, no www, lower case, no trailing slash")
    speaker_id: int = Field(foreign_key="speaker.id", index=True)


class SpeakerPair(SQLModel, table=True):
    """Two speakers who may be one person, proposed with the evidence; what a person decided about them is kept."""

    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: int | None = Field(default=None, primary_key=True)
    first_id: int = Field(foreign_key="speaker.id", index=True, ondelete="CASCADE")
    second_id: int = Field(foreign_key="speaker.id", index=True, ondelete="CASCADE")
    score: float = Field(description="0..1, how alike")
    evidence: str
    status: str = Field(default="open", description="open, or distinct where a person decided so")


class Organisation(SQLModel, table=True):
    """A company or body that speakers work for."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    key: str = Field(unique=True, description="folded name")


class Appearance(SQLModel, table=True):
    """A speaker at a talk, with role, job title and affiliation at that time."""

    __table_args__ = (
        UniqueConstraint("talk_id", "speaker_id"),
        Index("ix_appearance_speaker_talk", "speaker_id", "talk_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id", index=True, ondelete="CASCADE")
    speaker_id: int = Field(foreign_key="speaker.id")
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    position: int = 0
    role: str = "speaker"
    job_title: str | None = None
    name_as_listed: str = Field(description="the name exactly as this programme has it")
    affiliation_as_listed: str | None = Field(default=None, description="the affiliation exactly as listed")
    affiliation_evidence: str | None = Field(
        default=None, description="the words the affiliation was read from, where it was not listed as such"
    )

    speaker: Speaker = Relationship(sa_relationship_kwargs={"lazy": "raise"})
    organisation: Optional["Organisation"] = Relationship(sa_relationship_kwargs={"lazy": "raise"})


class TalkOrganisation(SQLModel, table=True):
    """An organisation that a programme names for a talk without naming a speaker."""

    talk_id: int = Field(foreign_key="talk.id", primary_key=True, ondelete="CASCADE")
    organisation_id: int = Field(foreign_key="organisation.id", primary_key=True, index=True)
