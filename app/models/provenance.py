"""Where facts come from: sources, import runs and the problems met."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.db.types import UtcDateTime


class Source(SQLModel, table=True):
    """One programme, vocabulary or article file, known by `key` wherever the file lies."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, description="stable name made from format and content, not from the path")
    format: str
    path: str = Field(description="where it was last read from, relative to the ingested folder")
    content_hash: str | None = Field(default=None, description="of the bytes of its last complete ingest")
    ingested_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ImportRun(SQLModel, table=True):
    """One `hallway ingest`. `finished_at` stays empty if it was killed."""

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: str
    totals: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class FileReview(SQLModel, table=True):
    """What one run found out in one file it read. A file that a later run finds unchanged keeps its newest."""

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="importrun.id", index=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    path: str
    format: str
    edition: str | None = Field(default=None, description="slug of the edition it tells of")
    edition_name: str | None = None
    talks: int = Field(default=0, description="that are no containers")
    with_text: int = Field(default=0, description="of these, with an abstract or a summary")
    fields: list[list[Any]] = Field(default_factory=list, sa_type=JSON, description="[[field, use, count, note]]")
    notes: list[str] = Field(default_factory=list, sa_type=JSON, description="how it was read")
    placeholders: dict[str, int] = Field(default_factory=dict, sa_type=JSON, description="names of nobody, counted")
    dead_links: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON, description="[{url, why, where}]")
    dead_link_count: int = 0
    doubled: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON, description="[{title, first, second, why}]"
    )
    doubled_count: int = 0


class Problem(SQLModel, table=True):
    """Something odd in a source, with its position. Kept for the newest run that read the file."""

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="importrun.id", index=True)
    path: str = Field(index=True)
    severity: str = Field(description="error: not read; warning: read, with a guess or a loss")
    message: str
    where: str = ""
