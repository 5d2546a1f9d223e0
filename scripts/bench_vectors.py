"""Times vector search at a million passages: those of a base and noisy copies of them, exact and in two stages.

A copy has a cosine of .8 to .9 with its original. The ten nearest by fp32 numbers, all compared, are the truth. Memory
is measured in a process of its own that maps the file, as those of a site do.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import true

from app.bootstrap import KnowledgeBase
from app.db.engine import reading
from app.embeddings.protocol import Vectors
from app.embeddings.store import vectors_of
from app.search.candidates import Scope
from app.search.index_files import read_index, write_index
from app.search.vector.coded import CodedIndex
from app.search.vector.exact import ExactIndex
from app.settings import CHECKOUT
from scripts.measured import SEED, heading, milliseconds, questions, say, say_times

PASSAGES = 1_000_000
QUERIES = 200
BEST = 10
WANTED = 200
SHARE = 0.05
A_BLOCK = 50_000
MAPPED = """
import json, sys, time
from pathlib import Path
import numpy as np
from sqlalchemy import true
from app.search.candidates import Scope
from app.search.index_files import read_index
from app.search.vector.coded import CodedIndex
def own():
    status = Path("/proc/self/status").read_text().split("\\n")
    return sum(int(line.split()[1]) / 1024 for line in status if line.startswith(("RssAnon", "RssFile")))
before = own()
began = time.perf_counter()
index = CodedIndex.from_arrays(read_index(Path(sys.argv[1]))[1])
seconds = time.perf_counter() - began
none = np.zeros(0, dtype=np.int64)
scope = Scope(true(), np.arange(len(index), dtype=np.int64), none)
for query in np.load(sys.argv[2]):
    index.search(query, scope, 200)
print(json.dumps({"mebibytes": own() - before, "seconds": seconds}))
"""

Index = ExactIndex | CodedIndex


def run(base: KnowledgeBase, count: int = PASSAGES) -> None:
    """Build, write, read, search and filter both indexes."""
    heading(f"Vectors of {count:,} passages")
    with reading(base.engine) as session:
        _, _, real = vectors_of(session, base.embedder.recipe)
        asked = np.stack([base.embedder.encode_query(one) for one in islice(questions(session, seed=6), QUERIES)])
    print(f"{len(real):,} are real")
    many = with_noise(real, count)
    rows = np.arange(count, dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    every = Scope(true(), rows, none)
    few = Scope(true(), np.sort(np.random.default_rng(SEED).choice(rows, int(SHARE * count), replace=False)), none)
    truth = {"": nearest(many, asked, rows), "5 % of talks": nearest(many, asked, few.talks)}
    for kind in (ExactIndex, CodedIndex):
        began = time.perf_counter()
        index = kind.build(rows, rows, many)
        say(f"{kind.name}: build", time.perf_counter() - began, "s")
        is_coded = kind is CodedIndex
        whole = times(index, asked, every)
        say_times(f"{kind.name}", whole, 10 if is_coded else None)
        say(f"{kind.name}: recall@{BEST}", recall(index, asked, every, truth[""]), "", 0.94, at_least=True)
        filtered = times(index, asked, few)
        say_times(f"{kind.name}: within 5 % of talks", filtered, statistics.median(whole))
        say(f"{kind.name}: recall@{BEST} within 5 %", recall(index, asked, few, truth["5 % of talks"]), "", 0.98, at_least=True)  # fmt: skip  # noqa: E501
        if is_coded:
            changed(index, many)
            filed(index, asked)
        del index


def with_noise(real: Vectors, count: int) -> Vectors:
    """`count` vectors: the real ones, then copies of them with noise, each of length 1."""
    chance = np.random.default_rng(SEED)
    many = np.empty((count, real.shape[1]), dtype=np.float32)
    many[: len(real)] = real[:count]
    for start in range(len(real), count, A_BLOCK):
        end = min(start + A_BLOCK, count)
        some = real[np.arange(start, end) % len(real)]
        noise = chance.standard_normal(some.shape, dtype=np.float32)
        noise /= np.linalg.norm(noise, axis=1, keepdims=True)
        cosine = chance.uniform(0.8, 0.9, (len(some), 1)).astype(np.float32)
        some = some + noise * np.sqrt(1 / cosine**2 - 1)
        many[start:end] = some / np.linalg.norm(some, axis=1, keepdims=True)
    return many


def nearest(vectors: Vectors, asked: Vectors, rows: NDArray[np.int64]) -> list[set[int]]:
    """The rows of the ten nearest to each question, by fp32 numbers, all compared."""
    best = np.full((len(asked), BEST), -2.0, dtype=np.float32)
    where = np.zeros((len(asked), BEST), dtype=np.int64)
    for start in range(0, len(rows), A_BLOCK):
        some = rows[start : start + A_BLOCK]
        cosines = np.concatenate([best, asked @ vectors[some].T], axis=1)
        places = np.concatenate([where, np.broadcast_to(some, (len(asked), len(some)))], axis=1)
        kept = np.argpartition(-cosines, BEST, axis=1)[:, :BEST]
        best, where = np.take_along_axis(cosines, kept, axis=1), np.take_along_axis(places, kept, axis=1)
    return [set(row.tolist()) for row in where]


def times(index: Index, asked: Vectors, scope: Scope) -> list[float]:
    """Milliseconds of each search, after one of them."""
    index.search(asked[0], scope, WANTED)
    return [milliseconds(lambda query=query: index.search(query, scope, WANTED)) for query in asked]  # type: ignore[misc]


def recall(index: Index, asked: Vectors, scope: Scope, truth: Sequence[set[int]]) -> float:
    """How many of the ten nearest are among the first ten."""
    found = [set(index.search(query, scope, WANTED).passages[:BEST].tolist()) for query in asked]
    return statistics.fmean(len(one & true_ones) / BEST for one, true_ones in zip(found, truth, strict=True))


def changed(index: Index, many: Vectors) -> None:
    """Thirty passages, as ten talks have, are replaced."""
    ids = np.arange(0, 30, dtype=np.int64) * (len(many) // 30)
    added = np.arange(len(many), len(many) + 30, dtype=np.int64)
    took = [milliseconds(lambda: index.changed(ids, added, added, many[ids])) for _ in range(5)]
    say(f"{index.name}: 30 passages replaced", statistics.median(took), "ms")


def filed(index: Index, asked: Vectors) -> None:
    """Writing and reading the file, and what a process takes that maps it."""
    with tempfile.TemporaryDirectory() as scratch:
        file, queries = Path(scratch) / "vectors.index", Path(scratch) / "queries.npy"
        arrays = index.arrays()
        say(f"{index.name}: file written", milliseconds(lambda: write_index(file, {}, arrays)) / 1000, "s")
        say(f"{index.name}: file", file.stat().st_size / 1024**2, "MiB")
        say(f"{index.name}: file read and checked", milliseconds(lambda: read_index(file)) / 1000, "s")
        np.save(queries, asked)
        command = [sys.executable, "-c", MAPPED, str(file), str(queries)]
        answer = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
        found = json.loads(answer.stdout)
        say(f"{index.name}: resident with all it maps, after {len(asked)} searches", found["mebibytes"], "MiB", 500)
