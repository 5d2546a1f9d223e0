"""Where the site listens: whether it can, and for several processes a socket of its own each, so each gets its part."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import Any, cast

from uvicorn import Config

from app.errors import UsageError


class OwnSocket:
    """Arrives in another process as a socket of its own at this address.

    The system spreads connections over such sockets by chance. Of one that all listen at, whoever wakes first takes all
    that wait, and 32 clients who came at once were answered by one of four processes, at three fifths of the rate.
    """

    def __init__(self, family: int, address: tuple[Any, ...]) -> None:
        """Of an address that is free; it is held for as long as this is there."""
        self._where = family, address
        self._held = bound(family, address)

    def close(self) -> None:
        """Hold it no longer."""
        self._held.close()

    def __reduce__(self) -> tuple[Callable[..., socket.socket], tuple[Any, ...]]:
        """Sent to another process, it is bound there."""
        return bound, self._where


def bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    """A socket at an address where others of the same user may listen too; nothing comes to it before it listens."""
    own = socket.socket(family)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    _send_at_once(own)
    own.bind(address)
    return own


def check_free(host: str, port: int) -> None:
    """Raise UsageError where nothing can listen at this address now."""
    try:
        family, address = _address(host, port)
    except OSError as error:
        raise UsageError(f"There is no address “{host}” ({error.strerror}).", "--host") from error
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(address)
        except OSError as error:
            raise UsageError(
                f"Nothing can listen at port {port} of {host} ({error.strerror}). Stop what is there, or name another "
                "with --port.",
                "--port",
            ) from error


def sockets_of(config: Config) -> list[socket.socket]:
    """What each process of `config` is to listen at, which is free."""
    if sys.platform == "linux":  # elsewhere all would come to one of them
        return [cast(socket.socket, OwnSocket(*_address(config.host, config.port)))]
    shared = config.bind_socket()
    _send_at_once(shared)
    return [shared]


def _address(host: str, port: int) -> tuple[int, tuple[Any, ...]]:
    """Family and address of a host: of several IPv4, which "localhost" has always been here. OSError where none is."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, *_, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    return family, address


def _send_at_once(of: socket.socket) -> None:
    # As asyncio says of its own: else the head of an answer goes out and its body waits 40 ms for the receipt of that.
    of.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
