"""Hybrid search beside that of txtai and LanceDB: the same passages, the same vectors, the same embedder, in turns.

    scripts/bench_search_peers.py --make-environment FOLDER     install the peers (peers.txt) beside what we run on
    FOLDER/bin/python scripts/bench_search_peers.py COLLECTION  a folder in BEIR layout: quality and speed
    FOLDER/bin/python scripts/bench_search_peers.py ADDRESS     a base: speed alone

Peers are given the texts and vectors of our passages; a document ranks by its best passage. For a question they call
our embedder, txtai by its "external" method, LanceDB with the vector beside the words. txtai is measured twice: asked
for ids alone, by threads at once, and keeping texts, one thread at a time, as all its threads would share one cursor.
LanceDB has its full-text index, HNSW with 8-bit vectors and its RRF reranker. Ours answers with whole hits and facets,
as the site shows them, and once more with ids alone, as the others do.

Each is measured once more "as it comes": with the same model run as it does by itself, and LanceDB without an index of
vectors, which its documentation finds unnecessary up to 100,000 rows (docs.lancedb.com/indexing/vector-index).

A base is searched by clients of one process and of two, as either may suit an engine better; each process of two has
engines of its own.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache, partial
from itertools import islice, product
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import select
from sqlmodel import col

from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.db.engine import reading
from app.embeddings.protocol import Vectors
from app.embeddings.recipe import embedded_text
from app.embeddings.store import vectors_of
from app.embeddings.weights import find_model
from app.models import Passage, Talk
from app.search import evaluation
from app.search.judgements import Collection, read_collection
from app.search.relevance import interval, ndcg
from app.search.shapes import SearchRequest
from app.settings import CHECKOUT, get_settings
from scripts.measured import all_of, at_once, heading, quantile, questions, say

BEST = 10
ROWS = 30
"""Passages asked of peers for ten documents."""
CLIENTS = {1: 60, 8: 240}
"""How many clients, and how many questions they ask in a round."""
PROCESSES = 2
"""Over which the most clients are parted too."""
ROUNDS = 3
MOST_SECONDS = 25.0
GOALS = {"txtai": 4, "LanceDB": 10}
OURS = "Hallway"

Ask = Callable[[str], list[int]]
"""Ids of the talks found for a question, best first."""
Way = tuple[int, int]
"""How many clients ask, and over how many processes they are parted."""
Timed = tuple[list[float], float]
"""Milliseconds of each answer, and seconds in all."""


class Passages(NamedTuple):
    """What every engine is given."""

    talks: list[int]
    texts: list[str]
    vectors: Vectors


def main() -> None:
    """Make the environment, or measure."""
    if len(sys.argv) == 3 and sys.argv[1] == "--make-environment":
        make_environment(Path(sys.argv[2]))
        return
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="hallway-") as scratch:
        collection = read_collection(Path(sys.argv[1])) if Path(sys.argv[1]).is_dir() else None
        address = f"sqlite:///{scratch}/collection.sqlite3" if collection else sys.argv[1]
        base = open_knowledge_base(get_settings().model_copy(update={"database_url": address}))
        documents = fill(base, collection) if collection else {}
        engines = make_engines(base, Path(scratch))
        if collection:
            quality(engines, collection, documents)
        speed(engines, base, () if collection else [Path(scratch) / f"process{at}" for at in range(PROCESSES)])
        base.engine.dispose()


def make_engines(base: KnowledgeBase, folder: Path) -> dict[str, Ask]:
    """All engines, each with what it indexed; some keep it in the `folder`."""
    base.search.warm()
    given = passages(base)
    print(f"{len(set(given.talks)):,} talks, {len(given.texts):,} passages", flush=True)
    return {**ours(base), **txtai(base, given), **lance(base, given, folder)}


def make_environment(folder: Path) -> None:
    """A virtual environment with the peers, that also sees the packages that run this."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    wanted = CHECKOUT / "scripts" / "peers.txt"
    # The processor's build of torch first, so that none for graphics cards comes with the others.
    for what in ([wanted.read_text(encoding="utf-8").split()[0]], ["--requirement", str(wanted)]):
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what], check=True)
    packages = next((folder / "lib").glob("python*")) / "site-packages"
    own = Path(np.__file__).parent.parent
    (packages / "hallway.pth").write_text(f"{own}\n{CHECKOUT}\n", encoding="utf-8")
    print(f"Made. Now: {python} scripts/bench_search_peers.py COLLECTION")


