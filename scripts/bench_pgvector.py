"""Times vector search in Postgres at any number of passages: real vectors and noisy copies, as bench_search has them.

    scripts/bench_pgvector.py BASE SERVER [COUNT]         a million unless given

BASE is the address of an embedded base, of which vectors and questions are taken; SERVER that of a Postgres database
in which a table may be made, and is dropped after. The shared_buffers should hold the table and its graphs, 2 KB a
passage; memory for making the graphs is asked for. The ten nearest by fp32 numbers, all compared, are the truth. Beside
the time of the clock stands the time that the processor worked for a search in the server (where that is on the same
machine and can be read), which other work on the machine does not lengthen as much.
"""

from __future__ import annotations

import statistics
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, text, true
from sqlmodel import Session

from app.db.engine import make_engine, reading
from app.db.extensions import require_vector
from app.embeddings.choose import open_embedder
from app.embeddings.protocol import Vectors
from app.embeddings.store import vectors_of
from app.search.candidates import Scope
from app.search.vector import pgvector
from app.search.vector.pgvector import PgvectorIndex
from app.search.vector.table import EF_CONSTRUCTION, M, Table, create, index, vacuum
from app.settings import Settings
from scripts.bench_vectors import A_BLOCK, BEST, PASSAGES, with_noise
from scripts.bench_vectors import nearest as nearest_rows
from scripts.measured import SEED, heading, milliseconds, quantile, questions, say, say_times

QUERIES = 100
WANTED = (10, 600)
"""How many passages are asked for: the ten of a page, and as many as hybrid search asks."""
SHARES = {"": 1.0, "within 5 % of talks": 0.05, "within 0.5 % of talks": 0.005}
P50, P99, RECALL = 60, 200, 0.95
TABLE = "passage_vector_bench"
Ids = NDArray[np.int64]


def main() -> None:
    """Take vectors and questions of the base, and run."""
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    settings = Settings(database_url=sys.argv[1])
    embedder = open_embedder(settings)
    with reading(make_engine(settings.database_url)) as session:
        talks, _, real = vectors_of(session, embedder.recipe)
        asked = np.stack([embedder.encode_query(one) for one in islice(questions(session, seed=6), QUERIES)])
    run(make_engine(sys.argv[2]), talks, real, asked, int(sys.argv[3]) if len(sys.argv) > 3 else PASSAGES)


def run(engine: Engine, talks: Ids, real: Vectors, asked: Vectors, count: int = PASSAGES) -> None:
    """Make a table of `count` vectors, search it, say how it went, and drop it.

    `talks` and `real` are those of a base, `asked` the vectors of questions.
    """
    heading(f"Vectors of {count:,} passages in Postgres")
    print(f"{min(count, len(real)):,} are real; graphs of m = {M}, ef_construction = {EF_CONSTRUCTION}")
    many, of_talks = with_noise(real, count), copied_talks(talks, count)
    passages = np.arange(1, count + 1, dtype=np.int64)
    table = Table(TABLE, real.shape[1])
    with Session(engine) as session:
        require_vector(session.connection())
        session.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
        print(*(f"{name} = {shown(session, name)}" for name in ("shared_buffers", "max_parallel_maintenance_workers")))
        blocks = (slice(start, start + A_BLOCK) for start in range(0, count, A_BLOCK))
        batches = ((of_talks[block], passages[block], many[block]) for block in blocks)
        say("rows copied", milliseconds(lambda: create(session, table, batches)) / 1000, "s")
        say("graphs and other indexes made", milliseconds(lambda: index(session, table)) / 1000, "s")
        session.commit()
        vacuum(engine, TABLE)
        for what, size in sizes(session).items():
            say(f"on disk: {what}", size, "MiB")
        every = np.unique(of_talks[of_talks > 0])
        found = PgvectorIndex(table, count, len(every), session=session)
        chance = np.random.default_rng(SEED)
        for name, share in SHARES.items():
            allowed = every if share == 1 else np.sort(chance.choice(every, int(share * len(every)), replace=False))
            rows = np.flatnonzero(np.isin(of_talks, allowed))
            truth = nearest_rows(many, asked, rows)
            scope = Scope(true(), allowed, np.zeros(0, dtype=np.int64))
            for limit in WANTED:
                searched(found, asked, scope, [{row + 1 for row in one} for one in truth], limit, name)
        session.execute(text(f"DROP TABLE {TABLE}"))
        session.commit()


def searched(found: PgvectorIndex, asked: Vectors, scope: Scope, truth: list[set[int]], limit: int, name: str) -> None:
    """Search all questions twice, and say what the second time took."""
    took: list[float] = []
    worked: list[float] = []
    right: list[float] = []
    assert found.session is not None
    process = int(found.session.execute(text("SELECT pg_backend_pid()")).scalar_one())
    for turn in range(2):
        for query, wanted in zip(asked, truth, strict=True):
            before, began = processor(process), time.perf_counter()
            passages = found.search(query, scope, limit).passages
            if turn:
                took.append((time.perf_counter() - began) * 1000)
                worked.append(processor(process) - before)
                right.append(len(set(passages[:BEST].tolist()) & wanted) / BEST)
    what = ", ".join(filter(None, (f"the nearest {limit}", name, way(found, scope, limit))))
    say_times(what, took, P50, P99)
    if worked[0]:
        say(f"{what}, processor, p50", statistics.median(worked), "ms")
        say(f"{what}, processor, p99", quantile(worked, 0.99), "ms")
    say(f"{what}, recall@{BEST}", statistics.fmean(right), "", RECALL, at_least=True)


def way(found: PgvectorIndex, scope: Scope, limit: int) -> str:
    """Which way the search takes."""
    allowed = found._allowed(scope)
    if allowed <= pgvector.FEW:
        return "all compared"
    return "graph" if found._walks(allowed, limit) else "signs"


def copied_talks(talks: Ids, count: int) -> Ids:
    """The talk of each of `count` vectors: copies of a talk's passages are of a copy of the talk."""
    rounds = np.arange(count) // len(talks)
    own = talks[np.arange(count) % len(talks)]
    return np.where(own > 0, own + rounds * (int(talks.max()) + 1), own)


def sizes(session: Session) -> dict[str, float]:
    """MiB of the rows, the graphs and the other indexes."""
    rows = session.execute(
        text(
            "SELECT coalesce(am.amname, 'heap'), sum(pg_table_size(c.oid)) / 1048576.0 FROM pg_class c "
            "LEFT JOIN pg_am am ON am.oid = c.relam "
            "WHERE c.relname LIKE :name AND c.relkind IN ('r', 'i') GROUP BY 1 ORDER BY 1"
        ),
        {"name": f"{TABLE}\\_%"},
    )
    names = {"heap": "rows", "hnsw": "graphs", "btree": "other indexes"}
    return {names.get(kind, kind): float(size) for kind, size in rows}


def shown(session: Session, name: str) -> str:
    """A setting of the server."""
    return str(session.execute(text(f"SHOW {name}")).scalar_one())


def processor(process: int) -> float:
    """Milliseconds that a process has worked; 0 where that cannot be read."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[0]) / 1e6
    except (OSError, ValueError):
        return 0.0


if __name__ == "__main__":
    main()
