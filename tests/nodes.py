"""Nodes for tests: `hallway serve` as processes of their own, and a balancer before them as simple as one can be."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from app.settings import CHECKOUT

READY_EVERY = 0.2
"""Seconds between two questions of the balancer whether a node is ready."""


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    return found


@dataclass
class Node:
    """`hallway serve` on a port, which can be stopped and started again."""

    port: int
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)
    arguments: Sequence[str] = ()

    def start(self) -> None:
        """Start it, and do not wait."""
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port), *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=CHECKOUT, stdout=log, stderr=log,
                env={**os.environ, "PYTHONPATH": str(CHECKOUT), **self.environment},
            )  # fmt: skip

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop it by a signal, and wait until it is gone."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(60)
            self.process = None

    def wait(self, seconds: float = 90.0) -> None:
        """Until it is ready."""
        ends = time.monotonic() + seconds
        while not is_ready(self.port):
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < ends, self.log.read_text()[-3000:]
            time.sleep(0.05)


def is_ready(port: int) -> bool:
    """Whether a node says so at /readyz."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class Balancer(ThreadingHTTPServer):
    """Sends each request to the next node that said it was ready, and to another where one refuses the connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.ports, self.ready, self._next = list(ports), set(ports), 0
        self._ended = threading.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def order(self) -> list[int]:
        """The nodes in the order in which to try them."""
        self._next += 1
        turned = self.ports[self._next % len(self.ports) :] + self.ports[: self._next % len(self.ports)]
        return sorted(turned, key=lambda port: port not in self.ready)

    def watch(self) -> None:
        """Ask all nodes over and over whether they are ready."""
        while not self._ended.wait(READY_EVERY):
            self.ready = {port for port in self.ports if is_ready(port)}

    def end(self) -> None:
        """Stop."""
        self._ended.set()
        self.shutdown()
        self.server_close()


class _Passing(BaseHTTPRequestHandler):
    server: Balancer

    def do_GET(self) -> None:
        """Pass a request on. 502 where no node takes it, or one breaks off."""
        for port in self.server.order():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                connection.connect()
            except ConnectionRefusedError:
                continue
            try:
                connection.request("GET", self.path, headers={"Cookie": self.headers.get("Cookie", "")})
                answer = connection.getresponse()
                self._send(answer.status, answer.read())
            except (OSError, http.client.HTTPException) as error:
                self._send(502, f"{port}: {error!r}".encode())
            finally:
                connection.close()
            return
        self._send(502, b"no node takes a connection")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def balanced(nodes: Sequence[Node]) -> Iterator[Balancer]:
    """A balancer before these nodes."""
    made = Balancer([node.port for node in nodes])
    threads = [threading.Thread(target=one, daemon=True) for one in (made.serve_forever, made.watch)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.end()


class Load:
    """Constant load from several clients, each on connections of its own: (seconds into it, took, status, text)."""

    def __init__(self, port: int, paths: Sequence[str], clients: int = 4, pause: float = 0.02) -> None:
        self._port, self._paths, self._pause = port, paths, pause
        self._ended = threading.Event()
        self.answers: list[tuple[float, float, int, str]] = []
        self._threads = [threading.Thread(target=self._ask, args=(i,), daemon=True) for i in range(clients)]

    def __enter__(self) -> Load:
        self.began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(70)

    def _ask(self, number: int) -> None:
        while not self._ended.wait(self._pause):
            number += 1
            began = time.monotonic()
            status, said = ask(self._port, self._paths[number % len(self._paths)])
            self.answers.append((began - self.began, time.monotonic() - began, status, said))


def ask(port: int, path: str) -> tuple[int, str]:
    """Status and text of one answer; 0 where there was none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, repr(error)
    finally:
        connection.close()
