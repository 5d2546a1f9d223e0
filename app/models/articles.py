"""Articles as they were read, and what the machine recognised in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.db.types import UtcDateTime


class ArticleText(SQLModel, table=True):
    """The words of an article, as plain text in blocks; no markup of the source is kept.

    `blocks` is `[{kind, level, text, line, links}]` in the order of the article. `kind` is heading, paragraph, item or
    quote; `level` is 1..6 of a heading and the depth, from 1, of an item; `line` is that of the source, from 1; `links`
    is `[{start, end, url}]` with places in `text`. A place within an article is (number of the block from 0, start).
    """

    article_id: int = Field(primary_key=True, foreign_key="article.id", ondelete="CASCADE")
    source_id: int = Field(foreign_key="source.id", index=True)
    edition_id: int | None = Field(default=None, foreign_key="edition.id", index=True)
    edition_basis: str | None = Field(default=None, description="given, or found and by what; None where unknown")
    format: str = Field(description="markdown, html or text")
    language: str | None = None
    blocks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    content_hash: str
    read_at: datetime = Field(sa_type=UtcDateTime)


class ArticleMention(SQLModel, table=True):
    """A talk, speaker, organisation or technology that an article names. Derived; `recipe` says how.

    `certainty` is certain, likely or unsure; an unsure one is never counted, linked as a fact or quoted.
    """

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True, ondelete="CASCADE")
    kind: str = Field(description="talk, speaker, organisation or technology")
    talk_id: int | None = Field(default=None, foreign_key="talk.id", index=True, ondelete="CASCADE")
    speaker_id: int | None = Field(default=None, foreign_key="speaker.id", index=True, ondelete="CASCADE")
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True, ondelete="CASCADE")
    technology_id: int | None = Field(default=None, foreign_key="technology.id", index=True, ondelete="CASCADE")
    block: int = Field(description="number of the block, from 0")
    start: int
    end: int
    words: str = Field(description="as the article has them")
    score: float = Field(description="0..1")
    certainty: str
    runner_up: dict[str, Any] | None = Field(default=None, sa_type=JSON, description="{slug, name, score}")
    why: str = Field(description="what it was recognised by")
    recipe: str


class ArticleClaim(SQLModel, table=True):
    """A quantity that an article states. Derived; `recipe` says how.

    `form` is share, count, range or change. `claim` is that of a takeaway (`measure`, `theme`, `value` or `low` and
    `high`, `qualifier`, ...) where it is about talks of the edition, else None: nothing here can check it.
    """

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True, ondelete="CASCADE")
    block: int = Field(description="number of the block, from 0")
    start: int
    end: int
    words: str = Field(description="the quantity as the article has it")
    sentence: str
    form: str
    low: float = Field(description="shares 0..1")
    high: float = Field(description="equals `low` where one value is stated")
    qualifier: str | None = Field(default=None, description="about, more than, less than, at least or up to")
    unit: str | None = Field(default=None, description="talks, bugs, percent of ..., as the article has it")
    claim: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    recipe: str
