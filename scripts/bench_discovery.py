"""Ways of finding themes, on talks that people labelled: `python scripts/bench_discovery.py FILE.jsonl...`

Of the clusters of each: how many, the share of talks in one, how far these agree with people's first labels (adjusted
Rand index, normalised mutual information; of the talks in a cluster alone, so read it beside their share), and how far
the whole of the method gives the same clusters on halves of the talks (mean largest Jaccard index). Half of the talks
support fewer and other clusters, so a method that leaves most talks out does worst by this.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from app.embeddings.choose import open_embedder
from app.settings import get_settings
from app.themes.clusters import LEAST, Matrix, Places, divisions, jaccard, principal
from app.themes.consensus import agreed_clusters
from app.themes.evaluation import read_texts
from app.themes.labelled import read_labelled

HALVES = 5
OTHER_SEED = 1_000
Method = Callable[[Matrix], Places]
"""The cluster of each row, -1 for none."""


def hallway(vectors: Matrix) -> Places:
    """What `hallway themes discover` takes."""
    labels = np.full(len(vectors), -1)
    for number, cluster in enumerate(agreed_clusters(vectors)):
        labels[cluster.members] = number
    return labels


def methods(labels: int) -> dict[str, Method]:
    """By name; those that are told how many clusters there are get the number of labels."""
    return {
        "Hallway": hallway,
        "Ward, finest cut": lambda rows: divisions(principal(rows, 50))[-1],
        f"k-means, k = {labels}": lambda rows: KMeans(labels, n_init=3, random_state=0).fit_predict(rows),
        f"k-means, k = {labels}, 50 directions": lambda rows: KMeans(labels, n_init=3, random_state=0).fit_predict(
            principal(rows, 50)
        ),
        "HDBSCAN, 20 directions": lambda rows: HDBSCAN(LEAST, copy=True).fit_predict(principal(rows, 20)),
    }


def found_again(method: Method, vectors: Matrix, labels: Places) -> float:
    """Mean over clusters and halves of the largest Jaccard index with a cluster of that half."""
    each: list[float] = []
    for number in range(HALVES):
        drawn = np.random.default_rng(OTHER_SEED + number).choice(len(vectors), len(vectors) // 2, replace=False)
        again = method(vectors[drawn])
        # One is added so that rows in no cluster are a column, which is then left out.
        own = labels[drawn] + 1
        likeness = jaccard(own, again + 1, int(labels.max()) + 2)[1:, 1:]
        each.append(float(likeness.max(axis=1).mean()) if likeness.size else 0.0)
    return float(np.mean(each))


def main() -> None:
    """Measure and print."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    embedder = open_embedder(get_settings())
    print("clusters  talks in one    ARI    NMI  again  seconds")
    for file in map(Path, sys.argv[1:]):
        talks = [talk for talk in read_labelled(file) if talk.labels]
        truth = [talk.labels[0] for talk in talks]
        vectors = read_texts(talks, embedder).vectors
        print(f"{file.name}: {len(talks):,} talks, {len(set(truth))} labels")
        for name, method in methods(len(set(truth))).items():
            began = time.monotonic()
            labels = method(vectors)
            seconds = time.monotonic() - began
            placed = np.flatnonzero(labels >= 0)
            said, own = [truth[place] for place in placed], labels[placed]
            again = found_again(method, vectors, labels) if len(placed) else 0.0
            print(
                f"{int(labels.max()) + 1:8}{len(placed) / len(talks):14.2f}{adjusted_rand_score(said, own):7.3f}"
                f"{normalized_mutual_info_score(said, own):7.3f}{again:7.2f}{seconds:9.1f}  {name}"
            )


if __name__ == "__main__":
    main()
