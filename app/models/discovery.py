"""Themes that a machine found and nobody named yet. Derived: made anew by `hallway themes discover`, never counted."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.db.types import UtcDateTime


class Discovery(SQLModel, table=True):
    """What the last run found, with what it was made by and from."""

    id: int | None = Field(default=None, primary_key=True)
    recipe: str
    snapshot: str = Field(description="of the base it was made from")
    made_at: datetime = Field(sa_type=UtcDateTime)
    found: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
