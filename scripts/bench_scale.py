"""Times and judges Hallway on Postgres beside the embedded default, in one run.

    scripts/bench_scale.py quality FOLDER...       nDCG@10 on collections in the layout of BEIR, on both
    scripts/bench_scale.py speed FILE              a base in a file of SQLite against the same moved to Postgres

Quality is that of the database's own search. Speed is shown as the settings are by default, by which a base of up to
100,000 passages is searched in memory, and of the database's own search beside it.

The server is that of the development set, or the one that HALLWAY_TEST_POSTGRES_URL names. One of our own keeps nothing
safe from a power cut, which makes writing faster than elsewhere and reading no faster. Vectors at a million passages
are measured by `bench_pgvector.py`, workers by `bench_jobs.py`, a primary that stops by `bench_failover.py`.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from sqlalchemy import Engine

from app import moving
from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.catalog.filters import TalkFilter
from app.db.engine import reading, writing
from app.db.places import place_of
from app.embeddings.choose import open_embedder
from app.moving.recipes import recipes_now
from app.search.engine import SearchEngine
from app.search.evaluation import MODES, SearchEvaluation, evaluate
from app.search.judgements import read_collection
from app.search.shapes import SearchRequest
from app.settings import Settings
from scripts.bench_clients import PAGE, search
from scripts.bench_search import most_talks
from scripts.measured import heading, milliseconds, quantile, questions, say, say_times
from tests.postgres import Server, server

EMBEDDED, POSTGRES, DATABASE = "embedded", "Postgres", "Postgres, by the database"
KINDS = (EMBEDDED, DATABASE)
ROUNDS, A_ROUND = 8, 20
CLIENTS, SEARCHES = 8, 400
WITHIN = 0.01
TIMES = 3.0


def main() -> None:
    """The part named."""
    parts = {"quality": quality, "speed": speed}
    if len(sys.argv) < 3 or sys.argv[1] not in parts:
        sys.exit(__doc__)
    with server() as running:
        parts[sys.argv[1]](running, [Path(name) for name in sys.argv[2:]])


def quality(running: Server, folders: list[Path]) -> None:
    """Every collection on both, with the model in fp32; what differs is the engine alone."""
    heading("nDCG@10, and how far Postgres is from the embedded engine")
    for folder in folders:
        collection = read_collection(folder)
        found: dict[str, SearchEvaluation] = {}
        for kind in KINDS:
            with TemporaryDirectory(prefix="hallway-") as scratch, running.database() as on_server:
                address = on_server if kind == DATABASE else f"sqlite:///{scratch}/base.sqlite3"
                base = open_knowledge_base(_settings(address, Path(scratch)))
                found[kind] = evaluate(base.engine, base.embedder, collection, most_in_memory=0)
                base.engine.dispose()
        for mode in MODES:
            embedded, postgres = (found[kind].modes[mode] for kind in KINDS)
            say(f"{collection.name}, {mode}, embedded", embedded.ndcg_10, "")
            say(f"{collection.name}, {mode}, Postgres", postgres.ndcg_10, "")
            say(f"{collection.name}, {mode}, apart", abs(postgres.ndcg_10 - embedded.ndcg_10), "", WITHIN)


def speed(running: Server, files: list[Path]) -> None:
    """The same questions to the same talks in both, by turns, so that both meet the same machine."""
    with TemporaryDirectory(prefix="hallway-") as scratch, running.database(migrated=False) as on_server:
        heading(f"{files[0].name} moved to Postgres")
        file = f"sqlite:///{files[0].resolve()}"
        say("moved and compared", milliseconds(lambda: moved(file, on_server, Path(scratch))) / 1000, "s")
        settings = {
            EMBEDDED: _settings(file, Path(scratch) / "file"),
            POSTGRES: _settings(on_server, Path(scratch) / "server"),
            DATABASE: _settings(on_server, Path(scratch) / "database", most_in_memory=0),
        }
        bases = {kind: open_knowledge_base(one) for kind, one in settings.items()}
        for kind, base in bases.items():
            say(f"{kind}: opened and warm after", milliseconds(base.search.warm) / 1000, "s")
        with reading(bases[EMBEDDED].engine) as session:
            asked = questions(session)
            one_client(bases, asked)
            many_clients(bases, asked)


def moved(source: str, target: str, cache: Path) -> None:
    """Move a base as `hallway move` does."""
    embedder = open_embedder(_settings(source, cache))

    def make_indexes(engine: Engine) -> None:
        with writing(engine) as session:
            SearchEngine(engine, embedder, cache).rebuild(session)

    places = place_of(source, "FROM"), place_of(target, "TO")
    report = moving.move(*places, recipes_now(embedder), make_indexes, lambda *_: None)
    assert report.whole, report


def one_client(bases: dict[str, KnowledgeBase], asked: Iterator[str]) -> None:
    """Hybrid search, plain and narrowed."""
    heading("One client, in process, hybrid")
    narrow = TalkFilter(editions=(most_talks(bases[EMBEDDED]),))
    ways = {
        "hybrid": SearchRequest(query="", limit=PAGE),
        "within the largest edition": SearchRequest(query="", limit=PAGE, filter=narrow),
    }
    for name, request in ways.items():
        times: dict[str, list[float]] = {kind: [] for kind in bases}
        for turn in range(ROUNDS + 1):
            for kind, base in bases.items():
                took = [search(base, request, question) for question in islice(asked, A_ROUND)]
                times[kind] += took if turn else []
        for kind in bases:
            say_times(f"{kind}: {name}", times[kind])
        for kind in (POSTGRES, DATABASE):
            ratio = statistics.median(times[kind]) / statistics.median(times[EMBEDDED])
            say(f"{name}: p50 {kind} to embedded", ratio, "times", TIMES if kind == POSTGRES else None)
            far = quantile(times[kind], 0.99) / quantile(times[EMBEDDED], 0.99)
            say(f"{name}: p99 {kind} to embedded", far, "times")


def many_clients(bases: dict[str, KnowledgeBase], asked: Iterator[str]) -> None:
    """Threads at once on each."""
    heading(f"{CLIENTS} clients at once, in process, hybrid")
    request = SearchRequest(query="", limit=PAGE)
    for kind, base in bases.items():
        some, taking = iter(list(islice(asked, SEARCHES))), Lock()

        def client(base: KnowledgeBase = base, some: Iterator[str] = some, taking: Lock = taking) -> None:
            while True:
                with taking:
                    question = next(some, None)
                if question is None:
                    return
                search(base, request, question)

        began = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            for running in [pool.submit(client) for _ in range(CLIENTS)]:
                running.result()
        say(f"{kind}: searches", SEARCHES / (time.perf_counter() - began), "/s")


def _settings(address: str, cache: Path, most_in_memory: int | None = None) -> Settings:
    """As they are by default; `most_in_memory` of 0 has the database itself search."""
    more: dict[str, Any] = {} if most_in_memory is None else {"memory_passages": most_in_memory}
    return Settings(database_url=address, cache_folder=cache, encoder_precision="fp32", log_level="WARNING", **more)


if __name__ == "__main__":
    main()
