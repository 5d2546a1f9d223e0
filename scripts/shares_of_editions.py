"""Labelled editions for `bench_shares.py`: their talks, labels, and a machine's probabilities made from other events.

A file is lines of {"id", "title", "abstract", "labels", "event"}, or a file of decisions
under `data/judgements/themes`. The machine is the one function `probabilities`.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from app.embeddings.protocol import Embedder

Numbers = NDArray[np.float64]
LEAST_SHARE = 0.03
LEAST_TALKS = 40
LEAST_EXAMPLES = 3


@dataclass(frozen=True)
class Labelled:
    """A file: events (n,), truth (n, labels) of 0 and 1, the machine's probabilities (n, labels) from other events."""

    name: str
    events: NDArray[np.str_]
    labels: list[str]
    truth: Numbers
    predicted: Numbers

    def editions(self) -> list[str]:
        """Events with enough talks to review a part of."""
        names, counts = np.unique(self.events, return_counts=True)
        return [str(name) for name, count in zip(names, counts, strict=True) if count >= LEAST_TALKS]


@dataclass(frozen=True)
class Cell:
    """One label at one edition: truth and probabilities (n,), and the same of all other editions of the file."""

    edition: str
    label: str
    truth: Numbers
    predicted: Numbers
    truth_elsewhere: Numbers
    predicted_elsewhere: Numbers


def cells(file: Labelled) -> Iterator[Cell]:
    """Each label with at least LEAST_SHARE of the talks of each edition."""
    held = np.isin(file.events, file.editions())
    for edition in file.editions():
        here = file.events == edition
        for column, label in enumerate(file.labels):
            truth = file.truth[here, column]
            if truth.mean() >= LEAST_SHARE:
                other = held & ~here
                yield Cell(
                    edition, label, truth, file.predicted[here, column],
                    file.truth[other, column], file.predicted[other, column],
                )  # fmt: skip


def read(path: Path, embedder: Embedder, cache: Path | None) -> Labelled:
    """A file with vectors and probabilities; those are kept in `cache`, if given, under what they were made of."""
    rows = _reading(path) if path.suffix == ".yaml" else _lines(path)
    labels = sorted({label for row in rows for label in row["labels"]})
    events = np.array([row["event"] for row in rows])
    truth = np.array([[label in row["labels"] for label in labels] for row in rows], dtype=float)
    kept = None
    if cache is not None:
        made_of = path.read_bytes() + embedder.recipe.encode() + inspect.getsource(probabilities).encode()
        name = hashlib.sha256(made_of).hexdigest()[:16]
        kept = cache / f"shares-{name}.npy"
    if kept is not None and kept.exists():
        predicted = np.load(kept)
    else:
        vectors = embedder.encode([f"{row['title']}. {row.get('abstract') or ''}" for row in rows])
        predicted = probabilities(np.asarray(vectors, dtype=float), truth, events)
        if kept is not None:
            np.save(kept, predicted)
    return Labelled(path.stem, events, labels, truth, predicted)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _reading(path: Path) -> list[dict[str, Any]]:
    """The talks of a file of decisions, with the words of the programme that lies beside its folder."""
    decided = yaml.safe_load(path.read_text(encoding="utf-8"))
    programme = path.parents[2] / "programmes" / f"{decided['edition']}.yaml"
    talks = {talk["id"]: talk for talk in yaml.safe_load(programme.read_text(encoding="utf-8"))["talks"]}
    return [
        {
            "title": talks[one["talk"]]["title"],
            "abstract": talks[one["talk"]].get("abstract") or talks[one["talk"]].get("summary"),
            "labels": one["themes"],
            "event": decided["edition"],
        }
        for one in decided["talks"]
    ]


def probabilities(vectors: Numbers, truth: Numbers, events: NDArray[np.str_]) -> Numbers:
    """(n, labels) probabilities of each talk from a model that saw no talk of its event: logistic regression.

    Where a file has one event alone, the two halves of it predict each other. A label with too few examples has none.
    """
    from sklearn.linear_model import LogisticRegression

    groups = events if len(set(events)) > 1 else np.array([str(row % 2) for row in range(len(events))])
    names, counts = np.unique(groups, return_counts=True)
    found = np.zeros_like(truth)
    for name in names[counts >= (LEAST_TALKS if groups is events else 1)]:
        here = groups == name
        if truth.sum(axis=1).max() == 1 and truth.sum(axis=1).min() == 1:
            model = LogisticRegression(C=10, max_iter=100, tol=1e-3).fit(vectors[~here], truth[~here].argmax(axis=1))
            found[np.ix_(here, model.classes_)] = model.predict_proba(vectors[here])
            continue
        for column in np.flatnonzero(truth[~here].sum(axis=0) >= LEAST_EXAMPLES):
            model = LogisticRegression(C=10, max_iter=100, tol=1e-3).fit(vectors[~here], truth[~here, column])
            found[here, column] = model.predict_proba(vectors[here])[:, 1]
    return found
