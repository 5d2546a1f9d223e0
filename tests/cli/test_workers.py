"""Several processes answer at one address, and each gets its part of those who come."""

from __future__ import annotations

import socket
import sys
from contextlib import closing
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from pickle import loads
from typing import Any

import pytest
from uvicorn import Config

from app.cli.listening import OwnSocket, check_free, sockets_of
from app.errors import UsageError
from tests.nodes import Node, free_port, is_ready

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not spread connections")


def in_another_process(sent: Any) -> socket.socket:
    """What a process would get that is sent this."""
    arrived = loads(ForkingPickler.dumps(sent))
    assert isinstance(arrived, socket.socket)
    return arrived


def test_connections_are_spread_over_the_sockets_of_one_address() -> None:
    sent = sockets_of(Config("app", port=free_port(), workers=2))[0]
    assert isinstance(sent, OwnSocket)
    with closing(sent), in_another_process(sent) as one, in_another_process(sent) as other:
        assert one.getsockname() == other.getsockname()
        for listening in (one, other):
            listening.listen(100)
            listening.setblocking(False)
        came = [socket.create_connection(one.getsockname()) for _ in range(64)]
        took = [taken(listening) for listening in (one, other)]
        assert sum(map(len, took)) == 64
        assert min(map(len, took)) >= 8
        for connection in (*came, *took[0], *took[1]):
            connection.close()


def taken(listening: socket.socket) -> list[socket.socket]:
    """All connections that wait."""
    found = []
    try:
        while True:
            found.append(listening.accept()[0])
    except BlockingIOError:
        return found


def test_an_address_where_nothing_can_listen_is_named_in_words() -> None:
    port = free_port()
    check_free("127.0.0.1", port)
    with closing(OwnSocket(socket.AF_INET, ("127.0.0.1", port))) as sent, in_another_process(sent) as there:
        there.listen()
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1 .* another with --port"):
            check_free("127.0.0.1", port)
    check_free("127.0.0.1", port)
    with pytest.raises(UsageError, match="no address “no such host”"):
        check_free("no such host", port)


def test_two_workers_answer_and_end(tmp_path: Path) -> None:
    environment = {"HALLWAY_DATABASE_URL": f"sqlite:///{tmp_path / 'base.sqlite3'}"}
    node = Node(free_port(), environment, tmp_path / "log", arguments=("--workers", "2"))
    node.start()
    try:
        node.wait()
        assert all(is_ready(node.port) for _ in range(20))
    finally:
        node.stop()
    assert not is_ready(node.port)
