"""Search quality on a judged collection, measured with the very engine that serves the site."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Engine, insert, select
from sqlmodel import col

from app.catalog.snapshot import refresh_snapshot
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.embeddings.protocol import Embedder
from app.embeddings.store import embed_missing
from app.models import Edition, Series, Source, Talk
from app.search.engine import SearchEngine
from app.search.judgements import Collection, Text
from app.search.passages import refresh_passages
from app.search.relevance import interval, judged, ndcg, recall, reciprocal_rank
from app.search.shapes import Mode, SearchRequest

MODES: tuple[Mode, ...] = ("lexical", "semantic", "hybrid")
DEPTH = 100
_BATCH = 1_000
Progress = Callable[[str, int, int], None]
"""Called with the name of the step, how much is done and how much there is."""


def _silent(step: str, done: int, total: int) -> None:
    """No progress shown."""


class ModeFigures(BaseModel):
    """Means over queries of one mode, each with a 95 % bootstrap interval, and times of a whole search."""

    ndcg_10: float = Field(serialization_alias="ndcg@10")
    ndcg_10_low: float = Field(serialization_alias="ndcg@10_low")
    ndcg_10_high: float = Field(serialization_alias="ndcg@10_high")
    recall_100: float = Field(serialization_alias="recall@100")
    recall_100_low: float = Field(serialization_alias="recall@100_low")
    recall_100_high: float = Field(serialization_alias="recall@100_high")
    mrr_10: float = Field(serialization_alias="mrr@10")
    mrr_10_low: float = Field(serialization_alias="mrr@10_low")
    mrr_10_high: float = Field(serialization_alias="mrr@10_high")
    judged_10: float = Field(serialization_alias="judged@10")
    p50_ms: float
    p95_ms: float
    per_query: dict[str, float] = Field(exclude=True)
    """nDCG@10 of each query."""
    rankings: dict[str, list[str]] = Field(default_factory=dict, exclude=True)
    """Ids of the documents found for each query, best first, at most DEPTH."""


class Difference(BaseModel):
    """How two modes differ in nDCG@10 over the same queries, paired; the interval is of the mean difference."""

    better: Mode
    worse: Mode
    mean: float
    low: float
    high: float
    wins: int
    losses: int
    ties: int
    largest: list[tuple[str, float]] = Field(description="queries with the largest differences, and by how much")


class SearchEvaluation(BaseModel):
    """What `hallway evaluate search` prints."""

    dataset: str
    documents: int
    queries: int
    seconds_to_index: float
    recipe: str
    modes: dict[str, ModeFigures]
    differences: list[Difference]


def evaluate(
    engine: Engine, embedder: Embedder, collection: Collection, progress: Progress = _silent,
    most_in_memory: int | None = None,
) -> SearchEvaluation:  # fmt: skip
    """Load `collection` into an empty, migrated base, index it and search it in every mode.

    `most_in_memory` as of the engine: on Postgres, more passages are searched by the database.
    """
    began = time.perf_counter()
    documents = fill(engine, embedder, collection.documents, progress)
    search = SearchEngine(engine, embedder, most_in_memory=most_in_memory)
    search.warm()
    seconds = time.perf_counter() - began
    modes: dict[str, ModeFigures] = {}
    for mode in MODES:
        modes[mode] = measure(engine, search, mode, collection, documents, progress)
    return SearchEvaluation(
        dataset=collection.name,
        documents=len(collection.documents),
        queries=len(collection.queries),
        seconds_to_index=round(seconds, 2),
        recipe=embedder.recipe,
        modes=modes,
        differences=[compare(modes, "hybrid", "lexical"), compare(modes, "hybrid", "semantic")],
    )


def fill(engine: Engine, embedder: Embedder, documents: Sequence[Text], progress: Progress = _silent) -> dict[str, str]:
    """Load documents into an empty, migrated base, cut and embed them; returns what `load` does."""
    loaded = load(engine, documents)
    index(engine, embedder, progress, len(loaded))
    with writing(engine) as session:
        refresh_snapshot(session)  # so that searches keep facts in memory, as those of the site do
    return loaded


def index(engine: Engine, embedder: Embedder, progress: Progress = _silent, documents: int = 0) -> None:
    """Cut and embed what is not there yet; `documents` is how many there are, for the progress."""
    cut = 0
    while True:
        with writing(engine) as session:
            batch = refresh_passages(session, _BATCH)
        if not batch:
            break
        cut += batch
        progress("passages", cut, documents)
    embed_missing(engine, embedder, progress)


def load(engine: Engine, documents: Sequence[Text]) -> dict[str, str]:
    """Make every document a talk of one edition; returns the document id of each talk's slug."""
    now = utc_now()
    with writing(engine) as session:
        source = Source(key="collection", format="beir", path="collection")
        series = Series(slug="collection", name="Collection")
        session.add_all([source, series])
        session.flush()
        edition = Edition(slug="collection", name="Collection", series_id=series.id or 0, source_id=source.id or 0)
        session.add(edition)
        session.flush()
        rows: Iterator[dict[str, Any]] = (
            {
                "slug": f"document-{number}", "edition_id": edition.id, "source_id": source.id, "position": number,
                "source_key": document.id, "title": document.title or document.text[:80], "raw_title": document.title,
                "abstract": document.text, "content_hash": document.id, "created_at": now, "updated_at": now,
                "is_container": False, "source_position": "", "markup": "plain", "kind": "talk",
                "language_guessed": False, "slots": [],
            }
            for number, document in enumerate(documents)
        )  # fmt: skip
        while batch := list(islice(rows, _BATCH)):
            session.execute(insert(Talk), batch)
    with reading(engine) as session:
        return dict(session.execute(select(col(Talk.slug), col(Talk.source_key))).all())


