"""Reports that were saved: what each said, and the talks behind its figures, so that a later one can be compared."""

from datetime import datetime

from sqlalchemy import JSON, Index, LargeBinary
from sqlmodel import Field, SQLModel

from app.db.types import UtcDateTime


class SavedReport(SQLModel, table=True):
    """A report as it was on one day, under a stable id made from what it says. Never changed, and a fact."""

    __tablename__ = "saved_report"
    __table_args__ = (Index("ix_saved_report_asked", "report", "query"),)

    id: str = Field(primary_key=True, description="hex digits from content")
    report: str
    query: str = Field(description="the query string of its request")
    title: str
    edition: int = Field(description="1 for the first of this report and query, then 2 and so on")
    previous_id: str | None = Field(default=None, foreign_key="saved_report.id", description="the edition before")
    saved_at: datetime = Field(sa_type=UtcDateTime)
    base_url: str = Field(description="what its links begin with")
    snapshot: str
    vocabulary: str = Field(description="vocabularies its figures are of, each with its version")
    recipe: str = Field(description="of the model: how themes were assigned, and the vectors they were assigned from")
    code: str = Field(description="version of the code that counted and wrote")
    content: bytes = Field(sa_type=LargeBinary, description="zlib: the document with its payload, as JSON")
    footprint: bytes = Field(sa_type=LargeBinary, description="zlib: the talks behind its figures, as JSON")
    digests: dict[str, str] = Field(default_factory=dict, sa_type=JSON, description="SHA-256 of each export, by suffix")
