"""What curators did: the account that may decide on the site, talks drawn for review, and every step of a review."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.db.types import UtcDateTime


class Curator(SQLModel, table=True):
    """Who may sign in. `signing_key` is made anew with each password, so that older cookies are void."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    password_hash: str = Field(description="argon2id")
    signing_key: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class SignInFailures(SQLModel, table=True):
    """How often signing in failed of late, for the brake on guessing: from one network, and in the row "" from all.

    Gone an hour after the last failure, and with a new password. Of a base in a SQLite file they are in a file beside
    it, for there nobody could be counted while an import writes; the table of the base then stays empty.
    """

    network: str = Field(primary_key=True, description="address, of IPv6 its /64")
    count: int
    last_at: datetime = Field(sa_type=UtcDateTime)


class ReviewDraw(SQLModel, table=True):
    """A talk of the frame of a draw: an edition’s talks whose theme nobody had decided when it was first drawn from.

    `probability` is that with which the talk is in the sample of this draw and all before it of the same theme and
    edition; `offered` says whether it is. The newest draw is the design that estimates go by; none is ever changed.
    """

    id: int | None = Field(default=None, primary_key=True)
    draw: str = Field(index=True, description="the same for all talks drawn from at once")
    edition_id: int = Field(foreign_key="edition.id", index=True)
    talk_id: int = Field(foreign_key="talk.id", index=True)
    theme_id: int = Field(foreign_key="theme.id", index=True)
    probability: float
    uncertainty: float = Field(description="sqrt(p(1-p)) of the machine’s p when the talk was first drawn from")
    offered: bool
    size: int = Field(description="reviews asked for, over this draw and all before it")
    rule: str
    seed: str
    drawn_at: datetime = Field(sa_type=UtcDateTime)


class ReviewEntry(SQLModel, table=True):
    """One step of a review, in the order they were taken; nothing here is ever changed or removed."""

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id", index=True)
    theme_id: int = Field(foreign_key="theme.id", index=True)
    reviewer: str = Field(index=True)
    action: str = Field(description="accept, reject, main (accept as the main theme) or undo")
    decided_at: datetime = Field(sa_type=UtcDateTime)
    via: str = Field(description="page or command line")
    part: str = Field(description="of the queue: settle, sample, second; else direct")
    draw_id: int | None = Field(default=None, foreign_key="reviewdraw.id", description="the draw that offered it")
    undoes_id: int | None = Field(default=None, foreign_key="reviewentry.id", index=True)
    replaced: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, description="by theme id: the decision held before, null for none"
    )
    snapshot_before: str
    snapshot_after: str