def fill(base: KnowledgeBase, collection: Collection) -> dict[int, str]:
    """Load and embed a collection; the document of each talk."""
    documents = evaluation.fill(base.engine, base.embedder, collection.documents)
    with reading(base.engine) as session:
        return {talk: documents[slug] for talk, slug in session.execute(select(col(Talk.id), col(Talk.slug)))}


def passages(base: KnowledgeBase) -> Passages:
    """All passages of talks that are embedded, with the text they were embedded by."""
    with reading(base.engine) as session:
        talks, ids, vectors = vectors_of(session, base.embedder.recipe)
        rows = session.execute(
            select(col(Passage.id), col(Talk.title), col(Passage.text))
            .join(Talk, col(Talk.id) == col(Passage.talk_id))
            .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        )
        texts = {passage: embedded_text(title, text) for passage, title, text in rows}
    kept = [at for at, passage in enumerate(ids.tolist()) if passage in texts]
    return Passages(talks[kept].tolist(), [texts[int(ids[at])] for at in kept], vectors[kept])


def ours(base: KnowledgeBase) -> dict[str, Ask]:
    """Hallway, each search in a session of its own: whole answers, and ids alone."""

    def whole(question: str) -> list[int]:
        with reading(base.engine) as session:
            return [hit.talk.id for hit in base.search.search(session, SearchRequest(query=question, limit=BEST)).hits]

    def ids(question: str) -> list[int]:
        with reading(base.engine) as session:
            return [talk for talk, _ in base.search.nearest(session, SearchRequest(query=question), BEST).talks]

    return {OURS: whole, f"{OURS} (ids alone)": ids}


def txtai(base: KnowledgeBase, given: Passages) -> dict[str, Ask]:
    """Txtai, without and with the texts kept, and as it comes."""
    from txtai.embeddings import Embeddings  # type: ignore[import-not-found]  # of the environment of peers

    known = dict(zip(given.texts, given.vectors, strict=True))
    own = Embeddings(path=str(find_model(base.settings).path))

    def engine(name: str, content: bool, encode: Callable[[str], Vectors]) -> Ask:
        def vectors(texts: Sequence[str]) -> Vectors:
            return np.stack([known[text] if text in known else encode(text) for text in texts])

        index = Embeddings(method="external", transform=vectors, hybrid=True, content=content)
        began = time.perf_counter()
        index.index((at, text, None) for at, text in enumerate(given.texts))
        say(f"{name}: indexed in", time.perf_counter() - began, "s")
        turn = threading.Lock()

        def ask(question: str) -> list[int]:
            if not content:
                return distinct(given, (at for at, _ in index.search(question, ROWS)))
            with turn:
                return distinct(given, (int(row["id"]) for row in index.search(question, ROWS)))

        return ask

    lent = base.embedder.encode_query
    return {
        "txtai": engine("txtai", False, lent),
        "txtai keeping texts": engine("txtai keeping texts", True, lent),
        "txtai as it comes": engine("txtai as it comes", False, own.transform),
    }


def lance(base: KnowledgeBase, given: Passages, folder: Path) -> dict[str, Ask]:
    """LanceDB, with all three of its indexes, and as it comes."""
    os.environ["LANCEDB_LOG"] = "error"  # it would warn at every question, which takes time
    import lancedb  # type: ignore[import-not-found]
    import pyarrow as pa  # type: ignore[import-not-found]
    from lancedb.embeddings import get_registry  # type: ignore[import-not-found]
    from lancedb.index import FTS, HnswSq  # type: ignore[import-not-found]
    from lancedb.rerankers import RRFReranker  # type: ignore[import-not-found]

    width = given.vectors.shape[1]
    numbers = pa.FixedSizeListArray.from_arrays(pa.array(given.vectors.reshape(-1)), width)
    rows = pa.table({"at": list(range(len(given.texts))), "text": given.texts, "vector": numbers})
    own = get_registry().get("sentence-transformers").create(name=str(find_model(base.settings).path))
    reranker = RRFReranker()

    def engine(name: str, indexed: bool, encode: Callable[[str], Any]) -> Ask:
        began = time.perf_counter()
        table = lancedb.connect(str(folder / "lance")).create_table(f"passages{indexed:d}", rows)
        table.create_index("text", config=FTS())
        if indexed:
            table.create_index("vector", config=HnswSq(distance_type="cosine"))
        say(f"{name}: indexed in", time.perf_counter() - began, "s")

        def ask(question: str) -> list[int]:
            search = table.search(query_type="hybrid", vector_column_name="vector")
            search = search.vector(encode(question)).text(question).distance_type("cosine")
            return distinct(given, search.rerank(reranker).limit(ROWS).select(["at"]).to_arrow()["at"].to_pylist())

        return ask

    return {
        "LanceDB": engine("LanceDB", True, base.embedder.encode_query),
        "LanceDB as it comes": engine(
            "LanceDB as it comes", False, lambda question: own.compute_query_embeddings(question)[0]
        ),
    }


