"""The committed measurement of search on the shipped judgements: its shape, and reading it. Measuring is `measured`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.catalog.measurements import read_measurement
from app.models import Talk
from app.search.evaluation import Difference
from app.settings import shipped

FOLDER = "judgements/search"
FILE = "quality.json"
COMMAND = "python scripts/refresh_quality.py"


class Mean(BaseModel):
    """A mean over questions with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


class ModeQuality(BaseModel):
    """What one mode of search reached; times are of a whole search on the machine that measured."""

    model_config = ConfigDict(populate_by_name=True)

    ndcg_10: Mean = Field(alias="ndcg@10")
    recall_100: Mean = Field(alias="recall@100")
    mrr_10: Mean = Field(alias="mrr@10")
    judged_10: float = Field(alias="judged@10", description="share of the first ten talks shown that were judged")
    p50_ms: float
    p95_ms: float


class CollectionQuality(BaseModel):
    """One judged collection: what it is, whose, and how every mode did on it."""

    name: str
    about: str
    source: str
    licence: str
    documents: int
    questions: int = Field(description="with at least one relevant document")
    modes: dict[str, ModeQuality]
    differences: list[Difference] = Field(description="paired, in nDCG@10 over the same questions")


class JudgedTalk(BaseModel):
    """A relevant talk: 2 answers the question, 1 touches on it. `ranks`: where each mode showed it, if it did."""

    slug: str
    grade: int
    ranks: dict[str, int]


class Question(BaseModel):
    """A question, how every mode did on it, and which talks were judged. `ndcg` is empty where no talk is relevant."""

    id: str
    text: str
    ndcg: dict[str, float]
    relevant: list[JudgedTalk]
    not_relevant: list[str] = Field(description="slugs of the talks judged not relevant")

    @property
    def margin(self) -> float:
        """nDCG of hybrid search less that of the better of its two parts; below 0 where hybrid loses."""
        return round(self.ndcg["hybrid"] - max(self.ndcg["lexical"], self.ndcg["semantic"]), 4) if self.ndcg else 0.0


class Quality(BaseModel):
    """The whole measurement. The same data and code give the same figures; `made_on` and times differ."""

    made_on: str = Field(description="ISO date")
    version: str
    command: str
    recipe: str = Field(description="the model, and how texts were given to it")
    talks: int
    talks_fingerprint: str = Field(description="names exactly the talks that were searched")
    judged_pairs: int
    shipped: CollectionQuality
    questions: list[Question]
    others: list[CollectionQuality] = Field(description="public collections, measured by the same code")

    @property
    def answered(self) -> list[Question]:
        """The questions that figures are means over."""
        return [question for question in self.questions if question.relevant]

    @property
    def without_answer(self) -> list[Question]:
        """The questions that no talk answers; no ranking could be right, so they are in no figure."""
        return [question for question in self.questions if not question.relevant]


def judgements_folder() -> Path:
    """Where the shipped judgements of search lie."""
    return shipped("data") / FOLDER


def read_quality(file: Path | None = None) -> Quality | None:
    """The committed measurement, None where nothing was measured yet. Raises InputError for a damaged file."""
    return read_measurement(Quality, file or judgements_folder() / FILE, "search", COMMAND)


def talks_fingerprint(session: Session) -> str:
    """Twelve hex digits that name exactly the known talks and all that their sources say."""
    return kept(session, "talks-fingerprint", lambda: _fingerprint(session))


def _fingerprint(session: Session) -> str:
    digest = hashlib.sha256()
    talks = allowed_talks(TalkFilter()).with_only_columns(col(Talk.slug), col(Talk.content_hash))
    for row in session.execute(talks.order_by(col(Talk.slug))):
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()[:12]
