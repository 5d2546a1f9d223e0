"""What goes into a search and what comes out: one shape for page, API, CLI and tests.

What an answer holds many of is a dataclass, which costs a third of a model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from app.catalog.cards import EditionName, TalkCard
from app.catalog.filters import TalkFilter
from app.embeddings.protocol import Vectors

Mode = Literal["hybrid", "lexical", "semantic"]
Sort = Literal["relevance", "date"]
Spelling = Literal["near", "typed"]
"""Whether near words are looked up in the place of those that no passage holds."""


class Segment(NamedTuple):
    """A piece of plain text, and whether it matched the query. Whoever prints it escapes it."""

    text: str
    is_match: bool


class SearchRequest(BaseModel):
    """A question. The filter narrows talks; a lesson of an edition is narrowed by edition, series and years only."""

    model_config = ConfigDict(frozen=True)

    query: str
    mode: Mode = "hybrid"
    limit: int = Field(default=10, ge=1, le=100)
    offset: int = Field(default=0, ge=0)
    sort: Sort = "relevance"
    spelling: Spelling = "near"
    filter: TalkFilter = TalkFilter()


@dataclass(slots=True)
class HitPassage:
    """The passage by which a talk was found, as plain text. `url` leads to it: the talk, or its takeaway there."""

    text: str
    kind: str
    start_seconds: float | None
    url: str
    takeaway: Annotated[str | None, Field(exclude=True)] = None
    """Slug of the takeaway that the passage is."""
    segments: Annotated[list[Segment], Field(exclude=True)] = field(default_factory=list)
    """A window of the text around what matched, for lists."""


@dataclass(slots=True)
class NearTheme:
    """A theme near in meaning, with the cosine."""

    slug: str
    name: str
    cosine: float


@dataclass(slots=True)
class Parts:
    """What the score of a hit is the sum of."""

    words: float
    meaning: float
    named: float
    """3 for a talk named by its title, 1 for one named by a speaker, up to 2 for one that holds the words beside."""
    other: float = 0.0


@dataclass(slots=True)
class Why:
    """Why a talk was found: its ranks among talks, from 1, on each side, and the words of the query it holds.

    `nearest` is its passage nearest in meaning, with `cosine`; both None where the talk is not among the nearest that
    were looked at. `themes` are those it has of the themes near to the query.
    """

    lexical_rank: int | None
    semantic_rank: int | None
    matched_terms: list[str]
    parts: Parts | None = None
    cosine: float | None = None
    nearest: HitPassage | None = None
    themes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Hit:
    """A talk that was found. Scores fall down a list by relevance; they compare within one answer only."""

    score: float
    talk: TalkCard
    passage: HitPassage
    why: Why
    title_segments: Annotated[list[Segment], Field(exclude=True)] = field(default_factory=list)


class Lesson(BaseModel):
    """A takeaway of an edition that belongs to no single talk."""

    text: str
    kind: str
    slug: str
    edition: EditionName | None
    url: str
    score: float = Field(exclude=True)
    segments: SkipValidation[list[Segment]] = Field(default_factory=list, exclude=True)


@dataclass(slots=True)
class FacetValue:
    """How many of the talks found have this value; `value` is what the filter of the same name takes.

    A dataclass, as an answer holds a hundred of them and they cost a tenth of a model.
    """

    value: str
    label: str
    count: int


class Correction(BaseModel):
    """A word that no passage holds, and the near one that was looked up in its place."""

    typed: str
    used: str

    @property
    def said(self) -> str:
        """In words."""
        return f"No talk holds “{self.typed}”; searched for “{self.used}” instead."


class Understood(BaseModel):
    """What a field, a phrase or an exclusion in a query was taken for. `meaning` is None where it names nothing.

    `rest` is the query without it.
    """

    field: str
    typed: str
    meaning: str | None
    negated: bool = False
    rest: str
    part: Any = Field(default=None, exclude=True)
    """What of the query's own filter it is."""


class SearchResult(BaseModel):
    """An answer. `total` counts the talks found, `facets` count over all of them, `hits` are one page of them.

    `beside` is for facets that are narrowed: what else of each there would be were it not, with the number of talks.
    `themes` are near to the query, nearest first. `corrections` are words that were replaced, `did_you_mean` is another
    query that may have been meant, which was not searched for. `mode` is the mode that was used; `notice` says in words
    when that is not the one asked for, or when the answer is otherwise less than it should be.
    """

    query: str
    mode: Mode
    total: int
    took_ms: float
    facets: dict[str, list[FacetValue]]
    hits: list[Hit]
    lessons: list[Lesson] = Field(default_factory=list)
    sort: Sort = "relevance"
    beside: dict[str, list[FacetValue]] = Field(default_factory=dict)
    themes: list[NearTheme] = Field(default_factory=list)
    corrections: list[Correction] = Field(default_factory=list)
    did_you_mean: str | None = None
    notice: str | None = None
    understood: list[Understood] = Field(default_factory=list)


class Nearest(NamedTuple):
    """The talks nearest to a question as (id, score), best first; the question's text, words and vector, if any.

    `allows` tells of any talk, by id, whether what was asked lets it through.
    """

    text: str
    terms: tuple[str, ...]
    vector: Vectors | None
    talks: tuple[tuple[int, float], ...]
    notice: str | None
    allows: Callable[[int], bool] = lambda _: False


class SimilarTalks(BaseModel):
    """Talks nearest in meaning to the talk of this slug, nearest first."""

    talk: str
    hits: list[Hit]
