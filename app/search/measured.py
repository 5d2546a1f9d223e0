"""Measuring search on judged talks of a base that is already loaded, and on public collections, for `/quality`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.db.engine import reading
from app.embeddings.protocol import Embedder
from app.errors import InputError
from app.models import Talk
from app.search.engine import SearchEngine
from app.search.evaluation import MODES, Difference, ModeFigures, Progress, compare, measure
from app.search.judgements import Collection, Text, judged_collection
from app.search.quality import CollectionQuality, JudgedTalk, Mean, ModeQuality, Question

ABOUT = "conference talks of Kafka Summit and Current, and questions a practitioner would type"
SOURCE = "data/judgements/search of this repository; one assessor, a language model"
LICENCE = "Apache-2.0"


def measure_talks(
    engine: Engine, embedder: Embedder, folder: Path, progress: Progress
) -> tuple[CollectionQuality, list[Question]]:
    """Every judged question of `folder` in every mode on the talks of the base.

    Questions without a relevant talk are in no mean. Raises InputError where a judged talk is not in the base.
    """
    with reading(engine) as session:
        talks = _talks(session)
    judged = judged_collection(folder, talks, with_unjudged=True)
    _check(judged, {talk.id for talk in talks})
    answered = {query for query, grades in judged.grades.items() if any(grade > 0 for grade in grades.values())}
    asked = Collection(
        judged.name,
        judged.documents,
        tuple(query for query in judged.queries if query.id in answered),
        {query: judged.grades[query] for query in answered},
    )
    search = SearchEngine(engine, embedder)
    search.warm()
    slugs = {talk.id: talk.id for talk in talks}
    modes: dict[str, ModeFigures] = {}
    for mode in MODES:
        modes[mode] = measure(engine, search, mode, asked, slugs, progress)
    differences = [compare(modes, "hybrid", "lexical"), compare(modes, "hybrid", "semantic")]
    figures = collection_quality(
        "shipped talks", (ABOUT, SOURCE, LICENCE), len(talks), len(asked.queries), modes, differences
    )
    return figures, [_question(query, judged.grades[query.id], modes) for query in judged.queries]


def collection_quality(
    name: str,
    origin: tuple[str, str, str],
    documents: int,
    questions: int,
    modes: Mapping[str, ModeFigures],
    differences: Sequence[Difference],
) -> CollectionQuality:
    """The figures of one collection as they are kept; `origin` is what it is about, its source and its licence."""
    about, source, licence = origin
    kept = {mode: _mode(figures) for mode, figures in modes.items()}
    return CollectionQuality(
        name=name, about=about, source=source, licence=licence, documents=documents, questions=questions, modes=kept,
        differences=list(differences),
    )  # fmt: skip


def _talks(session: Session) -> tuple[Text, ...]:
    known = allowed_talks(TalkFilter()).with_only_columns(col(Talk.slug), col(Talk.title)).order_by(col(Talk.slug))
    return tuple(Text(slug, title, "") for slug, title in session.execute(known))


def _check(judged: Collection, known: set[str]) -> None:
    for query, grades in judged.grades.items():
        for slug in grades:
            if slug not in known:
                raise InputError(f"{query} judges the talk {slug}, which is not in the base.", query)


def _mode(figures: ModeFigures) -> ModeQuality:
    return ModeQuality(
        ndcg_10=Mean(mean=figures.ndcg_10, low=figures.ndcg_10_low, high=figures.ndcg_10_high),
        recall_100=Mean(mean=figures.recall_100, low=figures.recall_100_low, high=figures.recall_100_high),
        mrr_10=Mean(mean=figures.mrr_10, low=figures.mrr_10_low, high=figures.mrr_10_high),
        judged_10=figures.judged_10,
        p50_ms=figures.p50_ms,
        p95_ms=figures.p95_ms,
    )


def _question(query: Text, grades: Mapping[str, int], modes: Mapping[str, ModeFigures]) -> Question:
    relevant = [
        JudgedTalk(slug=slug, grade=grade, ranks=_ranks(slug, query.id, modes))
        for slug, grade in sorted(grades.items(), key=lambda pair: (-pair[1], pair[0]))
        if grade > 0
    ]
    return Question(
        id=query.id,
        text=query.text,
        ndcg={mode: round(figures.per_query[query.id], 4) for mode, figures in modes.items()} if relevant else {},
        relevant=relevant,
        not_relevant=sorted(slug for slug, grade in grades.items() if grade <= 0),
    )


def _ranks(slug: str, query: str, modes: Mapping[str, ModeFigures]) -> dict[str, int]:
    found = {mode: figures.rankings.get(query, []) for mode, figures in modes.items()}
    return {mode: ranking.index(slug) + 1 for mode, ranking in found.items() if slug in ranking}
