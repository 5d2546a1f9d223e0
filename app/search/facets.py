"""Facets: how many of the talks found have each value, and what else there would be were a facet not narrowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.catalog.filters import TalkFilter
from app.search.kernels import kernels
from app.search.shapes import FacetValue

MOST_VALUES = 50


class Facets:
    """Which talk has which values of which facet. No talk has a value twice."""

    def __init__(self, facets: Mapping[str, Values | Iterable[tuple[int, str, str]]]) -> None:
        """From the values of each facet by its name, or from its (talk id, value, label)."""
        each = [rows if isinstance(rows, Values) else _values_of(rows) for rows in facets.values()]
        self._put(list(facets), each)

    def _put(self, names: list[str], facets: Sequence[Values]) -> None:
        self._names = names
        self._values: list[str] = []
        """The values of all facets, those of each facet by falling label."""
        self._labels: list[str] = []
        talks, codes = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        firsts = [0]
        for of in facets:
            talks.append(of.talks)
            codes.append(of.places + firsts[-1])
            self._values += of.values
            self._labels += of.labels
            firsts.append(len(self._labels))
        all_talks = np.concatenate(talks)
        order = np.argsort(all_talks, kind="stable")
        self._codes = np.concatenate(codes)[order]
        """The values of each talk, one talk after the other, as places among the values of all facets."""
        self._starts = np.searchsorted(all_talks[order], np.arange(all_talks.max(initial=0) + 2))
        self._firsts = np.array(firsts)

    def packed(self) -> tuple[Any, ...]:
        """All that it is made of: lists of strings, and arrays."""
        return self._names, self._values, self._labels, self._codes, self._starts, self._firsts

    @classmethod
    def unpacked(cls, packed: tuple[Any, ...]) -> Facets:
        """The one that this was `packed` of."""
        found = cls.__new__(cls)
        found._names, found._values, found._labels, found._codes, found._starts, found._firsts = packed
        return found

    def values_of(self, facet: str) -> Values:
        """The values of one facet."""
        place = self._names.index(facet)
        first, end = self._firsts[place : place + 2]
        own = (self._codes >= first) & (self._codes < end)
        talks = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))[own]
        return Values(self._values[first:end], self._labels[first:end], talks, self._codes[own] - first)

    def replacing(self, facet: str, by: Values) -> Facets:
        """The same with other values of one facet, which must be there."""
        found = Facets.__new__(Facets)
        found._put(self._names, [by if name == facet else self.values_of(name) for name in self._names])
        return found

    @cached_property
    def _facet_of(self) -> NDArray[np.int64]:
        """The facet of each value, by its place."""
        return np.repeat(np.arange(len(self._names)), np.diff(self._firsts))

    def tally(self, talk_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of these talks have each value of all facets: what `counts` is made of, which can be added up."""
        known = talk_ids[talk_ids < len(self._starts) - 1]
        made = kernels()
        if made is not None:
            counted = np.zeros(len(self._labels), dtype=np.int64)
            made.count_values(known, self._starts, self._codes, counted)
            return counted
        first, end = self._starts[known], self._starts[known + 1]
        lengths = end - first
        ends = np.cumsum(lengths)
        # Where the values of each talk lie.
        at = np.arange(int(lengths.sum())) + np.repeat(first - ends + lengths, lengths)
        return np.bincount(self._codes[at], minlength=len(self._labels))

    def counts(self, talk_ids: NDArray[np.int64], *only: str) -> dict[str, list[FacetValue]]:
        """How many of these talks have each value of every facet, or only of those named.

        Most first, then by label, at most MOST_VALUES.
        """
        return self.most(self.tally(talk_ids), *only)

    def most(self, counted: NDArray[np.int64], *only: str) -> dict[str, list[FacetValue]]:
        """As `counts`, of a tally."""
        there = np.flatnonzero(counted)
        # One number for each value, so that one sort puts all facets in order: facet, then count, then label.
        most = int(counted.max(initial=0)) + 1
        worth = (self._facet_of[there] * most + counted[there]) * len(self._labels) + there
        worth.sort()
        worth, there = np.divmod(worth, len(self._labels))
        ends = np.searchsorted(worth, np.arange(1, len(self._names) + 1) * most)
        firsts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]])
        wanted = [(name, place) for place, name in enumerate(self._names) if not only or name in only]
        value_of, label_of = self._values.__getitem__, self._labels.__getitem__
        found = {}
        for name, place in wanted:
            span = slice(max(firsts[place], ends[place] - MOST_VALUES), ends[place])
            at, counts = there[span][::-1].tolist(), (worth[span][::-1] - place * most).tolist()
            found[name] = list(map(FacetValue, map(value_of, at), map(label_of, at), counts))
        return found


class Values(NamedTuple):
    """The values of a facet with their labels, by falling label, and each pair of a talk and the place of a value."""

    values: list[str]
    labels: list[str]
    talks: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, talks: NDArray[np.int64], places: NDArray[np.int64], labels: Sequence[tuple[str, str]]) -> Values:
        """From pairs of a talk and the place of a value in (value, label), in any order and more than once."""
        falling = sorted(range(len(labels)), key=lambda place: labels[place][::-1], reverse=True)
        ranks = np.empty(len(labels), dtype=np.int64)
        ranks[falling] = np.arange(len(labels))
        many = max(1, len(labels))
        pairs = np.unique(talks * many + ranks[places])
        values, of_values = [labels[place][0] for place in falling], [labels[place][1] for place in falling]
        return cls(values, of_values, pairs // many, pairs % many)


def _values_of(rows: Iterable[tuple[int, str, str]]) -> Values:
    """Those in (talk id, value, label)."""
    met: dict[str, int] = {}
    labels: list[tuple[str, str]] = []
    talk_ids: list[int] = []
    of_talks: list[int] = []
    for talk_id, value, label in rows:
        place = met.setdefault(value, len(met))
        if place == len(labels):
            labels.append((value, label))
        talk_ids.append(talk_id)
        of_talks.append(place)
    return Values.of(np.array(talk_ids, dtype=np.int64), np.array(of_talks, dtype=np.int64), labels)


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
