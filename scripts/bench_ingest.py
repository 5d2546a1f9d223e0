"""Times ingest at scale, in one run: parse and store, again unchanged, memory, embedding, the site meanwhile.

    scripts/bench_ingest.py FOLDER...     folders of programmes, such as checkouts of pyvideo/data and RubyEvents' data

Embedding is compared with plain `SentenceTransformer.encode` at its defaults on the same passages, in turns.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from starlette.testclient import TestClient

from app import pipeline
from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.db.engine import reading
from app.embeddings.choose import open_embedder
from app.embeddings.reference import SentenceTransformerEmbedder
from app.embeddings.store import missing
from app.embeddings.weights import find_model
from app.ingest.formats.protocol import ReadOptions
from app.settings import CHECKOUT, Settings, get_settings
from app.web.app import create_app

READ = """
import json, resource, sys, time
from pathlib import Path
from app import pipeline
from app.db.engine import make_engine
from app.ingest.formats.protocol import ReadOptions
from app.migrations import upgrade
engine = make_engine(sys.argv[1])
upgrade(engine)
began = time.perf_counter()
report = pipeline.read(engine, [Path(name) for name in sys.argv[2:]], ReadOptions())
seconds = time.perf_counter() - began
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "mebibytes": memory, **report.totals.model_dump()}))
"""
PASSAGES = 320
ROUNDS = 3
MEANWHILE = 60.0
PAGES = ("/", "/talks", "/themes/operations", "/search?q=exactly+once&mode=lexical")


def main() -> None:
    """All measurements; each line says the goal where one is set."""
    folders = [Path(name).resolve() for name in sys.argv[1:]]
    if not folders:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{scratch}/base.sqlite3"
        for label, goal in (("parse and store", 60.0), ("the same again, unchanged", 15.0)):
            report = apart(url, folders)
            print(f"{label}: {report['talks']:,} talks, {report['created']:,} created", flush=True)
            say(f"  {label}", report["seconds"], "s", goal)
            say("  peak memory", report["mebibytes"], "MiB", 1024)
        embedding(url)
        meanwhile(scratch, folders)


def say(what: str, value: float, unit: str, goal: float | None = None, *, at_least: bool = False) -> None:
    """One line of the table."""
    verdict = "" if goal is None else "ok" if (value >= goal if at_least else value <= goal) else "MISSED"
    target = "" if goal is None else f"goal {'at least' if at_least else 'at most'} {goal:g}"
    figures = "10.6f" if not unit else "10.2f"
    print(f"{what:<52} {value:{figures}} {unit:<6} {target:<20} {verdict}", flush=True)


def apart(url: str, folders: list[Path]) -> dict[str, Any]:
    """Read the folders in a process of its own, without embedding, and report time and memory of that process."""
    command = [sys.executable, "-c", READ, url, *map(str, folders)]
    answer = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def embedding(url: str) -> None:
    """Ours beside the plain library, on the same passages, alternating."""
    settings = get_settings()
    ours = open_embedder(settings)
    texts = passages(url, ours.recipe)
    plain = SentenceTransformerEmbedder(find_model(settings)).load()
    ours.encode(texts[:8])
    plain.encode(texts[:8], show_progress_bar=False)
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(ROUNDS):
        began = time.perf_counter()
        mine = ours.encode(texts)
        times["ours"].append(time.perf_counter() - began)
        began = time.perf_counter()
        theirs = plain.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        times["plain"].append(time.perf_counter() - began)
    for name, seconds in times.items():
        say(f"embedding, {name}", len(texts) / statistics.median(seconds), "/s")
    ratio = statistics.median(p / o for p, o in zip(times["plain"], times["ours"], strict=True))
    say("embedding, ours to plain SentenceTransformer.encode", ratio, "times", 1.8, at_least=True)
    say("least cosine between the two", float(np.min(np.sum(mine * theirs, axis=1))), "", 0.9999, at_least=True)


def passages(url: str, recipe: str) -> list[str]:
    """A spread of real passages."""
    from app.db.engine import make_engine, writing
    from app.search.passages import refresh_passages

    engine = make_engine(url)
    with writing(engine) as session:
        refresh_passages(session, 2000)
    with reading(engine) as session:
        texts = [text for _, text in missing(session, recipe)]
    engine.dispose()
    step = max(1, len(texts) // PASSAGES)
    return texts[::step][:PASSAGES]


def meanwhile(scratch: str, folders: list[Path]) -> None:
    """Page times with the shipped data, while `hallway ingest` loads and embeds the folders, and when it has loaded.

    Pages may slow as the base grows, so the time during is held against the slower of before and after.
    """
    settings = Settings(database_url=f"sqlite:///{scratch}/site.sqlite3")
    base = open_knowledge_base(settings)
    pipeline.ingest(base.engine, base.embedder, [CHECKOUT / "data"], options=ReadOptions())
    before = visit(base, lambda: False)
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("hallway")), "ingest", *map(str, folders)],
        cwd=CHECKOUT,
        env=os.environ | {"HALLWAY_DATABASE_URL": settings.database_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    began = time.monotonic()
    during = visit(base, lambda: process.poll() is None and time.monotonic() - began < MEANWHILE)
    process.terminate()
    process.wait()
    after = visit(base, lambda: False)
    say("page p95 before the ingest", before, "ms")
    say("page p95 after it", after, "ms")
    say("page p95 while it runs", during, "ms", 1.15 * max(before, after))
    base.engine.dispose()


def visit(base: KnowledgeBase, busy: Any) -> float:
    """P95 in ms over pages, for at least 200 visits and while `busy`."""
    times: list[float] = []
    with TestClient(create_app(base)) as client:
        for page in PAGES:
            client.get(page)
        while len(times) < 200 or busy():
            for page in PAGES:
                began = time.perf_counter()
                client.get(page)
                times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[int(len(times) * 0.95)]


if __name__ == "__main__":
    main()
