"""What a report is asked for: where, which theme, which talks and how they are counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from app.errors import UsageError
from app.trends.populations import get_counting, get_population
from app.trends.scope import Scope


@dataclass(frozen=True)
class ReportRequest:
    """Slugs, as in the query string and the command line. Empty means every known edition and all themes of the
    vocabulary that most talks there have a theme of.

    An unknown population or counting is a UsageError at once; unknown slugs are NotFound when the report is built.
    """

    editions: tuple[str, ...] = ()
    series: str | None = None
    theme: str | None = None
    against: tuple[str, ...] = ()
    """Series to compare `series` with."""
    population: str = "all"
    counting: str = "any"
    year_from: int | None = None
    year_to: int | None = None
    vocabulary: str | None = None

    def __post_init__(self) -> None:
        """Check what can be checked without the base."""
        get_population(self.population)
        get_counting(self.counting)

    @property
    def scope(self) -> Scope:
        """Where talks are counted."""
        return Scope(tuple(self.editions), self.series, self.year_from, self.year_to)

    def parameters(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the query string, in one order, without what is left at its default."""
        pairs = [("edition", slug) for slug in self.scope.editions]
        pairs += [("against", slug) for slug in self.against]
        single = {
            "series": self.series,
            "vocabulary": self.vocabulary,
            "theme": self.theme,
            "year_from": self.year_from,
            "year_to": self.year_to,
            "population": None if self.population == "all" else self.population,
            "counting": None if self.counting == "any" else self.counting,
        }
        pairs += [(name, str(value)) for name, value in single.items() if value is not None and value != ""]
        return tuple(pairs)

    @classmethod
    def of(cls, parameters: Iterable[tuple[str, str]]) -> ReportRequest:
        """The request these parameters stand for; it gives the same `parameters()`. UsageError for an unknown name."""
        known = {field.name: field.type for field in fields(cls)}
        values: dict[str, Any] = {}
        for parameter, value in parameters:
            name = "editions" if parameter == "edition" else parameter
            if name not in known:
                raise UsageError(f"This Hallway knows no parameter “{parameter}” of reports.", parameter)
            if str(known[name]).startswith("tuple"):
                values[name] = (*values.get(name, ()), value)
            else:
                values[name] = int(value) if str(known[name]).startswith("int") else value
        return cls(**values)

    def query(
        self, *, population: str | None = None, counting: str | None = None, vocabulary: str | None = None
    ) -> str:
        """The query string of this request, or of the same with another population, counting or vocabulary."""
        changed = replace(
            self,
            population=population or self.population,
            counting=counting or self.counting,
            vocabulary=vocabulary or self.vocabulary,
        )
        return urlencode(changed.parameters())
