"""Asks a site on this machine for pages from several clients at once, each over one connection that stays open.

Plain sockets and no library, so that it takes little of the time it measures. The first line of standard input is JSON:
{"port", "clients", "seconds", "paths"}; each path is asked for once, until they or the seconds end. Prints JSON:
{"seconds", "times": milliseconds of each answer, "failed": how many were not a 200, "bytes"}.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any


async def ask(port: int, paths: list[str], until: float, found: dict[str, Any]) -> None:
    """One client."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while paths and time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % paths.pop().encode())
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        body = await reader.readexactly(int(fields[b"content-length"]))
        found["times"].append((time.perf_counter() - began) * 1000)
        found["failed"] += head.split(b" ", 2)[1] != b"200"
        found["bytes"] += len(head) + len(body)
    writer.close()


async def main() -> None:
    """All clients."""
    asked = json.loads(sys.stdin.readline())
    found: dict[str, Any] = {"times": [], "failed": 0, "bytes": 0}
    began = time.perf_counter()
    until = began + asked["seconds"]
    await asyncio.gather(*(ask(asked["port"], asked["paths"], until, found) for _ in range(asked["clients"])))
    print(json.dumps({**found, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    asyncio.run(main())
