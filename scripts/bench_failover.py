"""Two nodes on a primary with a replica, under load while either server is stopped and started: what fails, how long.

    scripts/bench_failover.py [SECONDS]

Starts everything itself, with the shipped data; SECONDS (5) is how long each server stays stopped. Prints requests,
how many failed, the slowest, what writes were told, and the seconds until they went on. `measure` gives the numbers.
"""

from __future__ import annotations

import http.client
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from app import pipeline
from app.bootstrap import open_knowledge_base
from app.curators.account import set_password
from app.db.engine import writing
from app.ingest.formats.protocol import ReadOptions
from app.settings import get_settings, shipped
from scripts.measured import heading, quantile, say
from tests.nodes import Load, Node, balanced, free_port
from tests.replica import Instance, pair

PATHS = (
    "/", "/search?q=kafka+on+kubernetes", "/talks", "/themes", "/api/v1/search?q=liveness+probes",
    "/editions/kafka-summit-san-francisco-2019", "/trends", "/api/v1/talks",
)  # fmt: skip
NAME, PASSWORD = "Bench", "a long password for a bench"
AROUND = 3.0
"""Seconds of load before a server is stopped and after all went on."""


@dataclass
class Outage:
    """One server stopped and started under load. Times are in seconds."""

    server: str
    reads: list[tuple[float, float, int, str]]
    writes: list[tuple[float, int, str]]
    """When in the load, status and title or text of each write."""
    stopped: float
    started: float
    recovered: float = field(init=False)
    """From the moment in which the server answered again until a write was taken."""

    def __post_init__(self) -> None:
        """Find the first write that was taken after the start."""
        taken = [at for at, status, _ in self.writes if status == 303 and at >= self.started]
        self.recovered = taken[0] - self.started if taken else float("inf")

    @property
    def failed(self) -> list[tuple[float, float, int, str]]:
        """Reads without a 200."""
        return [one for one in self.reads if one[2] != 200]

    @property
    def refused(self) -> list[str]:
        """What writes were told that were not taken."""
        return [f"{status}: {said}" for _, status, said in self.writes if status != 303]


class Writer:
    """A curator who decides over and over, at one node after the other."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._ports = [node.port for node in nodes]
        self._ended = threading.Event()
        self.answers: list[tuple[float, int, str]] = []
        self._cookies: dict[str, str] = {}
        self._sign_in()
        _, page = self._ask(self._ports[0], "/review")
        self._token = _of(page, "token")
        self._pair = {"talk": _of(page, "talk"), "about": _of(page, "about")}
        self._thread = threading.Thread(target=self._decide, daemon=True)

    def __enter__(self) -> Writer:
        self.began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(70)

    def _sign_in(self) -> None:
        _, page = self._ask(self._ports[0], "/sign-in")
        sent = {"name": NAME, "password": PASSWORD, "token": _of(page, "token")}
        status, said = self._ask(self._ports[0], "/sign-in", sent)
        if status != 303:
            raise SystemExit(f"The curator could not sign in: {status} {said[:300]}")

    def _decide(self) -> None:
        number = 0
        while not self._ended.wait(0.1):
            number += 1
            sent = {"token": self._token, "action": ("accept", "reject")[number % 2], **self._pair}
            at = time.monotonic() - self.began
            try:
                status, page = self._ask(self._ports[number % len(self._ports)], "/review", sent)
            except OSError as error:
                status, page = 0, repr(error)
            found = re.search(r'<p class="lead">(.*?)</p>', page, re.DOTALL)
            self.answers.append((at, status, unescape(found[1]) if found else page[:200]))

    def _ask(self, port: int, path: str, sent: dict[str, str] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if sent is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("GET" if sent is None else "POST", path, urlencode(sent or {}), headers)
            answer = connection.getresponse()
            for one in answer.headers.get_all("set-cookie") or ():
                name, _, value = one.partition(";")[0].partition("=")
                self._cookies[name] = value
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def _of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if not found:
        raise SystemExit(f"The page has no field {name}.")
    return unescape(found[1])


def measure(seconds: float = 5.0, say: Callable[[str], None] = print) -> list[Outage]:
    """Stop the primary, then the replica, each for so long under load."""
    with pair() as servers, servers.server.database() as address, tempfile.TemporaryDirectory() as folder:
        read_address = servers.read_address(address)
        settings = get_settings().model_copy(
            update={"database_url": address, "read_database_url": read_address, "log_level": "WARNING"}
        )
        say("Loading the shipped data.")
        base = open_knowledge_base(settings)
        pipeline.ingest(base.engine, base.embedder, [shipped("data")], options=ReadOptions())
        with writing(base.engine) as session:
            set_password(session, PASSWORD, NAME)
        base.engine.dispose()
        environment = {
            "HALLWAY_DATABASE_URL": address, "HALLWAY_READ_DATABASE_URL": read_address,
            "HALLWAY_CACHE_FOLDER": str(settings.cache_folder), "HALLWAY_BASE_URL": "http://hallway.example",
        }  # fmt: skip
        nodes = [Node(free_port(), environment, Path(folder) / f"{name}.log") for name in ("one", "two")]
        try:
            for node in nodes:
                node.start()
            for node in nodes:
                node.wait(300)
            say("Two nodes are ready.")
            return [
                _outage("primary", servers.primary, nodes, seconds),
                _outage("replica", servers.replica, nodes, seconds),
            ]
        finally:
            for node in nodes:
                node.stop(signal.SIGINT)


def _outage(name: str, server: Instance, nodes: Sequence[Node], seconds: float) -> Outage:
    with balanced(nodes) as balancer, Load(balancer.port, PATHS) as load, Writer(nodes) as writer:
        time.sleep(AROUND)
        stopped = time.monotonic() - writer.began
        server.stop()
        time.sleep(seconds)
        server.start()
        started = time.monotonic() - writer.began
        ends = time.monotonic() + 60
        while time.monotonic() < ends and not any(at >= started and status == 303 for at, status, _ in writer.answers):
            time.sleep(0.05)
        time.sleep(AROUND)
    return Outage(name, load.answers, writer.answers, stopped, started)


def report(found: Outage) -> None:
    """Print one outage."""
    heading(f"{found.server} stopped for {found.started - found.stopped:.1f} s under load")
    took = [1000 * one[1] for one in found.reads]
    meanwhile = [1000 * one[1] for one in found.reads if found.stopped <= one[0] <= found.started]
    say("reads", len(took), "")
    say("reads while it was stopped", len(meanwhile), "")
    say("reads that failed", len(found.failed), "", 0)
    say("slowest read", max(took), "ms")
    say("p99 of reads", quantile(took, 0.99), "ms")
    if meanwhile:
        say("slowest read while it was stopped", max(meanwhile), "ms")
    say("writes taken", sum(status == 303 for _, status, _ in found.writes), "")
    say("writes refused", len(found.refused), "")
    for said in sorted(set(found.refused)):
        print(f"    {found.refused.count(said)} times {said}")
    say("from the start of the server to a write that is taken", found.recovered, "s")
    for one in found.failed[:10]:
        print(f"    failed at {one[0]:.2f} s: {one[2]} {one[3][:300]}")


def main() -> None:
    """Both outages, printed."""
    for found in measure(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0):
        report(found)


if __name__ == "__main__":
    main()
