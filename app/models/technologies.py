"""Technologies, where talks mention them, and names that may be technologies no vocabulary has."""

from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel


class Technology(SQLModel, table=True):
    """A named technology, such as Kafka Streams: of a vocabulary, or merely listed by a programme."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    vocabulary: str | None = Field(default=None, description="slug of the vocabulary; None where a programme lists it")
    kind: str | None = Field(default=None, description="language, database, framework, ...")
    url: str | None = Field(default=None, description="of its home page")
    aliases: list[str] = Field(default_factory=list, sa_type=JSON)
    ambiguous: list[str] = Field(default_factory=list, sa_type=JSON, description="names that may mean something else")
    exact_case: bool = False
    needs: list[str] = Field(default_factory=list, sa_type=JSON, description="one must be in the talk")
    beside: list[str] = Field(default_factory=list, sa_type=JSON, description="or one right before or after the name")
    not_in: list[str] = Field(default_factory=list, sa_type=JSON, description="phrases that mean something else")


class TechnologyMention(SQLModel, table=True):
    """A talk mentions a technology. `origin` is `source` where the programme lists it, else `text`: found by `recipe`.

    A fact where the programme lists it, with what was found in the texts beside it; else derived as a whole.
    """

    __table_args__ = (
        UniqueConstraint("talk_id", "technology_id"),
        # Counts begin with the technology and ask of a mention only its talk.
        Index("ix_technologymention_of_technology", "technology_id", "talk_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id", ondelete="CASCADE")
    technology_id: int = Field(foreign_key="technology.id")
    position: int = 0
    origin: str = "source"
    listed_as: str | None = Field(default=None, description="the name as the programme has it")
    found: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON, description="[{where, words, count, start}], the first of each place"
    )
    recipe: str | None = Field(default=None, description="of what was found")

    technology: Technology = Relationship(sa_relationship_kwargs={"lazy": "raise"})


class TechnologyGuess(SQLModel, table=True):
    """A name in a talk that looks like a technology and is in no vocabulary. Derived with the mentions."""

    __table_args__ = (Index("ix_technologyguess_key", "key", "talk_id"),)

    talk_id: int = Field(foreign_key="talk.id", primary_key=True, ondelete="CASCADE")
    key: str = Field(primary_key=True, description="the name in lower case")
    name: str = Field(description="as the talk writes it")
