"""Times search on a base of any size, given by its address, and counts how often a talk that is meant comes first.

    scripts/bench_search.py ADDRESS [speed|clients|known|refresh|serve|vectors]...     all of them unless named

The base is opened as `hallway serve` opens it, and `refresh` changes ten talks of it and decides about four: give a
copy. Questions are two to six words in a row of titles and abstracts, none asked twice, so that nothing is answered
from what is kept.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import func, select, update
from sqlmodel import col

from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.catalog.filters import TalkFilter
from app.catalog.snapshot import refresh_snapshot
from app.db.engine import reading, writing
from app.embeddings.choose import open_embedder
from app.embeddings.protocol import Embedder
from app.embeddings.store import embed_missing
from app.models import Edition, Passage, Talk, Theme, ThemeAssignment
from app.search.passages import refresh_passages
from app.search.shapes import SearchRequest
from app.settings import Settings
from app.themes.decide import Choice, decide
from scripts import bench_clients, bench_known, bench_serve, bench_vectors
from scripts.bench_clients import PAGE, Ask, nearest, search
from scripts.measured import heading, milliseconds, quantile, questions, resident, say, say_times

ROUNDS, A_ROUND = 10, 31
SLOW, AGAIN = 200, 5
"""Questions that are asked again and again, to tell slow questions from slow moments, and how often."""
CHANGED = 10
PARTS = ("speed", "clients", "known", "refresh", "serve", "vectors")


def main() -> None:
    """The parts named, or all."""
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(PARTS):
        sys.exit(__doc__)
    settings = Settings(database_url=sys.argv[1])
    parts = sys.argv[2:] or PARTS
    if "serve" in parts:  # first, so that nothing of this process is in the way
        bench_serve.run(settings)
    if set(parts) <= {"serve"}:
        return
    base = open_knowledge_base(settings)
    say("opened and warm after", milliseconds(base.search.warm) / 1000, "s")
    with reading(base.engine) as session:
        talks = session.execute(select(func.count()).select_from(Talk)).scalar_one()
        passages = session.execute(select(func.count()).select_from(Passage)).scalar_one()
        asked = questions(session)
    print(f"{talks:,} talks, {passages:,} passages")
    if "speed" in parts:
        speed(base, asked)
    if "clients" in parts:
        bench_clients.run(base, asked)
    if "known" in parts:
        bench_known.run(base)
    if "refresh" in parts:
        refresh(base)
    say("resident of this process, without mapped files", resident([os.getpid()])[0], "MiB")
    if "vectors" in parts:
        bench_vectors.run(base)


def speed(base: KnowledgeBase, asked: Iterator[str]) -> None:
    """One client, beside embedding the question alone; in turns, so that all meet the same machine.

    The first of a turn is not counted: it finds the processor's caches full of what was timed before it.
    """
    heading("One client, in process")
    exact = open_embedder(base.settings.model_copy(update={"encoder_precision": "fp32"}))
    embedders: dict[str, Embedder] = {"the default embedder": base.embedder, "fp32 ONNX": exact}
    most = most_talks(base)
    plain = SearchRequest(query="", limit=PAGE)
    compared: dict[str, tuple[Ask, SearchRequest]] = {"hybrid": (search, plain), "hybrid, ids alone": (nearest, plain)}
    others = {
        "lexical": SearchRequest(query="", limit=PAGE, mode="lexical"),
        "semantic": SearchRequest(query="", limit=PAGE, mode="semantic"),
        "hybrid within a kind, facets beside": SearchRequest(query="", limit=PAGE, filter=TalkFilter(kinds=("talk",))),
        "hybrid within the largest edition": SearchRequest(query="", limit=PAGE, filter=TalkFilter(editions=(most,))),
        "hybrid, talks 181 to 200": SearchRequest(query="", limit=PAGE, offset=180),
        "hybrid, talks 1,001 to 1,020": SearchRequest(query="", limit=PAGE, offset=1_000),
        "hybrid, newest first": SearchRequest(query="", limit=PAGE, sort="date"),
    }
    ways = compared | {name: (search, request) for name, request in others.items()}
    times: dict[str, list[float]] = {name: [] for name in (*embedders, *ways)}
    same: list[float] = []
    for turn in range(ROUNDS + 1):
        same += [milliseconds(_count) for _ in range(A_ROUND)]
        for name, embedder in embedders.items():
            some = islice(asked, A_ROUND)
            took = [milliseconds(lambda one=one, embedder=embedder: embedder.encode_query(one)) for one in some]  # type: ignore[misc]
            times[name] += took[1:] if turn else []
        for name, (ask, request) in ways.items():
            took = [ask(base, request, question) for question in islice(asked, A_ROUND if turn else 5)]
            times[name] += took[1:] if turn else []
    own, full = (statistics.fmean(times[name]) for name in embedders)
    for name in embedders:
        say(f"embedding a question alone, {name}, mean", statistics.fmean(times[name]), "ms")
    for name in ways:
        say_times(name, times[name])
    for name in compared:
        p50, p99 = statistics.median(times[name]), quantile(times[name], 0.99)
        say(f"{name}, p50 to embedding alone in fp32 ONNX", p50 / full, "times", 1.7)
        say(f"{name}, p99 to embedding alone in fp32 ONNX", p99 / full, "times", 2.5)
        say(f"{name}, p50 to embedding alone as the default does", p50 / own, "times")
        say(f"{name}, p99 to embedding alone as the default does", p99 / own, "times")
    say(
        "counting to one number, p99 to p50: how uneven the machine is",
        quantile(same, 0.99) / statistics.median(same),
        "times",
    )
    for name, (ask, request) in compared.items():
        slow = quantile(each_again(base, ask, request, list(islice(asked, SLOW))), 0.99)
        say(f"{name}, p99 of medians of {AGAIN}, to it in fp32 ONNX", slow / full, "times")


def each_again(base: KnowledgeBase, ask: Ask, request: SearchRequest, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question: the median of several rounds through all, so no slow moment counts."""
    rounds = [[ask(base, request, question) for question in questions] for _ in range(AGAIN)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def _count() -> int:
    """Some milliseconds of work that is always the same."""
    return sum(range(200_000))


def most_talks(base: KnowledgeBase) -> str:
    """Slug of the edition with most talks."""
    with reading(base.engine) as session:
        slug: str = session.execute(
            select(col(Edition.slug)).join(Talk).group_by(col(Edition.slug)).order_by(func.count().desc()).limit(1)
        ).scalar_one()
    return slug


def refresh(base: KnowledgeBase) -> None:
    """Ten talks change: passages cut and indexed, embedded, and the first search after it follows."""
    heading(f"{CHANGED} changed talks")
    steps: dict[str, list[float]] = {"cut and indexed by word": [], "embedded": [], "first search after it": []}
    usual: list[float] = []
    for turn in range(4):
        change(base, turn)
        steps["cut and indexed by word"].append(milliseconds(lambda: cut(base)))
        steps["embedded"].append(milliseconds(lambda: embed_missing(base.engine, base.embedder)))
        request = SearchRequest(query="", limit=PAGE)
        steps["first search after it"].append(search(base, request, f"changed for the {turn}. time"))
        usual.append(search(base, request, f"nothing changed since the {turn}. time"))
    for name, times in steps.items():
        say(name, statistics.median(times), "ms")
    without = sum(statistics.median(times) for name, times in steps.items() if name != "embedded")
    say("indexes up to date, embedding left out", without - statistics.median(usual), "ms", 200)
    with writing(base.engine) as session:
        refresh_snapshot(session)
    say("first search after a new snapshot", search(base, SearchRequest(query="", limit=PAGE), "a new snapshot"), "ms")
    say("first search after a decision", statistics.median(decided(base)), "ms", 200)


def decided(base: KnowledgeBase) -> list[float]:
    """People confirm a theme that the machine assigned, four times: the first search after each."""
    machine = col(ThemeAssignment.status) == "machine"
    open_ = select(col(Talk.slug), col(Theme.slug)).join(ThemeAssignment, col(ThemeAssignment.talk_id) == col(Talk.id))
    open_ = open_.join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id)).where(machine).order_by(col(Talk.id))
    times = []
    for turn in range(4):
        with writing(base.engine) as session:
            talk, theme = session.execute(open_.limit(1)).one()
            decide(session, Choice(talk, theme, "accept", "bench", "command line"))
        times.append(search(base, SearchRequest(query="", limit=PAGE), f"decided for the {turn}. time"))
    return times


def change(base: KnowledgeBase, turn: int) -> None:
    """Write to ten talks, spread over the base, as an ingest would."""
    with writing(base.engine) as session:
        ids = session.scalars(select(col(Talk.id)).where(col(Talk.withdrawn_at).is_(None)).order_by(col(Talk.id))).all()
        for place in range(CHANGED):
            key = ids[(place * len(ids)) // CHANGED]
            abstract = func.coalesce(col(Talk.abstract), "") + f" It was changed for time {turn} {time.time()}."
            session.execute(
                update(Talk)
                .where(col(Talk.id) == key)
                .values(abstract=abstract, content_hash=f"changed-{time.time()}-{key}")
            )


def cut(base: KnowledgeBase) -> None:
    """Passages and words of what changed."""
    with writing(base.engine) as session:
        refresh_passages(session)


if __name__ == "__main__":
    main()
