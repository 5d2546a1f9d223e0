"""Query parameters that pages and API share. A name that is not declared is refused, with the names that are."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.catalog.filters import TalkFilter
from app.catalog.takeaways import TakeawayFilter
from app.posts.material import PostRequest
from app.reports.request import ReportRequest
from app.search.shapes import Mode, SearchRequest, Sort, Spelling
from app.trends.populations import POPULATIONS

Kind = Literal["talk", "breakout", "keynote", "lightning", "workshop", "panel", "sponsored", "poster", "other"]
TakeawayKind = Literal["lesson", "announcement", "limitation", "comparison", "outcome", "question", "quote", "claim"]
Stance = Literal["recommends", "warns", "reports-failure", "withdraws", "neutral"]
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def _plain(value: object) -> object:
    return _CONTROL.sub(" ", value).strip() if isinstance(value, str) else value


def without_nul(value: Any) -> Any:
    """A text, or the texts in lists and dictionaries, with a space for each NUL: Postgres takes no such character."""
    if isinstance(value, str):
        return value.replace("\x00", " ")
    if isinstance(value, list):
        return [without_nul(one) for one in value]
    if isinstance(value, dict):
        return {without_nul(name): without_nul(one) for name, one in value.items()}
    return value


Words = Annotated[str, BeforeValidator(_plain), Field(max_length=500)]
Slug = Annotated[str, BeforeValidator(_plain), Field(min_length=1, max_length=200)]
Year = Annotated[int, Field(ge=1900, le=2200)]
Language = Annotated[str, Field(pattern="^[a-z]{2,3}$")]
VOCABULARY = (
    "Slug of a vocabulary of themes; without it the one that most of the talks in question have a theme of, and where "
    "two have as many, the one that came into the base first."
)
T = TypeVar("T")
Several = Annotated[list[T], Field(max_length=20)]


class Parameters(BaseModel):
    """Query parameters of one route. Empty ones, as a form sends them, count as absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _blank_is_absent(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        kept = {name: [one for one in value if one != ""] if isinstance(value, list) else value
                for name, value in without_nul(values).items()}  # fmt: skip
        return {name: value for name, value in kept.items() if value not in ("", [])}

    def asked(self) -> dict[str, Any]:
        """What differs from the defaults, for links that change one thing of the view."""
        return self.model_dump(exclude_defaults=True)


class NoParameters(Parameters):
    """A route that takes none."""


class Paging(Parameters):
    """Which part of a long list."""

    limit: int = Field(default=25, ge=1, le=100, description="Rows in one answer, 1 to 100.")
    offset: int = Field(default=0, ge=0, le=1_000_000, description="Rows to skip.")


class Narrowing(Parameters):
    """What narrows a set of talks."""

    edition: Slug | None = Field(default=None, description="Slug of an edition.")
    series: Slug | None = Field(default=None, description="Slug of a series.")
    theme: Slug | None = Field(default=None, description="Slug of a theme, given by people or machine.")
    speaker: Slug | None = Field(default=None, description="Slug of a speaker.")
    organisation: Slug | None = Field(default=None, description="Slug of the organisation a speaker was with.")
    kind: Kind | None = Field(default=None, description="Kind of talk.")
    language: Language | None = Field(default=None, description="Language of the talk, such as en (ISO 639-1).")
    year_from: Year | None = Field(default=None, description="First year of the edition.")
    year_to: Year | None = Field(default=None, description="Last year of the edition.")

    def talk_filter(self) -> TalkFilter:
        """The filter this stands for."""
        return TalkFilter(
            editions=(self.edition,) if self.edition else (),
            series=self.series,
            theme=self.theme,
            speaker=self.speaker,
            organisation=self.organisation,
            kind=self.kind,
            language=self.language,
            year_from=self.year_from,
            year_to=self.year_to,
        )


class TalkNarrowing(Narrowing):
    """What narrows a list of talks that is not searched."""

    technology: Slug | None = Field(default=None, description="Slug of a technology the talk mentions.")

    def talk_filter(self) -> TalkFilter:
        """The filter this stands for."""
        return super().talk_filter().but(technology=self.technology)


class Practising(Parameters):
    """A question, and what narrows the talks it is put to, most of it several times: any of the values will do."""

    q: Words = Field(default="", description="What to look for, in plain words.")
    spelling: Spelling = Field(
        default="near", description="Take near words for those that no talk holds, or look up only what was typed."
    )
    edition: Several[Slug] = Field(default=[], description="Slug of an edition.")
    series: Slug | None = Field(default=None, description="Slug of a series.")
    theme: Several[Slug] = Field(default=[], description="Slug of a theme, given by people or machine.")
    speaker: Slug | None = Field(default=None, description="Slug of a speaker.")
    organisation: Several[Slug] = Field(default=[], description="Slug of the organisation a speaker was with.")
    technology: Several[Slug] = Field(default=[], description="Slug of a technology the talk mentions.")
    kind: Several[Kind] = Field(default=[], description="Kind of talk.")
    language: Several[Language] = Field(default=[], description="Language of the talk, such as en (ISO 639-1).")
    year: Several[Year] = Field(default=[], description="Year of the talk.")
    year_from: Year | None = Field(default=None, description="First year of the talk.")
    year_to: Year | None = Field(default=None, description="Last year of the talk.")

    def talk_filter(self) -> TalkFilter:
        """The filter this stands for."""
        return TalkFilter(
            editions=tuple(self.edition),
            series=self.series,
            themes=tuple(self.theme),
            speaker=self.speaker,
            organisations=tuple(self.organisation),
            technologies=tuple(self.technology),
            kinds=tuple(self.kind),
            languages=tuple(self.language),
            years=tuple(self.year),
            year_from=self.year_from,
            year_to=self.year_to,
        )

    def request(self, limit: int, offset: int) -> SearchRequest:
        """A part of the answer this asks for."""
        return SearchRequest(
            query=self.q, limit=limit, offset=offset, spelling=self.spelling, filter=self.talk_filter()
        )


class Searching(Practising):
    """A question to the search."""

    mode: Mode = Field(default="hybrid", description="By meaning and words, by words only, or by meaning only.")
    sort: Sort = Field(default="relevance", description="Best first, or newest first (date).")

    def request(self, limit: int, offset: int) -> SearchRequest:
        """A part of the answer this asks for."""
        return super().request(limit, offset).model_copy(update={"mode": self.mode, "sort": self.sort})


class TakeawayNarrowing(Parameters):
    """What narrows a list of takeaways."""

    slug: Slug | None = Field(default=None, description="Slug of one takeaway.")
    kind: TakeawayKind | None = Field(default=None, description="Kind of takeaway.")
    stance: Several[Stance] = Field(
        default=[], description="What the person who says it does with it; may be given several times."
    )
    technology: Slug | None = Field(default=None, description="Slug of a technology that the takeaway lists.")
    edition: Annotated[list[Slug], Field(max_length=50)] = Field(
        default=[], description="Slug of an edition; may be given several times."
    )
    series: Slug | None = Field(default=None, description="Slug of a series.")
    theme: Slug | None = Field(default=None, description="Slug of a theme.")
    year_from: Year | None = Field(default=None, description="First year of the edition.")
    year_to: Year | None = Field(default=None, description="Last year of the edition.")

    def takeaway_filter(self) -> TakeawayFilter:
        """The filter this stands for, but for the technology."""
        return TakeawayFilter(
            slug=self.slug,
            kind=self.kind,
            stances=tuple(self.stance),
            editions=tuple(self.edition),
            series=self.series,
            theme=self.theme,
            year_from=self.year_from,
            year_to=self.year_to,
        )

    def names(self) -> TalkFilter:
        """What it names, to be looked up."""
        return TalkFilter(
            editions=tuple(self.edition), series=self.series, theme=self.theme, technology=self.technology
        )


class InVocabulary(Parameters):
    """Whose themes are meant."""

    vocabulary: Slug | None = Field(default=None, description=VOCABULARY)


class Trending(InVocabulary):
    """Where shares are counted, of which talks, and how."""

    edition: Annotated[list[Slug], Field(max_length=50)] = Field(
        default=[], description="Slug of an edition; may be given several times."
    )
    series: Slug | None = Field(default=None, description="Slug of a series.")
    population: Slug = Field(default="all", description=f"Talks counted: {', '.join(one.slug for one in POPULATIONS)}.")
    counting: Slug = Field(default="any", description="Themes of a talk that count: any, or its main one only (main).")
    year_from: Year | None = Field(default=None, description="First year of the edition.")
    year_to: Year | None = Field(default=None, description="Last year of the edition.")

    def report_request(self, theme: str | None = None) -> ReportRequest:
        """The request this stands for; an unknown population or counting is a UsageError."""
        return ReportRequest(
            editions=tuple(self.edition),
            series=self.series,
            theme=theme,
            population=self.population,
            counting=self.counting,
            year_from=self.year_from,
            year_to=self.year_to,
            vocabulary=self.vocabulary,
        )


class Posting(Parameters):
    """What a post can be asked for."""

    theme: Annotated[list[Slug], Field(max_length=10)] = Field(
        default=[], description="Slug of a theme to write of; may be given several times."
    )
    template: Literal["default", "newsletter"] = Field(default="default", description="The template of the post.")
    drafts: bool = Field(default=False, description="Whether with machine drafts of takeaways, marked as such.")

    def of(self, edition: str) -> PostRequest:
        """The request this stands for."""
        return PostRequest(edition, tuple(dict.fromkeys(self.theme)), self.drafts)


class Scrolling(Parameters):
    """Which part of a list a page shows."""

    offset: int = Field(default=0, ge=0, le=1_000_000, description="Rows to skip.")


Nothing = Annotated[NoParameters, Query()]
PathSlug = Annotated[
    str, Path(max_length=300, pattern=r"^[^\x00]*$", description="Slug, the last part of its address.")
]
FigureId = Annotated[str, Path(max_length=8000, description="Id of a figure, as pages and answers give it.")]
