"""Ways of putting words and meaning together, side by side on judged collections, over the same passages and vectors.

    python scripts/bench_fusion.py [--bases FOLDER] [--shipped] [COLLECTION...]

A collection is a folder in the layout of BEIR; `--shipped` adds the shipped judgements on the shipped talks. `--bases`
keeps the indexed bases for the next run. Queries are taken as they are, without mending slips. Each line is a way
of ranking: nDCG@10 on each collection with its 95 % interval, and by how much it differs from what the site does,
paired by query; the ways marked (site) are parts of that. `learned` is a logistic regression over the same evidence,
trained on the other collections only.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.search.closeup import TEXTS, TextWeights
from app.search.evidence import FIRST
from app.search.fusion import DEPTH, FEEDBACK_WEIGHT, PLUS, SEMANTIC_WEIGHT, of_best, weighted
from app.search.judgements import read_collection
from app.search.relevance import interval
from scripts.fusion_cases import Case, Scores, cases_of, cases_of_shipped, first_two
from scripts.fusion_evidence import held, in_pairs, in_titles

SITE = "site: shares, cosines and feedback"
RANK_CONSTANT = 60
MORE_TEXTS = ((0.0, 0.0), (0.0, 0.5), (0.2, 0.3), (0.25, 0.25), (0.33, 0.33), (0.2, 0.6), (0.0, 1.0))


def each(way: Callable[[np.ndarray], np.ndarray], scores: Scores) -> dict[int, float]:
    """What `way` makes of scores, by document."""
    return dict(zip(scores, way(np.array(list(scores.values()), dtype=np.float64)).tolist(), strict=True))


def scaled(scores: NDArray[np.float64], depth: int = DEPTH, absent: float | None = None) -> NDArray[np.float64]:
    """Min-max over the best `depth`: the best becomes 1, the last of them and all below it 0.

    `absent` is what a document scores that is not in the list, where that is known: a list shorter than `depth` is
    then scaled from there, and its last is still better than what is not in it (the "theoretical minimum" of Bruch,
    Gai and Ingber 2023, An analysis of fusion functions for hybrid retrieval, arXiv:2210.11934).
    """
    if not len(scores):
        return scores
    best = scores.max()
    least = scores.min() if len(scores) <= depth else np.partition(scores, len(scores) - depth)[len(scores) - depth]
    if absent is not None and len(scores) < depth:
        least = min(least, absent)
    if best <= least:
        return np.ones(len(scores))
    shares: NDArray[np.float64] = np.maximum(0.0, (scores - least) / (best - least))
    return shares


def shares_of(scores: Scores) -> dict[int, float]:
    """Scores as shares of the best one."""
    return each(of_best, scores)


def together(words: Scores, meaning: Scores, weight: float = SEMANTIC_WEIGHT) -> dict[int, float]:
    """Both weighted, over the documents of either."""
    return {one: weighted(words.get(one, 0.0), meaning.get(one, 0.0), weight) for one in {**words, **meaning}}


def fuse_ranks(rankings: Sequence[Sequence[int]], constant: int = RANK_CONSTANT) -> dict[int, float]:
    """Reciprocal rank fusion: the sum of 1 / (constant + rank), ranks from 1.

    Cormack, Clarke and Büttcher 2009, Reciprocal rank fusion outperforms Condorcet and individual rank learning
    methods, SIGIR.
    """
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, document in enumerate(ranking, start=1):
            fused[document] = fused.get(document, 0.0) + 1 / (constant + rank)
    return fused


def with_feedback(fused: Scores, alike: Scores, weight: float = FEEDBACK_WEIGHT) -> dict[int, float]:
    """The fused scores with likeness to the first ones at this weight."""
    return {document: (1 - weight) * score + weight * alike.get(document, 0.0) for document, score in fused.items()}


def fed_back(
    first: int = FIRST, weight: float = FEEDBACK_WEIGHT, plus: float = PLUS, texts: TextWeights = TEXTS
) -> Callable[[Case], Scores]:
    """What the site does, with other constants: see `fusion` and `closeup`."""

    def way(case: Case) -> Scores:
        fused = together(case.shares(plus), case.near(texts))
        return with_feedback(fused, case.alike(fused, first, texts), weight)

    return way


def rank_fusion(case: Case) -> Scores:
    """Reciprocal ranks of both sides, best passages."""
    sides = (case.passage_words, case.passage_cosines)
    return fuse_ranks([sorted(side, key=lambda one: (-side[one], one))[:DEPTH] for side in sides])


def min_max(weight: float, whole: bool = False) -> Callable[[Case], Scores]:
    """Scores of both sides between their best and their 200th, of best passages or with whole talks."""

    def way(case: Case) -> Scores:
        words, meaning = (case.words, case.cosines) if whole else (case.passage_words, case.passage_cosines)
        return together(each(partial(scaled, absent=0.0), words), each(scaled, meaning), weight)

    return way


def z_scores(case: Case) -> Scores:
    """Scores of both sides as distances from their mean, in standard deviations."""

    def standard(scores: Scores) -> dict[int, float]:
        values = np.array(list(scores.values()) or [0.0])
        return {document: (score - values.mean()) / max(values.std(), 1e-9) for document, score in scores.items()}

    words, meaning = standard(case.words), standard(case.meaning)
    least = min(words.values(), default=0.0)
    return {document: words.get(document, least) + meaning.get(document, -9.0) for document in words | meaning}


def calibrated(case: Case) -> Scores:
    """Words weigh less in a query of which even the best passage holds little."""
    held = max(case.words.values(), default=0.0) / max(case.most_words, 1e-9)
    return together(case.shares(), case.meaning, 1 - 0.55 * math.sqrt(min(1.0, held)))


def shares(weight: float) -> Callable[[Case], Scores]:
    """BM25 as shares of the best and cosines as they are, without feedback."""
    return lambda case: together(case.shares(), case.meaning, weight)


def held_more_or_less(slope: float) -> Callable[[Case], Scores]:
    """The weight of meaning falls by this the more of the query the best passage holds, around that of the site."""

    def way(case: Case) -> Scores:
        held_best = min(1.0, max(case.words.values(), default=0.0) / max(case.most_words, 1e-9))
        fused = together(case.shares(), case.meaning, SEMANTIC_WEIGHT + slope * (0.5 - held_best))
        return with_feedback(fused, case.alike(fused, 2))

    return way


def fed_back_twice(case: Case) -> Scores:
    """Likeness to the first two of the ranking with feedback, in place of that to the first two without."""
    fused = together(case.shares(), case.meaning)
    return with_feedback(fused, case.alike(WAYS[SITE](case), 2))


def smoothed(nearest: int, weight: float, among: int = 50) -> Callable[[Case], Scores]:
    """The score of each of the first moves towards the mean of those it is nearest to (Diaz 2005, Regularizing ad hoc
    retrieval scores, CIKM)."""

    def way(case: Case) -> Scores:
        site = WAYS[SITE](case)
        first = [document for document in sorted(site, key=lambda one: (-site[one], one)) if document > 0][:among]
        if len(first) <= nearest:
            return site
        means = np.array([case.close.mean({document: 1.0}) for document in first])
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        alike = np.maximum(means @ means.T, 0.0)
        np.fill_diagonal(alike, 0.0)
        scores = np.array([site[document] for document in first])
        near = np.argsort(-alike, axis=1)[:, :nearest]
        weights = np.take_along_axis(alike, near, axis=1) ** 4
        of_near = (weights * scores[near]).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        return dict(zip(first, ((1 - weight) * scores + weight * of_near).tolist(), strict=True))

    return way


def beside(weight: float, evidence: Callable[[Case], Scores]) -> Callable[[Case], Scores]:
    """What the site does, and other evidence at this weight."""

    def way(case: Case) -> Scores:
        more = evidence(case)
        return {document: score + weight * more.get(document, 0.0) for document, score in WAYS[SITE](case).items()}

    return way


def words_in_titles(case: Case) -> Scores:
    """See `in_titles`."""
    return in_titles(case.terms, case.found)


def words_held(case: Case) -> Scores:
    """See `held`."""
    return held(case.terms, case.found)


def words_in_pairs(case: Case) -> Scores:
    """See `in_pairs`."""
    return in_pairs(case.asked, case.terms, case.found)


def alike_in_words(case: Case) -> Scores:
    """See `Wordings.like`; the first two are those of the feedback."""
    return case.wordings.like(first_two(together(case.shares(), case.meaning)), case.found)


WAYS: dict[str, Callable[[Case], Scores]] = {
    SITE: fed_back(),
    "without BM25+, of texts the best in equal parts": fed_back(plus=0.0, texts=TextWeights(0.0, 0.5)),
    **{f"BM25+ with {plus}": fed_back(plus=plus) for plus in (0.0, 0.5, 2.0)},
    **{f"first text {texts[0]}, best texts {texts[1]}": fed_back(texts=TextWeights(*texts)) for texts in MORE_TEXTS},
    "words alone: best passage": lambda case: case.passage_words,
    "words alone: and whole talk (site)": lambda case: case.words,
    "meaning alone: best passage": lambda case: case.passage_cosines,
    "meaning alone: and its texts (site)": lambda case: case.cosines,
    "reciprocal ranks (60)": rank_fusion,
    **{f"min-max, best passages, meaning {weight}": min_max(weight) for weight in (0.4, 0.5, 0.6, 0.7)},
    "min-max, whole talks, meaning 0.6": min_max(0.6, whole=True),
    "standard scores": z_scores,
    **{f"shares and cosines, meaning {weight}": shares(weight) for weight in (0.5, 0.6, 0.65, 0.7, 0.75)},
    "shares and cosines, calibrated by query": calibrated,
    **{f"feedback of the first {first} at {FEEDBACK_WEIGHT}": fed_back(first) for first in (1, 3, 5)},
    **{f"feedback of the first 2 at {weight}": fed_back(weight=weight) for weight in (0.1, 0.35)},
    "feedback twice": fed_back_twice,
    **{f"weight of meaning by what is held, {slope:+}": held_more_or_less(slope) for slope in (-0.2, 0.2, 0.4)},
    **{f"and words in the title at {weight}": beside(weight, words_in_titles) for weight in (0.02, 0.05, 0.1)},
    **{f"and words held at {weight}": beside(weight, words_held) for weight in (0.05, 0.1)},
    **{f"and pairs of words at {weight}": beside(weight, words_in_pairs) for weight in (0.02, 0.05)},
    **{f"and likeness in words at {weight}": beside(weight, alike_in_words) for weight in (0.05, 0.1, 0.15)},
    **{f"smoothed over the nearest 3 at {weight}": smoothed(3, weight) for weight in (0.2, 0.3)},
}


def main() -> None:
    """Index what is not, and print the table."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("--bases", type=Path)
    reader.add_argument("--shipped", action="store_true")
    reader.add_argument("collections", nargs="*", type=Path)
    given = reader.parse_args()
    if not given.shipped and not given.collections:
        reader.error("name a collection, or --shipped")
    with tempfile.TemporaryDirectory(prefix="hallway-") as scratch:
        bases = given.bases or Path(scratch)
        cases = {"shipped": cases_of_shipped(bases)} if given.shipped else {}
        cases |= {folder.name: cases_of(read_collection(folder), bases) for folder in given.collections}
    print("nDCG@10 with its 95 % interval, and the difference to the site with its interval (* beyond it)")
    site = {name: [case.ndcg(WAYS[SITE](case)) for case in of_set] for name, of_set in cases.items()}
    print(f"{'':<44}" + "".join(f"{f'{name} ({len(cases[name])})':>42}" for name in cases))
    for label, way in WAYS.items():
        say(label, {name: [case.ndcg(way(case)) for case in of_set] for name, of_set in cases.items()}, site)
    if len(cases) > 1:
        say("learned on the other collections", learned(cases), site)


