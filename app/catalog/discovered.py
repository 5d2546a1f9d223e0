"""Themes that nobody named yet, as `hallway themes discover` found and kept them. Drafts by a machine."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.snapshot import current_snapshot
from app.models import Discovery, Edition, Talk

COMMAND = "hallway themes discover"
SURE, FAIRLY_SURE = 0.85, 0.75


class LabelTerm(BaseModel):
    """A word or two that tell the talks from others: the forms met, the most frequent first; in so many of them."""

    text: str
    forms: list[str]
    talks: int


class YearOfDraft(BaseModel):
    """Talks of a draft in one year, of all that were looked through for that year whatever their theme."""

    year: int
    talks: int
    of: int


class EditionOfDraft(BaseModel):
    """Talks of a draft at one edition."""

    slug: str
    name: str
    talks: int


class NearestTheme(BaseModel):
    """The theme whose definition is nearest to the talks, by mean cosine.

    `is_nearly`: they are about as near to it, on average, as talks that have the theme, and as those of half of all
    themes are to theirs.
    """

    slug: str
    name: str
    cosine: float
    is_nearly: bool


class CentralTalk(BaseModel):
    """A talk near the middle: how a vocabulary names it, and where it is."""

    reference: str
    slug: str
    title: str


class DraftTheme(BaseModel):
    """A cluster of talks, proposed as a theme."""

    slug: str
    name: str
    terms: list[LabelTerm]
    talks: int
    coherence: float = Field(description="mean cosine of each two of its talks")
    stability: float = Field(description="0..1, mean largest Jaccard index over resamples")
    years: list[YearOfDraft]
    change: Literal["grows", "shrinks", "unclear"]
    trend: float | None = Field(description="z of the trend of its share over the years; None where it has too few")
    editions: int
    largest_editions: list[EditionOfDraft]
    central: list[CentralTalk]
    nearest: NearestTheme | None

    @property
    def sureness(self) -> str:
        """The stability in words."""
        if self.stability >= SURE:
            return "found again nearly unchanged in almost every resample"
        if self.stability >= FAIRLY_SURE:
            return "found again in most resamples with most of the same talks"
        return "found again in most resamples, with talks at its edge coming and going"


class Drafts(BaseModel):
    """What one run found, and from what."""

    vocabulary: str | None = Field(description="talks with a theme of it were passed over; None: of any vocabulary")
    everything: bool = Field(description="talks that have themes were read too")
    scope: dict[str, str] = Field(description="what narrowed the talks, by name of the option")
    known: int = Field(description="talks in that scope")
    themed: int = Field(description="of these, passed over for having a theme")
    unread: int = Field(description="passed over: in another language than most, not embedded, or the same talk again")
    read: int = Field(description="compared with one another")
    sampled: int = Field(description="of these, drawn to make the clusters of; the others joined those they are near")
    placed: int = Field(description="of these, in a draft")
    language: str | None = Field(description="of the talks that were read; None where it is not known")
    one_event: int = Field(description="clusters set aside since half of their talks or more are of one edition")
    wordless: int = Field(description="clusters set aside since no words tell their talks from others")
    drafts: list[DraftTheme]
    resamples: int
    recipe: str


class KeptDrafts(BaseModel):
    """The last run: when it was made, and whether the base is still the one it was made from."""

    made_at: datetime
    snapshot: str
    is_current: bool
    found: Drafts


def kept_drafts(session: Session) -> KeptDrafts | None:
    """What was found last; None before the first time. Talks that are gone since are left out of the central ones."""
    row = session.scalars(select(Discovery).order_by(col(Discovery.made_at).desc()).limit(1)).first()
    if row is None:
        return None
    found = Drafts.model_validate(row.found)
    slugs = {talk.slug for draft in found.drafts for talk in draft.central}
    editions = {one.slug for draft in found.drafts for one in draft.largest_editions}
    there = set(
        session.scalars(select(col(Talk.slug)).where(col(Talk.slug).in_(slugs), col(Talk.withdrawn_at).is_(None)))
    )
    held = set(session.scalars(select(col(Edition.slug)).where(col(Edition.slug).in_(editions))))
    for draft in found.drafts:
        draft.central = [talk for talk in draft.central if talk.slug in there]
        draft.largest_editions = [one for one in draft.largest_editions if one.slug in held]
    return KeptDrafts(
        made_at=row.made_at, snapshot=row.snapshot, is_current=row.snapshot == current_snapshot(session), found=found
    )
