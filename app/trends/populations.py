"""Which talks are counted (populations) and when a talk counts for a theme (countings). Nothing is counted here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.catalog.filters import TalkFilter
from app.errors import UsageError


@dataclass(frozen=True)
class Population:
    """A named set of talks that shares are taken of; `narrowing` is what it adds to a filter."""

    slug: str
    name: str
    sentence: str
    narrowing: dict[str, Any] = field(default_factory=dict)

    def narrow(self, filter: TalkFilter) -> TalkFilter:
        """`filter`, further limited to this population."""
        return filter.but(**self.narrowing)


@dataclass(frozen=True)
class Counting:
    """When a talk counts for a theme."""

    slug: str
    name: str
    sentence: str


POPULATIONS = (
    Population(
        "all", "all talks", "All known talks; a session that only contains other talks is never counted itself."
    ),
    Population(
        "without-keynotes",
        "without keynotes",
        "All known talks but those of kind keynote.",
        {"without_kinds": ("keynote",)},
    ),
    Population(
        "full-length",
        "full-length talks",
        "All known talks but those of kind keynote or lightning.",
        {"without_kinds": ("keynote", "lightning")},
    ),
    Population(
        "without-sponsored",
        "without sponsored talks",
        "All known talks but those of kind sponsored.",
        {"without_kinds": ("sponsored",)},
    ),
    Population(
        "with-text",
        "talks with text",
        "Known talks with an abstract or a summary to read a theme from.",
        {"with_text": True},
    ),
    Population(
        "families-once",
        "each talk once",
        "Known talks, a talk given at several editions counted at its first delivery only.",
        {"first_delivery_only": True},
    ),
)

COUNTINGS = (
    Counting("any", "any theme", "A talk counts for each of its themes, so shares may add to more than one hundred."),
    Counting("main", "main theme only", "A talk counts for its main theme only, so shares add to at most one hundred."),
)


def get_population(slug: str) -> Population:
    """The population of this name; an unknown one is a UsageError that lists the known."""
    for population in POPULATIONS:
        if population.slug == slug:
            return population
    known = ", ".join(population.slug for population in POPULATIONS)
    raise UsageError(f"There is no population “{slug}”; the known ones are {known}.", "population")


def get_counting(slug: str) -> Counting:
    """The counting of this name; an unknown one is a UsageError that lists the known."""
    for counting in COUNTINGS:
        if counting.slug == slug:
            return counting
    known = ", ".join(counting.slug for counting in COUNTINGS)
    raise UsageError(f"There is no counting “{slug}”; the known ones are {known}.", "counting")
