"""Shares of themes among talks whose themes a machine gave, with intervals for its errors. Arithmetic only.

Nobody reviewed any of these talks, so this is the weakest of the ways to estimate a share; `trends` says which is used.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.themes.learning import Scores

DRIFT = 0.42
"""By how much of itself a share is off, in standard deviations, where a theme is talked about differently at an event
than where it was learned. Found on devrooms of FOSDEM 2019-2022, tracks of Devoxx 2011 and tags of pyvideo."""
FLOOR = 0.6
"""Talks squared: what is added to a variance, so that a few talks that are surely none do not make a share sure."""
Z = 1.959964


class Shares(NamedTuple):
    """Share of each theme (k,), 0..1, with the ends of its 95 % interval."""

    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def estimated_shares(chances: Scores, given: NDArray[np.bool_], drift: float = DRIFT) -> Shares:
    """Shares among talks of these probabilities (n, k), of which `given` were assigned.

    The estimate lies between two: the sum of probabilities (Bella et al. 2010, Quantification via probability
    estimators, ICDM), which is too flat, and the count of what was assigned, which is too peaked. The variance is that
    of independent talks, p (1 - p), and `drift`.
    """
    talks = max(1, len(chances))
    share = (chances.sum(axis=0) + given.sum(axis=0)) / (2 * talks)
    variance = (chances * (1 - chances)).sum(axis=0) / talks**2 + (drift * share) ** 2 + FLOOR / talks**2
    half = Z * np.sqrt(variance)
    return Shares(share, np.clip(share - half, 0, 1), np.clip(share + half, 0, 1))
