"""Ways of putting words and meaning together, side by side on judged collections, over the same passages and vectors.

    python scripts/bench_fusion.py [--bases FOLDER] COLLECTION...

A collection is a folder in the layout of BEIR. `--bases` keeps the indexed bases for the next run. Each line is a way
of ranking: nDCG@10 on each collection with its 95 % interval, and by how much it differs from what the site does,
paired by query; the ways marked (site) are parts of that. `learned` is a logistic regression over the same evidence,
trained on the other collections only.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlmodel import col

from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.catalog.filters import TalkFilter
from app.db.engine import reading, writing
from app.embeddings.store import embed_missing
from app.models import Talk
from app.search.entries import Known
from app.search.evaluation import load
from app.search.evidence import Closeup, by_words, first_of
from app.search.freshness import read_marks
from app.search.fusion import DEPTH, FEEDBACK_WEIGHT, SEMANTIC_WEIGHT, of_best, scaled, weighted
from app.search.judgements import Collection, read_collection
from app.search.lexical.words import K1
from app.search.passages import refresh_passages
from app.search.query import read_query
from app.search.ranking import best_of_each
from app.search.relevance import Grades, interval, ndcg
from app.search.retrieval import MOST_PASSAGES
from app.search.shelf import Shelf
from app.settings import get_settings

Scores = Mapping[int, float]
SITE = "site: shares, cosines and feedback"
RANK_CONSTANT = 60


@dataclass
class Case:
    """What is known of one query: scores by document, and the grades of documents."""

    grades: Grades
    names: Mapping[int, str]
    passage_words: Scores
    words: Scores
    passage_cosines: Scores
    cosines: Scores
    meaning: Scores
    close: Closeup
    most_words: float
    """What a passage would score that consists of the query."""

    def ndcg(self, scores: Scores) -> float:
        """nDCG@10 of the ranking by `scores`."""
        best = sorted(scores, key=lambda document: (-scores[document], document))[:10]
        return ndcg([self.names[document] for document in best], self.grades)

    def alike(self, scores: Scores, first: int) -> dict[int, float]:
        """Likeness to the first so many by `scores`."""
        return self.close.nearness(self.close.mean(first_of(Known.of(scores), first))).as_dict()


def each(way: Callable[[np.ndarray], np.ndarray], scores: Scores) -> dict[int, float]:
    """What `way` makes of scores, by document."""
    return dict(zip(scores, way(np.array(list(scores.values()), dtype=np.float64)).tolist(), strict=True))


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


def fed_back(first: int, weight: float) -> Callable[[Case], Scores]:
    """Shares and cosines, with likeness to so many first at this weight."""

    def way(case: Case) -> Scores:
        fused = together(shares_of(case.words), case.meaning)
        alike = case.alike(fused, first)
        return {document: (1 - weight) * score + weight * alike.get(document, 0.0) for document, score in fused.items()}

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
    return together(shares_of(case.words), case.meaning, 1 - 0.55 * math.sqrt(min(1.0, held)))


def shares(weight: float) -> Callable[[Case], Scores]:
    """BM25 as shares of the best and cosines as they are, without feedback."""
    return lambda case: together(shares_of(case.words), case.meaning, weight)


WAYS: dict[str, Callable[[Case], Scores]] = {
    SITE: fed_back(2, FEEDBACK_WEIGHT),
    "words alone: best passage": lambda case: case.passage_words,
    "words alone: and whole talk (site)": lambda case: case.words,
    "meaning alone: best passage": lambda case: case.passage_cosines,
    "meaning alone: and best text (site)": lambda case: case.cosines,
    "reciprocal ranks (60)": rank_fusion,
    **{f"min-max, best passages, meaning {weight}": min_max(weight) for weight in (0.4, 0.5, 0.6, 0.7)},
    "min-max, whole talks, meaning 0.6": min_max(0.6, whole=True),
    "standard scores": z_scores,
    **{f"shares and cosines, meaning {weight}": shares(weight) for weight in (0.5, 0.6, 0.65, 0.7, 0.75)},
    "shares and cosines, calibrated by query": calibrated,
    **{f"feedback of the first {first} at {FEEDBACK_WEIGHT}": fed_back(first, FEEDBACK_WEIGHT) for first in (1, 3, 5)},
    **{f"feedback of the first 2 at {weight}": fed_back(2, weight) for weight in (0.1, 0.35)},
}


def main() -> None:
    """Index what is not, and print the table."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("--bases", type=Path)
    reader.add_argument("collections", nargs="+", type=Path)
    given = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="hallway-") as scratch:
        cases = {
            folder.name: cases_of(read_collection(folder), given.bases or Path(scratch)) for folder in given.collections
        }
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


