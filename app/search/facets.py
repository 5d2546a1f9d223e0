"""Facets: how many of the talks found have each value, and what else there would be were a facet not narrowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.catalog.filters import TalkFilter
from app.search.shapes import FacetValue

MOST_VALUES = 50


class Facet:
    """One facet: its values with their labels, and which talk has which. No talk has a value twice."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """From (talk id, value, label)."""
        places: dict[str, int] = {}
        self._labels: list[tuple[str, str]] = []
        talk_ids: list[int] = []
        of_talks: list[int] = []
        for talk_id, value, label in rows:
            place = places.setdefault(value, len(places))
            if place == len(self._labels):
                self._labels.append((value, label))
            talk_ids.append(talk_id)
            of_talks.append(place)
        many = max(1, len(places))
        pairs = np.unique(np.array(talk_ids, dtype=np.int64) * many + np.array(of_talks, dtype=np.int64))
        talks, self._places = pairs // many, pairs % many
        self._starts = np.searchsorted(talks, np.arange(talks.max(initial=0) + 2))
        by_label = sorted(range(len(self._labels)), key=lambda place: self._labels[place][::-1])
        self._later = np.empty(len(by_label), dtype=np.int64)
        """How many labels come after that of each value."""
        self._later[by_label] = np.arange(len(by_label))[::-1]

    def counts(self, talk_ids: NDArray[np.int64]) -> list[FacetValue]:
        """How many of these talks have each value: most first, then by label, at most MOST_VALUES."""
        known = talk_ids[talk_ids < len(self._starts) - 1]
        first, end = self._starts[known], self._starts[known + 1]
        # Where the values of each talk lie, one talk after the other.
        before = np.cumsum(end - first) - (end - first)
        at = np.arange(int((end - first).sum())) + np.repeat(first - before, end - first)
        counted = np.bincount(self._places[at], minlength=len(self._labels))
        there = np.flatnonzero(counted)
        # Of a talk in a thousand editions there are thousands of values with one talk: they are told apart as numbers.
        worth = counted[there] * len(self._labels) + self._later[there]
        if len(there) > MOST_VALUES:
            best = np.argpartition(-worth, MOST_VALUES)[:MOST_VALUES]
            there, worth = there[best], worth[best]
        there = there[np.argsort(-worth)]
        return [
            FacetValue(*self._labels[place], count)
            for place, count in zip(there.tolist(), counted[there].tolist(), strict=True)
        ]


FIELDS = {
    "edition": "editions",
    "year": "years",
    "theme": "themes",
    "organisation": "organisations",
    "technology": "technologies",
    "kind": "kinds",
    "language": "languages",
}
"""The field of a filter that holds the chosen values of each facet."""


class Narrowed(NamedTuple):
    """A facet that a filter narrows: the values chosen, and the filter without them."""

    facet: str
    chosen: frozenset[str]
    wider: TalkFilter


def narrowed_facets(filter: TalkFilter) -> Iterator[Narrowed]:
    """Each facet that `filter` narrows."""
    for facet, field in FIELDS.items():
        chosen = getattr(filter, field)
        if chosen:
            yield Narrowed(facet, frozenset(map(str, chosen)), filter.but(**{field: ()}))
