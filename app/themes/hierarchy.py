"""What themes above and below one another mean for each other's probability. Arithmetic only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.themes.linear import Known, Scores

ALMOST_CERTAIN = 0.9999
NONE = -1


class Hierarchy:
    """Themes by place, each with the place of the one above it."""

    def __init__(self, ids: Sequence[int], parents: Mapping[int, int | None]) -> None:
        """`parents` are by id; one that is not among `ids` is none."""
        places = {theme: place for place, theme in enumerate(ids)}
        self.above = [places.get(parents.get(theme) or 0, NONE) for theme in ids]
        self.depth = [self._depth(place) for place in range(len(ids))]
        self._deepest_first = sorted(range(len(ids)), key=lambda place: -self.depth[place])

    def settle(self, chances: Scores, decided: Known) -> NDArray[np.int64]:
        """Bring probabilities (n, k) in line with `decided` (1 accepted, 0 rejected, -1 open), in place.

        A talk about a part is about the whole, so a parent is at least as probable as any of its children; and what is
        not about the whole is about none of its parts, where a person said so. Returns for each talk and theme the
        place of the theme below that raised it, NONE where none did.
        """
        chances[self.silenced(decided)] = 0.0
        raised = np.full(chances.shape, NONE, dtype=np.int64)
        for place in self._deepest_first:
            above = self.above[place]
            if above == NONE:
                continue
            below = np.where(decided[:, place] >= 0, decided[:, place], chances[:, place])
            higher = below > chances[:, above]
            chances[higher, above] = np.minimum(below[higher], ALMOST_CERTAIN)
            raised[higher, above] = place
        return raised

    def silenced(self, decided: Known) -> NDArray[np.bool_]:
        """(n, k): whether a person rejected a theme above this one."""
        found = np.zeros(decided.shape, dtype=np.bool_)
        for place in reversed(self._deepest_first):
            above = self.above[place]
            if above != NONE:
                found[:, place] = found[:, above] | (decided[:, above] == 0)
        return found

    def main(self, chances: Mapping[int, float], named: int | None) -> list[int]:
        """The main theme of those assigned, by place with their probability, and all assigned ones above it.

        Where no person named one it is the most probable, the deepest of equals. A talk mainly about a part is mainly
        about the whole, so counting main themes adds up on every level.
        """
        if named is None and chances:
            named = max(chances, key=lambda place: (chances[place], self.depth[place], -place))
        found = []
        while named is not None and named != NONE:
            if named in chances:
                found.append(named)
            named = self.above[named]
        return found

    def _depth(self, place: int) -> int:
        depth = 0
        while self.above[place] != NONE and depth <= len(self.above):
            depth, place = depth + 1, self.above[place]
        return depth
