"""Times `hallway serve` over HTTP on this machine: cold start, then searches of several clients on some workers."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.db.engine import make_engine, reading
from app.settings import CHECKOUT, Settings
from scripts.measured import heading, quantile, questions, resident, say, say_times

WORKERS = (1, 2, 4)
CLIENTS = (1, 8, 32)
SECONDS = 12.0
MOST = 3_000
API = "/api/v1/search?limit=20&q="
PAGE = "/search?q="


def run(settings: Settings) -> None:
    """Start it without and with index files, then load it with 1, 2 and 4 workers."""
    engine = make_engine(settings.database_url)
    with reading(engine) as session:
        asked = questions(session, seed=5)
        heading("hallway serve")
        forget_indexes(settings)
        start(settings, asked, "without index files")
        start(settings, asked, "with index files", 5)
        for workers in WORKERS:
            load(settings, asked, workers)
    engine.dispose()


def forget_indexes(settings: Settings) -> None:
    """Remove the index files, as before the first start."""
    for file in (settings.cache_folder / "indexes").glob("*.index"):
        file.unlink()


def start(settings: Settings, asked: Iterator[str], how: str, goal: float | None = None) -> None:
    """From the command to ready, and to the first answer."""
    began = time.perf_counter()
    with served(settings, 1) as (port, _):
        say(f"start {how} until /readyz is ok", time.perf_counter() - began, "s", goal)
        took = visit(port, API + quote(next(asked)))
        say(f"start {how} until the first search is answered", time.perf_counter() - began, "s", goal)
        say("  that first search", took, "ms")
        later = [visit(port, API + quote(question)) for question in islice(asked, 20)]
        say("  the median of the next 20", statistics.median(later), "ms")


def load(settings: Settings, asked: Iterator[str], workers: int) -> None:
    """Searches from several clients, and the page they would see."""
    with served(settings, workers) as (port, pids):
        heading(f"hallway serve --workers {workers}, hybrid")
        clients_of(port, 8, API, islice(asked, 100))  # each worker warms up
        rates = {}
        for clients in CLIENTS:
            found = clients_of(port, clients, API, islice(asked, MOST))
            rates[clients] = len(found["times"]) / found["seconds"]
            say(f"API, {clients} clients, searches", rates[clients], "/s", None)
            say_times(f"API, {clients} clients", found["times"])
        say("32 clients to 8 clients", rates[32] / rates[8], "times", 0.9, at_least=True)
        found = clients_of(port, 1, PAGE, islice(asked, 200))
        say_times("page, 1 client", found["times"])
        say("page, 1 client, p95", quantile(found["times"], 0.95), "ms", 150)
        say("page, bytes", found["bytes"] / len(found["times"]) / 1000, "kB")
        found = clients_of(port, 8, PAGE, islice(asked, MOST))
        say("page, 8 clients", len(found["times"]) / found["seconds"], "/s")
        own, shared = resident(pids)
        say("resident, all processes, without mapped files", own, "MiB")
        say("resident, all processes, with their share of mapped files", shared, "MiB")


def clients_of(port: int, clients: int, way: str, asked: Iterator[str]) -> dict[str, Any]:
    """What a process of its own measures, see `http_load`. Stops at an answer that is no answer."""
    paths = [way + quote(question) for question in asked]
    command = [sys.executable, str(Path(__file__).with_name("http_load.py"))]
    given = json.dumps({"port": port, "clients": clients, "seconds": SECONDS, "paths": paths})
    answer = subprocess.run(command, input=given, capture_output=True, text=True, check=True, timeout=10 * SECONDS)
    found: dict[str, Any] = json.loads(answer.stdout)
    if found["failed"]:
        raise SystemExit(f"{found['failed']} of {len(found['times'])} answers were not a 200.")
    return found


@contextmanager
def served(settings: Settings, workers: int) -> Iterator[tuple[int, list[int]]]:
    """A site that is ready on all its workers: its port and processes. Ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HALLWAY_DATABASE_URL": settings.database_url, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "app", "serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_ready(process, port)
        if workers > 1:
            time.sleep(2 * workers)  # the first to be ready answers; the others follow
        yield port, [process.pid, *children(process.pid)]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    """Ask /readyz until it is ok."""
    for _ in range(12_000):
        try:
            visit(port, "/readyz")
            return
        except OSError:
            if process.poll() is not None:
                raise SystemExit("The server stopped before it answered.") from None
            time.sleep(0.01)
    raise SystemExit("Not ready after two minutes.")


def visit(port: int, path: str) -> float:
    """Milliseconds of one answer; OSError for any but a 200."""
    began = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=120) as answer:
        answer.read()
    return (time.perf_counter() - began) * 1000


def children(pid: int) -> list[int]:
    """Processes that this one started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
