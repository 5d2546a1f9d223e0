"""Ways of giving labels to talks that `bench_themes.py` sets beside Hallway: simple ones here, peers by their worker.

Every way gives scores (n, k) and reads the same texts and vectors. How scores become labels is `given`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.settings import CHECKOUT
from app.themes.evaluation import ThemeWords
from app.themes.learning import Named, Scores, Texts, matches
from app.themes.linear import Known
from app.themes.probability import USUAL_THEMES


@dataclass(frozen=True)
class Question:
    """Talks to tell apart, themes by their words, and what was taught; `known` (m, k) is complete."""

    read: list[str]
    texts: Texts
    themes: list[ThemeWords]
    named: Named
    truth: Known
    taught_read: list[str]
    taught: Texts
    known: Known

    @property
    def one_each(self) -> bool:
        """Whether every talk has exactly one label, as `evaluation.evaluate` decides."""
        return bool((self.truth.sum(axis=1) == 1).all() and (self.known.sum(axis=1) == 1).all())

    @property
    def each(self) -> float:
        """Labels of a talk on average, as far as the taught talks tell."""
        return float(self.known.sum(axis=1).mean()) if len(self.known) else USUAL_THEMES


class Score(NamedTuple):
    """All from 0 to 1."""

    macro: float
    micro: float
    top1: float


def keywords(asked: Question) -> Scores:
    """Words of a label and cues found in a talk, rare ones counting more; examples teach it nothing."""
    return matches(asked.texts, asked.named, asked.texts)


def cosine(asked: Question) -> Scores:
    """Cosine of talk and label; examples teach it nothing."""
    return (asked.texts.vectors @ asked.named.vectors.T).astype(np.float64)


def regression(asked: Question) -> Scores:
    """Logistic regression over vectors of the examples as scikit-learn has it (C = 1): of all labels, or of each."""
    from sklearn.linear_model import LogisticRegression

    known, asked_of = asked.known, asked.texts.vectors
    found = np.zeros((len(asked_of), known.shape[1]))
    if asked.one_each:
        model = LogisticRegression(max_iter=300, tol=1e-3, class_weight="balanced")
        model.fit(asked.taught.vectors, known.argmax(axis=1))
        found[:, model.classes_] = model.predict_proba(asked_of)
        return found
    for label in range(known.shape[1]):
        if 0 < known[:, label].sum() < len(known):
            model = LogisticRegression(max_iter=300, tol=1e-3, class_weight="balanced")
            found[:, label] = model.fit(asked.taught.vectors, known[:, label]).predict_proba(asked_of)[:, 1]
    return found


def given(found: Scores, asked: Question) -> Score:
    """The score of a way. A talk without any evidence is given nothing.

    Where talks have several labels a way is given the better, by macro-F1 on the answers, of two rules: the leading
    label alone, or as many of the highest scores as make talks have labels as often as those that were taught. Hallway
    has no such choice.
    """
    leading = np.zeros(found.shape, dtype=np.bool_)
    leading[np.arange(len(found)), found.argmax(axis=1)] = True
    tries = [leading & (found != 0)]
    if not asked.one_each:
        most = min(found.size, round(asked.each * len(found)))
        tries.append((found >= np.partition(found.ravel(), -most)[-most]) & (found != 0))
    return max((score(one, found, asked.truth) for one in tries), key=lambda one: one.macro)


def score(given: NDArray[np.bool_], found: Scores, truth: Known) -> Score:
    """Macro-F1 over the labels that talks have, micro-F1, and how often the highest score is right."""
    right = (given & (truth > 0)).sum(axis=0)
    said, there = given.sum(axis=0), truth.sum(axis=0, dtype=np.int64)
    each = (2 * right / np.maximum(said + there, 1))[there > 0]
    labelled = truth.any(axis=1)
    leads = truth[np.arange(len(truth)), found.argmax(axis=1)][labelled] > 0
    # Where nothing was found at all, nothing leads.
    leads &= (found != 0).any(axis=1)[labelled]
    return Score(float(each.mean()), float(2 * right.sum() / max(1, said.sum() + there.sum())), float(leads.mean()))


class Peers:
    """The worker in the environment of the peers; what failed once is not asked again."""

    def __init__(self, python: Path, model: Path, steps: int) -> None:
        self._model, self._steps = str(model), steps
        self.failed: dict[str, str] = {}
        self._kept: dict[tuple[str, ...], Scores] = {}
        self._worker = subprocess.Popen(
            [str(python), str(CHECKOUT / "scripts" / "theme_peers.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )  # fmt: skip

    def ask(self, way: str, asked: Question) -> Scores | None:
        """Scores by a peer, None where it failed; why is in `failed`."""
        same = (way, *asked.read, "", *asked.taught_read)  # draws of all there is are the same each time
        if way in self.failed or same in self._kept:
            return self._kept.get(same)
        request: dict[str, Any] = {
            "way": way, "model": self._model, "labels": asked.named.names, "texts": asked.read, "steps": self._steps,
            "vectors": asked.texts.vectors.tolist(), "vectors_of_labels": asked.named.vectors.tolist(),
            "examples": asked.taught_read, "known": asked.known.tolist(),
        }  # fmt: skip
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        line = ""
        if self._worker.poll() is None:
            self._worker.stdin.write(json.dumps(request) + "\n")
            self._worker.stdin.flush()
            line = self._worker.stdout.readline()
        answer = json.loads(line) if line else {"error": "the worker ended"}
        if "error" in answer:
            self.failed[way] = answer["error"]
            return None
        self._kept[same] = np.array(answer["scores"], dtype=np.float64)
        return self._kept[same]

    def close(self) -> None:
        """End the worker."""
        self._worker.communicate()


def stacked(found: Sequence[Score]) -> tuple[Score, float]:
    """Means over draws, and the standard deviation of macro-F1 among them."""
    values = np.array(found)
    return Score(*values.mean(axis=0).tolist()), float(values[:, 0].std(ddof=1)) if len(values) > 1 else 0.0
