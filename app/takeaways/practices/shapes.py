"""What comes out of a question for practices: one shape for page, API, CLI and export."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field

from app.catalog.cards import EditionName, TalkCard
from app.catalog.takeaways import EvidenceLine, Place
from app.embeddings.protocol import Vectors

WARNING_STANCES = ("warns", "reports-failure", "withdraws")
DRAFT = "machine-draft"
"""The status of a statement that no person has looked at."""


@dataclass(frozen=True)
class Asked:
    """A question as search understood it: its words that are no stop words, and its vector, if there is a model."""

    text: str
    terms: tuple[str, ...]
    vector: Vectors | None
    recipe: str | None


class Who(BaseModel):
    """Who does it or says so, with the affiliation at that time; no slug where the base has no page of them."""

    name: str
    slug: str | None = None
    affiliation: str | None = None


class Moment(BaseModel):
    """Where to see it: a second of the recording, a slide, the recording or the slides, or the article."""

    kind: str
    url: str | None
    start_seconds: float | None = None
    number: int | None = Field(default=None, description="slide number, from 1")


class Parts(BaseModel):
    """What the score of a statement is the sum of."""

    meaning: float = Field(description="cosine of the statement with the question, and a fifth of that of its title")
    words: float = Field(description="share of the question's words that it holds, by rarity")
    talk: float = Field(description="by how well its talk was found")
    draft: float = Field(description="0, or below for what no person has looked at")


class Statement(BaseModel):
    """A takeaway, or a draft of one: what is said, by whom, where and on what conditions.

    `slug` names a takeaway and `key` a draft. `joined` tells that it did not match by itself: it is about the same as a
    statement of the same talk that did.
    """

    slug: str | None
    key: str | None
    text: str
    kind: str
    stance: str
    conditions: str | None
    status: str
    who: list[Who]
    noted_by: str | None = Field(description="the attendee or article it comes from, where the speaker did not say it")
    talk: Place | None
    edition: EditionName | None
    article: Place | None
    occasion: str | None
    date: str | None
    moment: Moment | None
    evidence: list[EvidenceLine]
    score: float
    parts: Parts | None
    joined: bool = False

    @property
    def is_draft(self) -> bool:
        """Whether no person has looked at it."""
        return self.status == DRAFT

    @property
    def is_warning(self) -> bool:
        """Whether it speaks against something."""
        return self.stance in WARNING_STANCES

    @property
    def path(self) -> str | None:
        """Address within the site: on its talk's page, else in the list; that of a draft is its talk's."""
        if self.talk:
            return f"/talks/{self.talk.slug}" + (f"#takeaway-{self.slug}" if self.slug else "")
        return f"/takeaways?slug={self.slug}" if self.slug else None


class Practice(BaseModel):
    """One approach: statements about the same, best first, with the warnings against it beside them.

    `label` is the statement nearest to the middle; `terms` set the group apart from the others of the answer.
    """

    label: str
    label_is_draft: bool = Field(description="whether the label is a draft's, so that it is shown as one")
    terms: list[str]
    score: float = Field(description="of its best statement")
    statements: list[Statement]
    warnings: list[Statement]
    people: int = Field(description="different people who say so")
    companies: list[str]


class PracticeAnswer(BaseModel):
    """Practices that answer a question, best first, then talks about it.

    `unnamed` are names in the question that nothing found mentions: what is said of other things is no answer then.
    """

    query: str
    took_ms: float
    total: int = Field(description="statements in all practices, warnings among them, before any limit")
    groups: int = Field(description="practices before any limit")
    practices: list[Practice]
    talks: list[TalkCard]
    unnamed: list[str] = Field(default_factory=list)
    notice: str | None = None
