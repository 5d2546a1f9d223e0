"""The queries of judged collections, each with all that `bench_fusion.py` puts together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlmodel import col

from app import pipeline
from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.catalog.filters import TalkFilter
from app.db.engine import reading
from app.embeddings.protocol import Vectors
from app.ingest.formats.protocol import ReadOptions
from app.models import Talk
from app.search.closeup import TEXTS, Closeup, TextWeights, close_to
from app.search.evaluation import index, load
from app.search.evidence import FIRST, by_words, first_of
from app.search.freshness import read_marks
from app.search.fusion import DEPTH, PLUS
from app.search.judgements import Collection, judged_collection
from app.search.lexical.bm25 import K1
from app.search.quality import judgements_folder
from app.search.query import read_query
from app.search.ranking import Both, Side, best_of_each
from app.search.relevance import Grades, ndcg
from app.search.retrieval import MOST_PASSAGES
from app.search.shelf import Shelf
from app.settings import get_settings, shipped
from app.text.stemming import stem
from scripts.fusion_evidence import Wording, Wordings

Scores = Mapping[int, float]


@dataclass
class Case:
    """What is known of one query: scores by document, and the grades of documents."""

    grades: Grades
    names: Mapping[int, str]
    passage_words: Scores
    words: Scores
    passage_cosines: Scores
    vector: Vectors
    close: Closeup
    by_words: NDArray[np.int64]
    """Where each document of `close` is in `lexical`, -1 for one that is not."""
    lexical: Side
    most_words: float
    """What a passage would score that consists of the query."""
    asked: list[str]
    """The words of the query in order, as stems,"""
    terms: dict[str, float]
    """and those to look up, with their weights."""
    found: dict[int, Wording]
    """The words of the talks that were found."""
    wordings: Wordings

    def ndcg(self, scores: Scores) -> float:
        """nDCG@10 of the ranking by `scores`."""
        talks = [document for document in scores if document > 0]
        best = sorted(talks, key=lambda document: (-scores[document], document))[:10]
        return ndcg([self.names[document] for document in best], self.grades)

    @cached_property
    def meaning(self) -> Scores:
        """How near each document is, as the site has it."""
        return self.near(TEXTS)

    @cached_property
    def cosines(self) -> Scores:
        """The same of those found by meaning alone."""
        return {document: self.meaning[document] for document in self.passage_cosines}

    def near(self, texts: TextWeights) -> Scores:
        """How near each document is, with its texts at these weights."""
        return by_document(self.close, self.vector, texts)

    def shares(self, plus: float = PLUS) -> Scores:
        """What the words of those documents are worth that hold any, with so much for each that is held."""
        there = self.by_words >= 0
        shares = self.lexical.shares(plus)[self.by_words[there]]
        return dict(zip(self.close.documents[there].tolist(), shares.tolist(), strict=True))

    def alike(self, scores: Scores, first: int, texts: TextWeights = TEXTS) -> Scores:
        """Likeness to the first so many by `scores`."""
        return by_document(self.close, self.close.mean(first_two(scores, first)), texts)


def first_two(scores: Scores, most: int = FIRST) -> dict[int, float]:
    """The best two talks with their scores, or so many."""
    documents = sorted(scores)
    return first_of(np.array(documents), np.array([scores[one] for one in documents]), most)


def by_document(close: Closeup, asked: Vectors, texts: TextWeights) -> Scores:
    """How near each document that was found is to a vector."""
    return dict(zip(close.documents.tolist(), close.nearness(asked, texts).tolist(), strict=True))


def cases_of(collection: Collection, folder: Path) -> list[Case]:
    """Every judged query of a public collection."""
    base = opened(collection.name, folder)
    with reading(base.engine) as session:
        is_empty = not session.execute(select(func.count()).select_from(Talk)).scalar_one()
    if is_empty:
        load(base.engine, collection.documents)
    index(base.engine, base.embedder)
    with reading(base.engine) as session:
        names = dict(session.execute(select(col(Talk.id), col(Talk.source_key))).all())
    return cases_in(base, collection, names)


def cases_of_shipped(folder: Path) -> list[Case]:
    """Every answered question of the shipped judgements on the shipped talks."""
    base = opened("shipped", folder)
    pipeline.ingest(base.engine, base.embedder, [shipped("data")], options=ReadOptions())
    with reading(base.engine) as session:
        names = dict(session.execute(select(col(Talk.id), col(Talk.slug))).all())
    judged = judged_collection(judgements_folder(), ())
    answered = tuple(one for one in judged.queries if any(grade > 0 for grade in judged.grades[one.id].values()))
    return cases_in(base, replace(judged, queries=answered), names)


def opened(name: str, folder: Path) -> KnowledgeBase:
    """The base of a collection, empty unless it was kept."""
    address = f"sqlite:///{folder}/coll-{name}.sqlite3"
    return open_knowledge_base(get_settings().model_copy(update={"database_url": address}))


def cases_in(base: KnowledgeBase, collection: Collection, names: Mapping[int, str]) -> list[Case]:
    """What both sides find for every query, by the code of the site; `names` are documents by talk id."""
    with reading(base.engine) as session:
        shelf, marks = Shelf(base.engine, None), read_marks(session)
        vectors, _ = shelf.vectors(session, marks, base.embedder.recipe, True)
        words = shelf.words(session, marks, True)
        scope = base.search._recall(session, wait=True).scope(session, TalkFilter())
        wordings = Wordings(session)
    assert words is not None
    cases = []
    for one in collection.queries:
        query = read_query(one.text)
        asked = base.embedder.encode_query(query.text)
        passages = best_of_each(words.search(query.terms, scope, MOST_PASSAGES))
        whole = by_words(words, query.terms, scope, MOST_PASSAGES)
        near = best_of_each(vectors.search(asked, scope, MOST_PASSAGES), DEPTH)
        both = Both.of(whole, near)
        first = whole.taken(both.by_words[both.by_words >= 0])
        close = close_to(vectors, both.documents, first.passages, near.passages)
        cases.append(
            Case(
                grades=collection.grades[one.id], names=names, passage_words=passages.scores, words=first.scores,
                passage_cosines=near.scores, vector=asked, close=close, by_words=both.by_words, lexical=whole,
                most_words=(K1 + 1) * words.worth(query.terms), asked=[stem(word) for word in query.words],
                terms={stem(term): words.worth([term]) for term in query.terms},
                found=wordings.of(close.documents.tolist()), wordings=wordings,
            )
        )  # fmt: skip
    base.engine.dispose()
    return cases
