"""The committed measurement of practices on the shipped judgements: its shape, and reading it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from app.catalog.measurements import read_measurement
from app.search.quality import Mean
from app.settings import shipped

FOLDER = "judgements/practices"
FILE = "quality.json"
COMMAND = "hallway evaluate practices --save"
WAYS = (
    ("practices", "as shown: meaning, words and talk, cut off"),
    ("uncut", "the same, not cut off"),
    ("passages", "passages of takeaways by meaning, with the talk's title before them"),
    ("search", "plain search: the takeaway it shows of each talk, and lessons of no talk"),
    ("meaning", "meaning alone"),
    ("words", "words alone"),
)
"""Ways to put statements in order that are compared, with words for them."""


class QuestionQuality(BaseModel):
    """A question: nDCG@10 of takeaways by way, None where no takeaway is relevant; how many practices it is given."""

    id: str
    text: str
    kind: str
    ndcg: dict[str, float] | None
    statements: int = Field(description="kept by practice search")
    relevant: int = Field(description="of these, takeaways judged relevant, or drafts of a talk judged relevant")
    groups: int


class Grouping(BaseModel):
    """Pairs of relevant takeaways put together, against the pairs that the assessor put together."""

    questions: int
    pairs: int = Field(description="that the assessor put together")
    precision: float
    recall: float
    f1: float
    adjusted_rand: float = Field(description="mean over the questions, Hubert and Arabie 1985")
    f1_all_in_one: float
    f1_by_talk: float = Field(description="where the takeaways of one talk are one group")


class PracticeQuality(BaseModel):
    """The whole measurement."""

    made_on: str
    version: str
    recipe: str
    takeaways: int
    drafts: int
    judged_pairs: int
    ways: dict[str, Mean] = Field(description="nDCG@10 of takeaways, by way")
    asked: int = Field(description="questions with a relevant takeaway")
    answered: float = Field(description="share of the questions with an answer that are given a relevant statement")
    precision: float = Field(description="share of what is kept that is relevant, mean over questions with an answer")
    nobody: int = Field(description="questions that nobody answers")
    nothing_said: float = Field(description="share of these that practice search answers with nothing")
    grouping: Grouping
    questions: list[QuestionQuality]


def practice_judgements_folder() -> Path:
    """Where the shipped judgements of practices lie."""
    return shipped("data") / FOLDER


def read_practice_quality(file: Path | None = None) -> PracticeQuality | None:
    """The committed measurement, None where nothing was measured yet. Raises InputError for a damaged file."""
    return read_measurement(PracticeQuality, file or practice_judgements_folder() / FILE, "practices", COMMAND)
