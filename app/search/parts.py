"""What indexes in memory are made of: a large part, often mapped from a file, and a small one of what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, NamedTuple, Self, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from app.search.candidates import Found, Scope

Rows = NDArray[np.int32]
"""Positions of rows, ascending."""
_MANY, _SAMPLED = 32, 16
FEW = 0.3
"""A smaller share of the rows is looked at row by row; of a larger share all are, and the others dropped after."""


class Allowed(NamedTuple):
    """The rows of a part that are in a scope: as a mask (None: all), and as positions where they are few."""

    mask: NDArray[np.bool_] | None
    few: Rows | None


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of passages, by ascending passage id, and which of them are gone. Never changed, so threads may share it."""

    talks: NDArray[np.int64]
    passages: NDArray[np.int64]
    gone: NDArray[np.bool_] | None = None
    scopes: WeakKeyDictionary[Scope, Allowed] = field(default_factory=WeakKeyDictionary)

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """The part of these columns, by name."""
        return cls(**columns)

    def __len__(self) -> int:
        """How many rows are not gone."""
        return len(self.passages) - (0 if self.gone is None else int(np.count_nonzero(self.gone)))

    def without(self, passage_ids: NDArray[np.int64]) -> Self:
        """The part with these passages gone; itself where it has none of them."""
        at = np.searchsorted(self.passages, passage_ids)
        at = at[at < len(self.passages)]
        at = at[np.isin(self.passages[at], passage_ids)]
        if not len(at):
            return self
        gone = np.zeros(len(self.passages), dtype=np.bool_) if self.gone is None else self.gone.copy()
        gone[at] = True
        return replace(self, gone=gone, scopes=WeakKeyDictionary())

    def kept(self) -> NDArray[np.bool_]:
        """Which rows are not gone."""
        return np.ones(len(self.passages), dtype=np.bool_) if self.gone is None else ~self.gone

    def allowed(self, scope: Scope) -> Allowed:
        """The rows in `scope` that are not gone. Kept as long as the scope is."""
        known = self.scopes.get(scope)
        if known is None:
            mask = among(self.talks, scope.talks) | among(self.passages, scope.lessons)
            if self.gone is not None:
                mask &= ~self.gone
            count = int(np.count_nonzero(mask))
            few = np.flatnonzero(mask).astype(np.int32) if count < FEW * len(mask) else None
            known = self.scopes[scope] = Allowed(None if count == len(mask) else mask, few)
        return known


P = TypeVar("P", bound=Part)


class Parted(Generic[P]):
    """An index of parts: a large one, and small ones of what changed since."""

    def __init__(self, *parts: P) -> None:
        self._parts = parts

    @property
    def changes(self) -> int:
        """How many rows came or went since it was built or read: they cost a little more than the others."""
        base, *small = self._parts
        return len(base.passages) - len(base) + sum(len(part.passages) for part in small)

    def __len__(self) -> int:
        """How many passages it holds."""
        return sum(len(part) for part in self._parts)


def among(values: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of `values` are in `wanted` (ascending), by a table of all ids up to the highest."""
    if not len(wanted) or not len(values):
        return np.zeros(len(values), dtype=np.bool_)
    table = np.zeros(int(max(values.max(), wanted[-1])) + 2, dtype=np.bool_)
    table[wanted] = True
    found: NDArray[np.bool_] = table[values]  # NO_TALK, -1, is the last place, which is never wanted
    return found


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each value once, ascending; a fifth of the time of np.unique for the few hundred of a search."""
    ordered = np.sort(values)
    is_new = np.ones(len(ordered), dtype=np.bool_)
    is_new[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_new]


def best(found: Iterable[Found], limit: int) -> Found:
    """The best `limit` of what several parts found, each by ascending passage: by falling score, ties by passage id."""
    lists = list(found) or [Found.of(())]
    if len(lists) == 1:
        one = lists[0]
        order = np.argsort(-one.scores, kind="stable")[:limit]
        return Found(one.passages[order], one.talks[order], one.scores[order])
    passages, talks, scores = (
        np.concatenate(columns)
        for columns in zip(*((one.passages, one.talks, one.scores) for one in lists), strict=True)
    )
    order = np.lexsort((passages, -scores))[:limit]
    return Found(passages[order], talks[order], scores[order])


def reached_by(scores: NDArray[Any], count: int) -> Any:
    """A score that about `count` of these reach, as a sample of them tells; None where there are no more than that."""
    sample = scores[::_SAMPLED]
    rank = len(sample) - count // _SAMPLED - 1
    return np.partition(sample, rank)[rank] if rank > 0 else None


def least_of_best(scores: NDArray[Any], limit: int) -> NDArray[np.int64]:
    """Positions of the best `limit` scores and of all that tie with the last of them, ascending."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    # Of very many most are dropped by what a sample says, twice as many as wanted left: that takes half the time.
    if len(scores) > _MANY * limit:
        likely = np.flatnonzero(scores >= reached_by(scores, 2 * limit))
        if limit <= len(likely) < len(scores):
            return likely[least_of_best(scores[likely], limit)]
    least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
    return np.flatnonzero(scores >= least)


def merged_order(parts: Sequence[Part]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How rows of `parts` that are not gone lie in one part: (place in the new part of each kept row, taken in turn),
    and the order that sorts them by passage."""
    passages = np.concatenate([part.passages[part.kept()] for part in parts])
    order = np.argsort(passages, kind="stable")
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places, order
