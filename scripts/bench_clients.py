"""Times searches of several clients at once: threads of one process, and of two that share the index files."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache, partial
from itertools import islice
from multiprocessing import get_context

from sqlmodel import Session

from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.db.engine import reading
from app.search.shapes import SearchRequest
from app.settings import Settings
from scripts.measured import all_of, at_once, heading, milliseconds, say, say_times

EIGHT = 8
"""Clients, at which the goal is set and processes are compared."""
CLIENTS = (1, EIGHT, 32)
TURNS, SEARCHES = 6, 200
"""How often each number of clients is measured, and how many questions they ask between them each time."""
PROCESSES = 2
PAGE = 20
GOAL = 240

Ask = Callable[[KnowledgeBase, SearchRequest, str], float]
"""Milliseconds of an answer."""
Measure = Callable[[Sequence[str]], tuple[list[float], float]]
"""Questions to the milliseconds of each answer, and seconds in all."""


def search(base: KnowledgeBase, request: SearchRequest, question: str) -> float:
    """Milliseconds of one search, in a session of its own as a request of the site has."""
    return _asked(base, request, question, base.search.search)


def nearest(base: KnowledgeBase, request: SearchRequest, question: str) -> float:
    """The same for ids and scores alone, which is what most libraries answer with."""
    return _asked(base, request, question, partial(base.search.nearest, most=request.limit))


def _asked(
    base: KnowledgeBase, request: SearchRequest, question: str, ask: Callable[[Session, SearchRequest], object]
) -> float:
    def work() -> None:
        with reading(base.engine) as session:
            ask(session, request.model_copy(update={"query": question}))

    return milliseconds(work)


def run(base: KnowledgeBase, asked: Iterator[str]) -> None:
    """Every number of clients, and eight over two processes; in turns, so that all meet the same machine."""
    heading("Several clients at once, hybrid")
    ways: dict[str, Measure] = {f"{count} clients": partial(by_threads, base, search, count) for count in CLIENTS}
    alone, split, ids = f"{EIGHT} clients", f"{EIGHT} clients of {PROCESSES} processes", "ids alone"
    ways[f"{alone}, {ids}"] = partial(by_threads, base, nearest, EIGHT)
    with ExitStack() as opened:
        anew = get_context("spawn")  # a process that threads were started in is not to be forked
        workers = [opened.enter_context(ProcessPoolExecutor(1, mp_context=anew)) for _ in range(PROCESSES)]
        ways[split] = partial(by_processes, workers, base.settings, search)
        ways[f"{split}, {ids}"] = partial(by_processes, workers, base.settings, nearest)
        rates: dict[str, list[float]] = {way: [] for way in ways}
        times: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(TURNS + 1):
            for way, measure in ways.items():
                took, seconds = measure(list(islice(asked, SEARCHES)))
                if turn:  # the first is to warm up
                    rates[way].append(len(took) / seconds)
                    times[way] += took
    for way in ways:
        goal = GOAL if way.startswith(alone) else None
        say(f"{way}, searches", statistics.median(rates[way]), "/s", goal, at_least=True)
        say_times(way, times[way])
    say("32 clients to 8 clients", ratio(rates["32 clients"], rates[alone]), "times", 1, at_least=True)
    say(f"{PROCESSES} processes to one", ratio(rates[split], rates[alone]), "times")


def ratio(some: Sequence[float], others: Sequence[float]) -> float:
    """The median of what one is to the other in each turn."""
    return statistics.median(one / other for one, other in zip(some, others, strict=True))


def by_threads(base: KnowledgeBase, ask: Ask, count: int, questions: Sequence[str]) -> tuple[list[float], float]:
    """Asked by so many threads of this process."""
    request = SearchRequest(query="", limit=PAGE)
    return at_once(lambda question: ask(base, request, question), questions, count)


def by_processes(
    workers: Sequence[ProcessPoolExecutor], settings: Settings, ask: Ask, questions: Sequence[str]
) -> tuple[list[float], float]:
    """Asked by eight threads, an equal part of them in each process."""
    parts = len(workers)
    threads = EIGHT // parts
    return all_of(
        worker.submit(_in_process, settings, ask, threads, questions[at::parts]) for at, worker in enumerate(workers)
    )


def _in_process(settings: Settings, ask: Ask, count: int, questions: Sequence[str]) -> tuple[list[float], float]:
    return by_threads(_opened(settings.model_dump_json()), ask, count, questions)


@cache
def _opened(settings: str) -> KnowledgeBase:
    base = open_knowledge_base(Settings.model_validate_json(settings))
    base.search.warm()
    return base