def measure(
    engine: Engine,
    search: SearchEngine,
    mode: Mode,
    collection: Collection,
    documents: Mapping[str, str],
    progress: Progress = _silent,
) -> ModeFigures:
    """Every query in one mode; each search reads the base as a request of the site does.

    `documents` gives the id of the document that each talk's slug stands for.
    """
    rankings: dict[str, list[str]] = {}
    times: list[float] = []
    for done, query in enumerate(collection.queries, start=1):
        began = time.perf_counter()
        with reading(engine) as session:
            found = search.search(session, SearchRequest(query=query.text, mode=mode, limit=DEPTH))
        times.append((time.perf_counter() - began) * 1000)
        rankings[query.id] = [documents[hit.talk.slug] for hit in found.hits]
        progress(mode, done, len(collection.queries))
    return figures(rankings, collection.grades, times)


def figures(
    rankings: Mapping[str, Sequence[str]], grades: Mapping[str, Mapping[str, int]], times: Sequence[float]
) -> ModeFigures:
    """The means of `rankings`, one list of document ids for each query."""

    per_query = {query: ndcg(ranking, grades[query]) for query, ranking in rankings.items()}
    recalls = [recall(ranking, grades[query]) for query, ranking in rankings.items()]
    reciprocals = [reciprocal_rank(ranking, grades[query]) for query, ranking in rankings.items()]
    gained, found, first = (_with_interval(values) for values in (list(per_query.values()), recalls, reciprocals))
    rising = sorted(times)
    return ModeFigures(
        ndcg_10=gained[0],
        ndcg_10_low=gained[1],
        ndcg_10_high=gained[2],
        recall_100=found[0],
        recall_100_low=found[1],
        recall_100_high=found[2],
        mrr_10=first[0],
        mrr_10_low=first[1],
        mrr_10_high=first[2],
        judged_10=round(statistics.fmean(judged(ranking, grades[query]) for query, ranking in rankings.items()), 4),
        p50_ms=round(rising[len(rising) // 2], 2),
        p95_ms=round(rising[int(len(rising) * 0.95)], 2),
        per_query=per_query,
        rankings={query: list(ranking) for query, ranking in rankings.items()},
    )


def _with_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, low and high, to four digits."""
    low, high = interval(values)
    return round(statistics.fmean(values), 4), round(low, 4), round(high, 4)


def compare(modes: Mapping[str, ModeFigures], one: Mode, other: Mode) -> Difference:
    """The paired difference in nDCG@10 of mode `one` over mode `other`."""
    first, second = modes[one].per_query, modes[other].per_query
    differences = {query: first[query] - second[query] for query in first}
    low, high = interval(list(differences.values()))
    largest: Any = sorted(differences.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:10]
    return Difference(
        better=one,
        worse=other,
        mean=round(statistics.fmean(differences.values()), 4),
        low=round(low, 4),
        high=round(high, 4),
        wins=sum(value > 0 for value in differences.values()),
        losses=sum(value < 0 for value in differences.values()),
        ties=sum(value == 0 for value in differences.values()),
        largest=[(query, round(value, 4)) for query, value in largest if value],
    )
