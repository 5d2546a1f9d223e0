"""Ways of giving labels to talks that `bench_themes.py` sets beside Hallway: simple ones here, peers by their worker.

Every way gives scores (n, k) and reads the same texts and vectors. How scores become labels is `given`.
"""

from __future__ import annotations

import hashlib
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

SETFIT = "SetFit"


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
    """The worker in the environment of the peers; what failed once is not asked again.

    Questions to SetFit may be answered elsewhere, by `theme_peers.py` where there is a processor for it: `elsewhere` is
    a folder with its `answers.jsonl`; those that are not in there are put into `questions.jsonl`.
    """

    def __init__(self, python: Path | None, model: Path, iterations: int, elsewhere: Path | None) -> None:
        self._model, self._iterations = str(model), iterations
        self.failed: dict[str, str] = {}
        self._kept: dict[str, Scores] = {}
        self._questions: Path | None = None
        self._worker: subprocess.Popen[str] | None = None
        if elsewhere:
            elsewhere.mkdir(parents=True, exist_ok=True)
            self._questions = elsewhere / "questions.jsonl"
            self._questions.write_text("", encoding="utf-8")
            self._take(elsewhere / "answers.jsonl")
        if python:
            self._worker = subprocess.Popen(
                [str(python), str(CHECKOUT / "scripts" / "theme_peers.py")],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            )  # fmt: skip

    def ask(self, way: str, asked: Question) -> Scores | None:
        """Scores by a peer; None where it failed, with why in `failed`, or where it is to be answered elsewhere."""
        request: dict[str, Any] = {"way": way, "labels": asked.named.names, "texts": asked.read}
        if way == SETFIT:
            known = asked.known.tolist()
            request |= {"iterations": self._iterations, "examples": asked.taught_read, "known": known}
        else:
            vectors, of_labels = asked.texts.vectors.tolist(), asked.named.vectors.tolist()
            request |= {"vectors": vectors, "vectors_of_labels": of_labels}
        # Draws of all there is are the same each time.
        key = hashlib.sha256(json.dumps(request).encode()).hexdigest()[:16]
        if key not in self._kept and way not in self.failed:
            line = json.dumps({"key": key, "model": self._model, **request}) + "\n"
            if way == SETFIT and self._questions:
                with self._questions.open("a", encoding="utf-8") as file:
                    file.write(line)
            elif self._worker:
                self._keep(way, self._answer(line))
        return self._kept.get(key)

    def close(self) -> None:
        """End the worker."""
        if self._worker:
            self._worker.communicate()

    def _take(self, answers: Path) -> None:
        for line in answers.read_text(encoding="utf-8").splitlines() if answers.exists() else ():
            self._keep(SETFIT, json.loads(line))

    def _keep(self, way: str, answer: dict[str, Any]) -> None:
        if "error" in answer:
            self.failed[way] = answer["error"]
        else:
            self._kept[answer["key"]] = np.array(answer["scores"], dtype=np.float64)

    def _answer(self, question: str) -> dict[str, Any]:
        worker = self._worker
        assert worker is not None
        assert worker.stdin is not None
        assert worker.stdout is not None
        line = ""
        if worker.poll() is None:
            worker.stdin.write(question)
            worker.stdin.flush()
            line = worker.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "the worker ended"}
        return answer


def stacked(found: Sequence[Score]) -> tuple[Score, float]:
    """Means over draws, and the standard deviation of macro-F1 among them."""
    values = np.array(found)
    return Score(*values.mean(axis=0).tolist()), float(values[:, 0].std(ddof=1)) if len(values) > 1 else 0.0