def say(label: str, values: Mapping[str, Sequence[float]], site: Mapping[str, Sequence[float]]) -> None:
    """One line of the table."""
    cells = []
    for name, own in values.items():
        low, high = interval(own)
        cell = f"{np.mean(own):.4f} ({low:.3f}-{high:.3f})"
        if label != SITE:
            apart = (np.array(own) - np.array(site[name])).tolist()
            least, most = interval(apart)
            cell += f" {np.mean(apart):+.4f} ({least:+.3f} {most:+.3f}){' ' if least <= 0 <= most else '*'}"
        cells.append(f"{cell:>42}" if label != SITE else f"{cell:<22}{'':20}")
    print(f"{label:<44}" + " ".join(cells), flush=True)


def learned(cases: Mapping[str, Sequence[Case]]) -> dict[str, list[float]]:
    """nDCG@10 of each collection by a regression trained on the others; prints its coefficients."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    columns = {name: [features(case) for case in of_set] for name, of_set in cases.items()}
    found = {}
    for name in cases:
        others = [
            (rows, [case.grades.get(case.names.get(document, ""), 0) > 0 for document in documents])
            for other in cases if other != name
            for case, (documents, rows) in zip(cases[other], columns[other], strict=True)
        ]  # fmt: skip
        scaler = StandardScaler().fit(np.concatenate([rows for rows, _ in others]))
        model = LogisticRegression(class_weight="balanced", max_iter=1_000)
        model.fit(
            scaler.transform(np.concatenate([rows for rows, _ in others])), np.concatenate([y for _, y in others])
        )
        print(
            f"  learned without {name}: "
            + ", ".join(f"{f} {c:+.2f}" for f, c in zip(FEATURES, model.coef_[0], strict=True))
        )
        found[name] = [
            case.ndcg(dict(zip(documents, model.decision_function(scaler.transform(rows)).tolist(), strict=True)))
            for case, (documents, rows) in zip(cases[name], columns[name], strict=True)
        ]
    return found


FEATURES = (
    "words",
    "words of all possible",
    "best words",
    "meaning",
    "best cosine",
    "alike 2",
    "alike 5",
    "min-max",
    "in titles",
    "held",
    "in pairs",
    "like in words",
)


def features(case: Case) -> tuple[list[int], np.ndarray]:
    """The documents found and one row of evidence for each."""
    words = case.shares()
    fused = together(words, case.meaning)
    mixed = min_max(0.6)(case)
    columns = [
        words, {document: score / max(case.most_words, 1e-9) for document, score in case.words.items()},
        shares_of(case.passage_words), case.meaning, case.passage_cosines, case.alike(fused, 2), case.alike(fused, 5),
        mixed, words_in_titles(case), words_held(case), words_in_pairs(case), alike_in_words(case),
    ]  # fmt: skip
    documents = sorted(fused)
    return documents, np.array([[column.get(document, 0.0) for column in columns] for document in documents])


if __name__ == "__main__":
    main()