def distinct(given: Passages, rows: Iterator[int] | Sequence[int]) -> list[int]:
    """The talks of passages, each once."""
    return list(dict.fromkeys(given.talks[at] for at in rows))[:BEST]


def quality(engines: Mapping[str, Ask], collection: Collection, documents: Mapping[int, str]) -> None:
    """NDCG@10 of each."""
    heading(f"nDCG@10 on {collection.name}, {len(collection.queries)} queries")
    means = {}
    for name, ask in engines.items():
        gains = [
            ndcg([documents[talk] for talk in ask(query.text)], collection.grades[query.id])
            for query in collection.queries
        ]
        means[name] = statistics.fmean(gains)
        low, high = interval(gains)
        print(f"{name:<24} {means[name]:.3f}  ({low:.3f} to {high:.3f})", flush=True)
    others = [mean for name, mean in means.items() if not name.startswith(OURS)]
    say(f"{OURS} above the best of the others", means[OURS] - max(others), "", 0, at_least=True)


def speed(engines: Mapping[str, Ask], base: KnowledgeBase, folders: Sequence[Path]) -> None:
    """Each engine in turn, round after round, so that all meet the same machine.

    The most clients are also parted over as many processes as there are `folders`, in which each keeps its own.
    """
    with reading(base.engine) as session:
        asked = questions(session)
    ways: list[Way] = [(count, 1) for count in CLIENTS] + ([(max(CLIENTS), len(folders))] if folders else [])
    rates: dict[tuple[str, Way], list[float]] = {(name, way): [] for name in engines for way in ways}
    times: dict[tuple[str, Way], list[float]] = {key: [] for key in rates}
    with ExitStack() as opened:
        anew = get_context("spawn")  # a process that threads were started in is not to be forked
        pools = [opened.enter_context(ProcessPoolExecutor(1, mp_context=anew)) for _ in folders]
        there = [partial(_there, base.settings.database_url, folder) for folder in folders]
        beside = list(zip(pools, there, strict=True))
        all_of(pool.submit(ask, OURS, 1, []) for pool, ask in beside)  # makes their engines
        heading("Speed, the question embedded too")
        for turn in range(ROUNDS + 1):
            for way in ways:
                clients, parts = way
                for name, here in engines.items():
                    some = list(islice(asked, CLIENTS[clients] if turn else 10 * parts))
                    if parts == 1:
                        took, seconds = at_once(here, some, clients, MOST_SECONDS)
                    else:
                        took, seconds = all_of(
                            pool.submit(ask, name, clients // parts, some[at::parts])
                            for at, (pool, ask) in enumerate(beside)
                        )
                    if turn:  # the first is to warm up
                        rates[name, way].append(len(took) / seconds)
                        times[name, way] += took
    show(list(engines), ways, rates, times)


def _there(address: str, folder: Path, name: str, clients: int, questions: Sequence[str]) -> Timed:
    """Ask in this process."""
    return at_once(_engines(address, folder)[name], questions, clients, MOST_SECONDS)


@cache
def _engines(address: str, folder: Path) -> dict[str, Ask]:
    """Those of this process."""
    folder.mkdir()
    return make_engines(open_knowledge_base(get_settings().model_copy(update={"database_url": address})), folder)


def show(
    names: Sequence[str],
    ways: Sequence[Way],
    rates: Mapping[tuple[str, Way], Sequence[float]],
    times: Mapping[tuple[str, Way], Sequence[float]],
) -> None:
    """The table, and how many times as many ours answered as each other in the same round."""
    told = {way: f"{way[0]} clients" + (f" of {way[1]} processes" if way[1] > 1 else "") for way in ways}
    for way in ways:
        for name in names:
            took = times[name, way]
            print(
                f"{told[way]}: {name:<20} {statistics.median(rates[name, way]):8.1f} /s"
                f"   p50 {statistics.median(took):7.1f} ms   p99 {quantile(took, 0.99):7.1f} ms"
            )
    own, others = ([name for name in names if name.startswith(OURS) == is_own] for is_own in (True, False))
    for way, our, name in product(ways[1:], own, others):
        pairs = zip(rates[our, way], rates[name, way], strict=True)
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        say(f"{told[way]}, {our} to {name}", ratio, "times", GOALS[name.split()[0]], at_least=True)


if __name__ == "__main__":
    main()
