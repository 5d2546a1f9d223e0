"""Which talks are counted (populations) and when a talk counts for a theme (countings). Nothing is counted here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.catalog.filters import TalkFilter
from app.errors import UsageError
from app.trends.wording import counted


@dataclass(frozen=True)
class Population:
    """A named set of talks that shares are taken of; `narrowing` is what it adds to a filter."""

    slug: str
    name: str
    sentence: str
    narrowing: dict[str, tuple[str, ...] | int | bool] = field(default_factory=dict)
    rests_on: Literal["nothing", "keynotes", "sponsored", "lengths"] = "nothing"
    """What a source may not tell: then the rule leaves out too few."""

    def narrow(self, filter: TalkFilter) -> TalkFilter:
        """`filter`, further limited to this population."""
        return filter.but(**self.narrowing) if self.narrowing else filter


@dataclass(frozen=True)
class Counting:
    """When a talk counts for a theme."""

    slug: str
    name: str
    sentence: str


FULL_LENGTH = 15
"""Minutes; lightning talks of all kinds stay below, the short talks of a devroom do not."""

POPULATIONS = (
    Population(
        "all", "all talks", "All known talks; a session that only contains other talks is never counted itself."
    ),
    Population(
        "without-keynotes",
        "without keynotes",
        "All known talks but those of kind keynote.",
        {"without_kinds": ("keynote",)},
        "keynotes",
    ),
    Population(
        "full-length",
        "full-length talks",
        f"All known talks but keynotes, lightning talks and posters, and but those known to be shorter than "
        f"{FULL_LENGTH} minutes.",
        {"without_kinds": ("keynote", "lightning", "poster"), "least_minutes": FULL_LENGTH},
        "lengths",
    ),
    Population(
        "without-sponsored",
        "without sponsored talks",
        "All known talks but those of kind sponsored.",
        {"without_kinds": ("sponsored",)},
        "sponsored",
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


def doubt(population: Population, talks: int, told: Mapping[str, int]) -> str | None:
    """What the rule of a population rests on and is not known, for readers; None where nothing is.

    `talks` are those of the population; `told` counts, of all talks there, the `keynotes` and `sponsored` ones, and of
    the population those of unknown `lengths`.
    """
    if talks == 0 or population.rests_on == "nothing":
        return None
    number = told[population.rests_on]
    if population.rests_on == "lengths":
        if number == 0:
            return None
        return f"The length of {counted(number, 'talk')} of them is not known; these are counted by their kind alone."
    if number:
        return None
    what = "keynote" if population.rests_on == "keynotes" else "sponsored"
    return f"No talk here is marked as {what}, so none is left out; the source may not tell."


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
