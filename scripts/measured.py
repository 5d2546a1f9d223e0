"""What the benchmarks of search share: lines of their tables, quantiles, and questions that people might type."""

from __future__ import annotations

import math
import os
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Talk
from app.search.query import split_words
from app.text.stemming import STOP_WORDS

SEED = 4
LEAST_LETTERS = 3


def say(what: str, value: float, unit: str, goal: float | None = None, *, at_least: bool = False) -> None:
    """One line of the table."""
    verdict = "" if goal is None else "ok" if (value >= goal if at_least else value <= goal) else "MISSED"
    target = "" if goal is None else f"goal {'at least' if at_least else 'at most'} {goal:g}"
    figures = "10.2f" if unit else "10.3f"
    print(f"{what:<64} {value:{figures}} {unit:<6} {target:<20} {verdict}".rstrip(), flush=True)


def heading(words: str) -> None:
    """Begin a part of the table; the load says what else the machine is doing."""
    print(f"\n{words} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)", flush=True)


def quantile(times: Sequence[float], share: float) -> float:
    """The value that `share` of `times` do not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def say_times(what: str, times: Sequence[float], p50: float | None = None, p99: float | None = None) -> None:
    """Median and p99 of times in ms, with their goals."""
    say(f"{what}, p50", statistics.median(times), "ms", p50)
    say(f"{what}, p99", quantile(times, 0.99), "ms", p99)


def milliseconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def at_once(
    ask: Callable[[str], object], asked: Iterable[str], clients: int, most_seconds: float = math.inf
) -> tuple[list[float], float]:
    """Milliseconds of each answer and seconds in all, of so many threads that share the questions.

    No question is begun after `most_seconds`.
    """
    waiting = SimpleQueue[str]()
    for question in asked:
        waiting.put(question)
    times: list[float] = []
    began = time.perf_counter()

    def client() -> None:
        with suppress(Empty):
            while time.perf_counter() - began < most_seconds:
                question = waiting.get_nowait()
                times.append(milliseconds(lambda: ask(question)))  # noqa: B023  # it is asked at once

    with ThreadPoolExecutor(clients) as pool:
        for running in [pool.submit(client) for _ in range(clients)]:
            running.result()
    return times, time.perf_counter() - began


def all_of(asking: Iterable[Future[tuple[list[float], float]]]) -> tuple[list[float], float]:
    """As `at_once`, of what asks in several processes at the same time; the slowest tells how long it took."""
    found = [one.result() for one in list(asking)]
    return [one for took, _ in found for one in took], max(seconds for _, seconds in found)


def resident(pids: Sequence[int]) -> tuple[float, float]:
    """MiB that these processes hold of their own, and together with their share of what several of them map."""
    own = shared = 0.0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            name, *rest = line.split()
            own += int(rest[0]) / 1024 if name == "Anonymous:" else 0.0
            shared += int(rest[0]) / 1024 if name == "Pss:" else 0.0
    return own, shared


def questions(session: Session, seed: int = SEED) -> Iterator[str]:
    """Two to six words in a row of titles and abstracts, without end and none twice, the same for the same base."""
    rows = session.execute(
        select(col(Talk.title), col(Talk.abstract))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        .order_by(col(Talk.id))
    ).all()
    chance = random.Random(seed)  # noqa: S311  # the same questions each time are wanted
    asked: set[str] = set()
    while True:
        title, abstract = chance.choice(rows)
        words = split_words(chance.choice((title, abstract or title)))[:120]
        count = chance.randint(2, 6)
        start = chance.randrange(max(1, len(words) - count + 1))
        question = " ".join(words[start : start + count])
        if question not in asked and any(says_something(word) for word in words[start : start + count]):
            asked.add(question)
            yield question


def says_something(word: str) -> bool:
    """Whether a word is one to look for."""
    return len(word) >= LEAST_LETTERS and word not in STOP_WORDS and not word.isdigit()
