"""Facets: how many of the talks found have each value, and what else there would be were a facet not narrowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.catalog.filters import TalkFilter
from app.search.shapes import FacetValue

MOST_VALUES = 50


class Facets:
    """Which talk has which values of which facet. No talk has a value twice."""

    def __init__(self, facets: Mapping[str, Iterable[tuple[int, str, str]]]) -> None:
        """From (talk id, value, label) of each facet by its name."""
        self._values: dict[str, _Values] = {}
        talks, codes = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        first = 0
        for name, rows in facets.items():
            values, of_talks, places = _values_of(rows)
            self._values[name] = values._replace(first=first)
            talks.append(of_talks)
            codes.append(places + first)
            first += len(values.labels)
        all_talks = np.concatenate(talks)
        order = np.argsort(all_talks, kind="stable")
        self._codes = np.concatenate(codes)[order]
        """The values of each talk, one talk after the other, as places among the values of all facets."""
        self._starts = np.searchsorted(all_talks[order], np.arange(all_talks.max(initial=0) + 2))
        self._count = first

    def counts(self, talk_ids: NDArray[np.int64], *only: str) -> dict[str, list[FacetValue]]:
        """How many of these talks have each value of every facet, or only of those named.

        Most first, then by label, at most MOST_VALUES.
        """
        known = talk_ids[talk_ids < len(self._starts) - 1]
        first, end = self._starts[known], self._starts[known + 1]
        lengths = end - first
        ends = np.cumsum(lengths)
        # Where the values of each talk lie.
        at = np.arange(int(lengths.sum())) + np.repeat(first - ends + lengths, lengths)
        counted = np.bincount(self._codes[at], minlength=self._count)
        return {name: self._values[name].most(counted) for name in only or self._values}


class _Values(NamedTuple):
    """The values of one facet."""

    labels: list[tuple[str, str]]
    """Each value with its label."""
    later: NDArray[np.int64]
    """How many labels come after that of each value."""
    first: int = 0
    """Where they begin among the values of all facets."""

    def most(self, counted: NDArray[np.int64]) -> list[FacetValue]:
        """The most frequent of them, of the counts of the values of all facets."""
        own = counted[self.first : self.first + len(self.labels)]
        there = np.flatnonzero(own)
        # Of a talk in a thousand editions there are thousands of values with one talk: they are told apart as numbers.
        worth = own[there] * len(self.labels) + self.later[there]
        if len(there) > MOST_VALUES:
            best = np.argpartition(-worth, MOST_VALUES)[:MOST_VALUES]
            there, worth = there[best], worth[best]
        there = there[np.argsort(-worth)]
        return [
            FacetValue(*self.labels[place], count)
            for place, count in zip(there.tolist(), own[there].tolist(), strict=True)
        ]


def _values_of(rows: Iterable[tuple[int, str, str]]) -> tuple[_Values, NDArray[np.int64], NDArray[np.int64]]:
    """The values in (talk id, value, label), and each pair of a talk and the place of a value once."""
    places: dict[str, int] = {}
    labels: list[tuple[str, str]] = []
    talk_ids: list[int] = []
    of_talks: list[int] = []
    for talk_id, value, label in rows:
        place = places.setdefault(value, len(places))
        if place == len(labels):
            labels.append((value, label))
        talk_ids.append(talk_id)
        of_talks.append(place)
    many = max(1, len(places))
    pairs = np.unique(np.array(talk_ids, dtype=np.int64) * many + np.array(of_talks, dtype=np.int64))
    later = np.empty(len(labels), dtype=np.int64)
    later[sorted(range(len(labels)), key=lambda place: labels[place][::-1])] = np.arange(len(labels))[::-1]
    return _Values(labels, later), pairs // many, pairs % many


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
