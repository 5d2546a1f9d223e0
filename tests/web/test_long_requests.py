"""A site of its own, asked for more than an address should hold, says what is wrong and goes on."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.serve import LONGEST_HEAD
from tests.nodes import Node, free_port, is_ready


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """`hallway serve` on a new base."""
    folder: Path = tmp_path_factory.mktemp("node")
    started = Node(free_port(), {"HALLWAY_DATABASE_URL": f"sqlite:///{folder / 'base.sqlite3'}"}, folder / "log")
    started.start()
    started.wait()
    yield started
    started.stop()


@pytest.mark.parametrize("size", [10_000, 100_000, 1_000_000])
def test_a_question_that_is_too_long_is_told_so(node: Node, size: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
    connection.request("GET", "/api/v1/search?q=" + "a" * size)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 422
    assert told["errors"][0]["message"].startswith(f"q has {size:,} characters and may have 500.")
    connection.close()


def test_more_than_is_read_of_a_head_is_refused_and_others_are_answered(node: Node) -> None:
    with socket.create_connection(("127.0.0.1", node.port), timeout=30) as connection:
        try:
            connection.sendall(b"GET /?q=" + b"a" * 4 * LONGEST_HEAD)
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
        except ConnectionError:
            pass  # broken off while we still sent
    assert is_ready(node.port)


def test_too_many_values_of_one_parameter_are_counted(node: Node) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
    connection.request("GET", "/api/v1/search?q=a" + "&edition=b" * 30)
    told = json.loads(connection.getresponse().read())
    assert told["errors"][0]["message"].startswith("edition has 30 values and may have 20.")
    connection.close()
