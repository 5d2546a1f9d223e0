"""Facets as links: each value adds itself to the address, or takes itself away. Pure; counts come from the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.search.facets import MOST_VALUES
from app.search.shapes import FacetValue, SearchResult
from app.web.addresses import with_query
from app.web.words import capital, language

SHOWN = 8
"""Values of a facet that are shown before a reader asks for more."""
FACETS = {
    "theme": "Theme",
    "edition": "Edition",
    "year": "Year",
    "organisation": "Company",
    "technology": "Technology",
    "kind": "Kind",
    "language": "Language",
}


@dataclass(frozen=True)
class FacetLink:
    """A value of a facet: following it adds the value, or where it is chosen takes it away."""

    label: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True)
class FacetBlock:
    """A facet: values chosen first, then the most frequent; `more` leads to the others, `fewer` back."""

    title: str
    name: str
    values: Sequence[FacetLink]
    more: str | None
    fewer: str | None
    is_cut: bool
    """Whether there may be further values than even the whole list shows."""


def facet_blocks(
    result: SearchResult, asked: Mapping[str, Any], names: Mapping[tuple[str, str], str], opened: str | None
) -> list[FacetBlock]:
    """Facets with something to choose or to take away. `names` are words for chosen values that nothing found has."""
    blocks = []
    for name, title in FACETS.items():
        chosen = [str(value) for value in asked.get(name, ())]
        here = {value.value: value for value in result.facets.get(name, [])}
        held = [here.get(value) or FacetValue(value, names.get((name, value), value), 0) for value in chosen]
        others = result.beside.get(name) or [value for value in here.values() if value.value not in chosen]
        if held or len(others) > 1:
            shown = others if opened == name else others[:SHOWN]
            links = [_link(name, value, asked, chosen) for value in (*held, *shown)]
            more = with_query("/search", asked, facet=name, offset=None) if len(others) > len(shown) else None
            fewer = with_query("/search", asked, facet=None) if opened == name and len(others) > SHOWN else None
            blocks.append(FacetBlock(title, name, links, more, fewer, len(others) >= MOST_VALUES))
    return blocks


def _link(name: str, value: FacetValue, asked: Mapping[str, Any], chosen: Sequence[str]) -> FacetLink:
    is_chosen = value.value in chosen
    then = [one for one in chosen if one != value.value] if is_chosen else [*chosen, value.value]
    label = {"language": language, "kind": capital}.get(name, str)(value.label)
    address = with_query("/search", asked, offset=None, **{name: then})
    return FacetLink(label=label, count=value.count, address=address, chosen=is_chosen)
