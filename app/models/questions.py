"""What people asked of search and did not find."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db.types import UtcDateTime


class UnansweredQuestion(SQLModel, table=True):
    """A question that search found nothing or little for, in one mode. Nothing tells who asked."""

    __table_args__ = (UniqueConstraint("text", "mode"),)

    id: int | None = Field(default=None, primary_key=True)
    text: str = Field(description="in lower case, spaces made one, cut")
    mode: str
    count: int = Field(default=1, description="how often it was asked and not answered")
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)
