"""Clusters that several draws agree on, where a tree cannot be made of all talks.

A cluster of one draw of some thousands of 25,000 talks is often not one of the next. So the search is made on several
draws; what most of them find, each time with other talks, is a cluster, and its members are the talks that most of
those draws put in it (Strehl and Ghosh, Cluster ensembles, J. Mach. Learn. Res. 3, 2002, 583-617, by the meta-clusters
of their third way).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from app.themes.clusters import LEAST, MOST, RESAMPLES, Cluster, Matrix, find_clusters

DRAWS, MAJORITY = 5, 3
SAME = 0.5
"""Jaccard index from which clusters of two draws are one."""
APART = 0.3
"""More talks than this part of the smaller in common, and the cluster fewer draws found gives way.

Of 25,095 talks two such searches with draws of their own gave 22 and 26 clusters, of which 19 are in both with a
Jaccard index of .6 or more; two single draws gave 35 and 33, of which 18 are. They hold about as many talks.
"""


def agreed_clusters(
    vectors: Matrix, progress: Callable[[int, int], None] = lambda *_: None, seed: int = 0
) -> list[Cluster]:
    """As `find_clusters`; where that would draw from the rows of `vectors` (n, d), what most of DRAWS draws find.

    The stability of a cluster is the mean of those it had in the draws that found it.
    """
    if len(vectors) <= MOST:
        return find_clusters(vectors, progress, seed=seed)
    whole = DRAWS * RESAMPLES
    draws = []
    for number in range(DRAWS):
        before = number * RESAMPLES

        def told(done: int, _: int, before: int = before) -> None:
            progress(before + done, whole)

        draws.append(find_clusters(vectors, told, seed=seed + number))
    return agreed(draws)


def agreed(draws: Sequence[Sequence[Cluster]]) -> list[Cluster]:
    """The clusters that MAJORITY of the draws found, the largest first; no row is in two."""
    found = []
    for number, clusters in enumerate(draws):
        for cluster in clusters:
            others = [draw for place, draw in enumerate(draws) if place != number]
            same = [cluster, *(one for draw in others if (one := _same(cluster, draw)))]
            if len(same) >= MAJORITY:
                found.append((len(same), _core(same)))
    # Those that most draws found first; each is found once for each of these.
    found.sort(key=lambda one: (-one[0], -len(one[1].members), one[1].members.tolist()))
    taken: list[Cluster] = []
    for _, cluster in found:
        common = [np.intersect1d(cluster.members, one.members) for one in taken]
        least = [min(len(cluster.members), len(one.members)) for one in taken]
        if any(len(rows) > APART * size for rows, size in zip(common, least, strict=True)):
            continue
        own = np.setdiff1d(cluster.members, np.concatenate(common)) if common else cluster.members
        if len(own) >= LEAST:
            taken.append(Cluster(own, cluster.stability))
    return sorted(taken, key=lambda cluster: (-len(cluster.members), cluster.members[0]))


def _same(cluster: Cluster, draw: Sequence[Cluster]) -> Cluster | None:
    """The cluster of another draw that is this one."""
    alike = [(len(common) / (len(cluster.members) + len(one.members) - len(common)), one)
             for one in draw if len(common := np.intersect1d(cluster.members, one.members))]  # fmt: skip
    best = max(alike, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= SAME else None


def _core(same: Sequence[Cluster]) -> Cluster:
    """The rows that more than half of these clusters hold."""
    held = Counter(row for one in same for row in one.members.tolist())
    rows = sorted(row for row, times in held.items() if 2 * times > len(same))
    return Cluster(np.array(rows, dtype=np.intp), float(np.mean([one.stability for one in same])))
