"""Times the main job on this machine: start-up, search against embedding alone, and every page, in one run.

Starting is timed with `hallway serve --ingest data`, which is what `make serve` runs after the install, on a port and
with a base of its own. Search and pages are timed in process, one client, on the shipped data.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from app.bootstrap import KnowledgeBase, open_knowledge_base
from app.catalog.filters import TalkFilter
from app.db.engine import reading
from app.search.shapes import SearchRequest
from app.settings import CHECKOUT, Settings
from app.web.app import create_app

PORT = 8765
QUERIES = (
    "deploying kafka on kubernetes", "liveness probes killing brokers", "exactly once", "upgrade without downtime",
    "how do others monitor lag", "change data capture from databases", "KSQL limits", "multi region replication",
    "Gwen Shapira", "schema evolution", "machine learning with streams", "cost of cross zone traffic",
)  # fmt: skip
PAGES = (
    "/", "/search?q=deploying+kafka+on+kubernetes", "/search?q=exactly+once&mode=lexical", "/talks",
    "/talks/kafka-on-kubernetes-keeping-it-simple", "/speakers", "/speakers/gwen-shapira", "/editions",
    "/editions/kafka-summit-san-francisco-2019", "/themes", "/themes/operations", "/takeaways", "/trends",
    "/trends?edition=kafka-summit-san-francisco-2019", "/reports",
    "/reports/themes?edition=kafka-summit-san-francisco-2019", "/methods",
)  # fmt: skip


def main() -> None:
    """Run all and print one line for each figure, with the goal beside it."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "HALLWAY_DATABASE_URL": f"sqlite:///{folder}/base.sqlite3",
            "HALLWAY_CACHE_FOLDER": f"{folder}/cache",
        }
        say("start with an empty database to first page", start(environment), "s", 90)
        say("start with a full one to first page", start(environment), "s", 10)
        settings = Settings(database_url=environment["HALLWAY_DATABASE_URL"], cache_folder=Path(folder) / "cache")
        base = open_knowledge_base(settings)
        searching(base)
        pages(base)
    say("hallway --help", help_seconds(), "s", 0.5)


def say(what: str, value: float, unit: str, goal: float) -> None:
    """One line of the table."""
    print(f"{what:<60} {value:8.2f} {unit:<5} goal {goal:g}  {'ok' if value <= goal else 'MISSED'}", flush=True)


def start(environment: dict[str, str]) -> float:
    """Seconds from the command to the first page."""
    command = [sys.executable, "-m", "app", "serve", "--port", str(PORT), "--ingest", "data"]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - began < 300:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=60) as answer:
                    answer.read()
                    return time.perf_counter() - began
            except OSError:
                if process.poll() is not None:
                    raise SystemExit("The server stopped before it answered.") from None
                time.sleep(0.05)
        raise SystemExit("No page within 300 s.")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def searching(base: KnowledgeBase) -> None:
    """Hybrid search beside embedding the query alone, alternating so that both meet the same machine."""
    embed: list[float] = []
    hybrid: list[float] = []
    requests = [SearchRequest(query=query, mode="hybrid", filter=TalkFilter()) for query in QUERIES]
    for turn in range(21):
        for request in requests:
            one = milliseconds(lambda request=request: base.embedder.encode_query(request.query))  # type: ignore[misc]
            with reading(base.engine) as session:
                both = milliseconds(lambda request=request, session=session: base.search.search(session, request))  # type: ignore[misc]
            if turn:
                embed.append(one)
                hybrid.append(both)
    say("embedding a query alone, p50", statistics.median(embed), "ms", float("inf"))
    say("hybrid search, p50", statistics.median(hybrid), "ms", float("inf"))
    say("hybrid search to embedding alone, p50", statistics.median(hybrid) / statistics.median(embed), "times", 2)


def pages(base: KnowledgeBase) -> None:
    """Every page, 40 times after one to warm up."""
    with TestClient(create_app(base)) as client:
        for page in PAGES:
            answer = client.get(page)
            if answer.status_code != 200:
                raise SystemExit(f"{page} answered {answer.status_code}.")
            times = sorted(milliseconds(lambda page=page: client.get(page)) for _ in range(40))  # type: ignore[misc]
            say(f"{page} p95 ({len(answer.content) / 1000:.0f} kB)", times[37], "ms", 50)


def help_seconds() -> float:
    """The best of five: how long `hallway --help` takes."""
    command = [str(Path(sys.executable).parent / "hallway"), "--help"]

    def run() -> None:
        subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, check=True)

    return min(milliseconds(run) for _ in range(5)) / 1000


def milliseconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
