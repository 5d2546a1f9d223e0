"""Clusters of vectors, and how surely each is found again. Arithmetic only; the same in gives the same out.

Ward's method (Ward 1963, Hierarchical grouping to optimize an objective function, JASA 58) over the principal
directions gives a tree of clusters, from few large ones to many small ones, and has no beginnings to draw by chance.

The stability of a cluster is the mean, over resamples, of the largest Jaccard index with any cluster of about as fine
a division there (Hennig 2007, Cluster-wise assessment of cluster stability, Computational Statistics and Data Analysis
52). Of the tree those clusters are taken that give the most of them that are STABLE; so their number is a finding.
On FOSDEM's talks until 2022 (61 devrooms) it puts 27 % of the talks in 29 clusters, whose adjusted Rand index with the
devrooms is .78; k-means puts all talks in 61, at .35, and HDBSCAN 14 % in 15, at .53. On 166 talks of Devoxx HDBSCAN is
ahead, .51 to .47. `scripts/bench_discovery.py` measures this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Places = NDArray[np.intp]
Numbers = NDArray[np.float64]

DIRECTIONS = 50
STABLE = 0.6
"""Hennig: a cluster below .6 should not be trusted."""
LEAST = 8
"""Talks that make a cluster."""
LARGEST = 1 / 3
"""What holds more of all talks than this is no theme among others."""
RESAMPLES = 20
MOST = 6_000
"""Rows a tree is made of; the others join the cluster that they are near enough to; see `consensus`."""
NEAR_ENOUGH = 0.1
"""Nearer than this share of the members that made the cluster."""
COUNTS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)
NEIGHBOURS = 2
"""Divisions so many steps of COUNTS away are about as fine."""


class Cluster(NamedTuple):
    """Members as places in the vectors, in order, and the stability, 0..1."""

    members: Places
    stability: float


def find_clusters(
    vectors: Matrix, progress: Callable[[int, int], None] = lambda *_: None, resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[Cluster]:  # fmt: skip
    """Clusters among the rows of `vectors` (n, d) that most resamples find again, the largest first.

    No row is in two of them, most rows are in none.
    """
    if len(vectors) < 2 * LEAST:
        return []
    rows = principal(vectors, DIRECTIONS)
    some = _drawn(len(rows), MOST, seed)
    levels = divisions(rows[some])
    stability = stabilities(rows[some], levels, resamples, seed, progress)
    chosen = take(levels, stability)
    members = _joined(rows, [some[levels[level] == place] for level, place in chosen], some)
    found = [Cluster(own, float(stability[level][place])) for own, (level, place) in zip(members, chosen, strict=True)]
    return sorted(found, key=lambda cluster: (-len(cluster.members), cluster.members[0]))


def divisions(rows: Matrix) -> list[Places]:
    """The tree cut into ever more clusters: for each of COUNTS, the cluster of each row (n,). Each divides the last."""
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(rows.astype(np.float64), "ward")
    counts = [count for count in COUNTS if count == COUNTS[0] or count <= len(rows) // LEAST]
    return [fcluster(tree, count, "maxclust") - 1 for count in counts]


def stabilities(
    rows: Matrix, levels: list[Places], resamples: int, seed: int, progress: Callable[[int, int], None]
) -> list[Numbers]:
    """Of each cluster of each division, 0..1. Resamples are halves of the rows without putting back."""
    found = [np.zeros(level.max() + 1) for level in levels]
    for number in range(resamples):
        drawn = _drawn(len(rows), len(rows) // 2, seed + number + 1)
        again = divisions(rows[drawn])
        for place, level in enumerate(levels):
            # A half has too few rows for the finest divisions; its own finest stands in.
            last = min(place, len(again) - 1)
            near = again[max(0, last - NEIGHBOURS) : last + NEIGHBOURS + 1]
            best = [jaccard(level[drawn], other, len(found[place])).max(axis=1) for other in near]
            found[place] += np.max(best, axis=0) / resamples
        progress(number + 1, resamples)
    return found


def jaccard(one: Places, other: Places, count: int) -> Numbers:
    """(count, m): of each cluster of `one` with each of the m of `other`, shared members over all members."""
    width = int(other.max()) + 1
    shared = np.bincount(one * width + other, minlength=count * width).reshape(count, width).astype(np.float64)
    either = shared.sum(axis=1)[:, np.newaxis] + shared.sum(axis=0)[np.newaxis] - shared
    found: Numbers = shared / np.maximum(either, 1)
    return found


def take(levels: list[Places], stability: list[Numbers]) -> list[tuple[int, int]]:
    """Of the tree the most stable clusters that do not overlap, as (division, cluster).

    One that holds several is given up for them; of one and the only one in it, the more stable is taken.
    """
    best: dict[int, list[tuple[int, int]]] = {}
    for level in range(len(levels) - 1, -1, -1):
        below, best = best, {}
        sizes = np.bincount(levels[level])
        for place in range(len(sizes)):
            inside = levels[level] == place
            parts = np.unique(levels[level + 1][inside]).tolist() if level + 1 < len(levels) else []
            within = [one for part in parts for one in below[part]]
            sure = stability[level][place]
            is_one = sure >= STABLE and LEAST <= sizes[place] <= LARGEST * len(levels[level])
            is_better = not within or (len(within) == 1 and sure >= stability[within[0][0]][within[0][1]])
            best[place] = [(level, place)] if is_one and is_better else within
    return [one for place in sorted(best) for one in best[place]]


def principal(vectors: Matrix, directions: int) -> Matrix:
    """Rows of length 1 in the directions in which `vectors` differ most: principal components without scaling."""
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    return unit(centred @ axes[:, ::-1][:, :directions].astype(np.float32))


def unit(rows: Matrix) -> Matrix:
    """Rows of length 1; rows of nothing stay so."""
    found: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)
    return found


def coherence(vectors: Matrix) -> float:
    """Mean cosine of each two rows of length 1; 1 for a single row."""
    if len(vectors) < 2:
        return 1.0
    total = vectors.astype(np.float64).sum(axis=0)
    return float((total @ total - len(vectors)) / (len(vectors) * (len(vectors) - 1)))


def _joined(rows: Matrix, members: list[Places], read: Places) -> list[Places]:
    """The members of each cluster with the rows that were not read for the tree and are near enough to its centre."""
    others = np.setdiff1d(np.arange(len(rows)), read)
    if not len(others) or not members:
        return members
    centres = unit(np.stack([rows[own].mean(axis=0) for own in members]))
    least = np.array(
        [np.quantile(rows[own] @ centre, NEAR_ENOUGH) for own, centre in zip(members, centres, strict=True)]
    )
    cosines = rows[others] @ centres.T
    nearest = cosines.argmax(axis=1)
    joins = cosines.max(axis=1) >= least[nearest]
    return [np.union1d(own, others[joins & (nearest == place)]) for place, own in enumerate(members)]


def _drawn(rows: int, most: int, seed: int) -> Places:
    """So many places of `rows`, in order; all where there are no more."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
