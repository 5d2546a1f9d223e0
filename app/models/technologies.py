"""Technologies and where they are mentioned."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel


class Technology(SQLModel, table=True):
    """A named technology, such as Kafka Streams."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str


class TechnologyMention(SQLModel, table=True):
    """A talk mentions a technology. `origin` is `source` where the programme file lists it."""

    __table_args__ = (UniqueConstraint("talk_id", "technology_id"),)

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id", index=True, ondelete="CASCADE")
    technology_id: int = Field(foreign_key="technology.id", index=True)
    position: int = 0
    origin: str = "source"

    technology: Technology = Relationship(sa_relationship_kwargs={"lazy": "raise"})
