"""One line, where the site draws many at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.trends.change.slope import Slope, slopes


def slope(points: Sequence[tuple[float, float, float]]) -> Slope | None:
    """The trend through (year, share 0..1, talks it is worth)."""
    years, shares, sizes = np.array(points, dtype=np.float64).reshape(-1, 3).T
    return slopes(years, shares[np.newaxis], sizes[np.newaxis])[0]