def cases_of(collection: Collection, folder: Path) -> list[Case]:
    """Every judged query with what both sides find for it, by the code of the site."""
    address = f"sqlite:///{folder}/coll-{collection.name}.sqlite3"
    base = open_knowledge_base(get_settings().model_copy(update={"database_url": address}))
    index(base, collection)
    with reading(base.engine) as session:
        shelf, marks = Shelf(base.engine, None), read_marks(session)
        vectors, _ = shelf.vectors(session, marks, base.embedder.recipe, True)
        words = shelf.words(session, marks, True)
        scope = base.search._recall(session, wait=True).scope(session, TalkFilter())
        names = dict(session.execute(select(col(Talk.id), col(Talk.source_key))).all())
    assert words is not None
    cases = []
    for one in collection.queries:
        query = read_query(one.text)
        asked = base.embedder.encode_query(query.text)
        passages = best_of_each(words.search(query.terms, scope, MOST_PASSAGES))
        whole = by_words(words, query.terms, scope, MOST_PASSAGES)
        near = best_of_each(vectors.search(asked, scope, MOST_PASSAGES), DEPTH)
        first, _ = whole.split(DEPTH, near.documents.tolist())
        close = Closeup.of(vectors, first, near)
        meaning = close.nearness(asked).as_dict()
        cases.append(
            Case(
                grades=collection.grades[one.id], names=names, passage_words=passages.scores, words=first.scores,
                passage_cosines=near.scores, meaning=meaning, close=close,
                cosines={document: meaning[document] for document in near.documents.tolist()},
                most_words=(K1 + 1) * words.worth(query.terms),
            )
        )  # fmt: skip
    base.engine.dispose()
    return cases


def index(base: KnowledgeBase, collection: Collection) -> None:
    """Load and embed what is not there yet."""
    with reading(base.engine) as session:
        is_empty = not session.execute(select(func.count()).select_from(Talk)).scalar_one()
    if is_empty:
        load(base.engine, collection.documents)
    while True:
        with writing(base.engine) as session:
            if not refresh_passages(session, 1_000):
                break
    embed_missing(base.engine, base.embedder)


def learned(cases: Mapping[str, Sequence[Case]]) -> dict[str, list[float]]:
    """nDCG@10 of each collection by a regression trained on the others; prints its coefficients."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    columns = {name: [features(case) for case in of_set] for name, of_set in cases.items()}
    found = {}
    for name in cases:
        others = [
            (rows, [case.grades.get(case.names[document], 0) > 0 for document in documents])
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


FEATURES = ("words", "words of all possible", "best words", "meaning", "best cosine", "alike 2", "alike 5", "min-max")


def features(case: Case) -> tuple[list[int], np.ndarray]:
    """The documents found and one row of evidence for each."""
    words = shares_of(case.words)
    fused = together(words, case.meaning)
    mixed = min_max(0.6)(case)
    columns = [
        words, {document: score / max(case.most_words, 1e-9) for document, score in case.words.items()},
        shares_of(case.passage_words), case.meaning, case.passage_cosines, case.alike(fused, 2), case.alike(fused, 5),
        mixed,
    ]  # fmt: skip
    documents = sorted(fused)
    return documents, np.array([[column.get(document, 0.0) for column in columns] for document in documents])


if __name__ == "__main__":
    main()
