"""Going without failing a request: after SIGTERM the site says at /readyz that it leaves, and answers for a while yet.

So a balancer lets go of it before it closes its door. Connections that were kept open are closed after their answer.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Leaving:
    """Whether this process is about to stop, for which it takes `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.has_begun = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear SIGTERM before the server does, and tell it later; a second one at once. In an event loop's thread."""
        before = signal.getsignal(signal.SIGTERM)
        if not self._seconds or not callable(before) or threading.current_thread() is not threading.main_thread():
            yield
            return
        tell, loop = before, asyncio.get_running_loop()

        def begin(number: int, frame: FrameType | None) -> None:
            if self.has_begun:
                tell(number, frame)
                return
            self.has_begun = True
            loop.call_soon_threadsafe(loop.call_later, self._seconds, tell, number, None)

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            if signal.getsignal(signal.SIGTERM) is begin:
                signal.signal(signal.SIGTERM, before)


class LetsGo:
    """Asks for each connection to be closed after its answer once the process leaves."""

    def __init__(self, app: ASGIApp, leaving: Leaving) -> None:
        """Wrap `app`."""
        self.app = app
        self.leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to the answer's start."""

        async def send_and_close(message: Message) -> None:
            if message["type"] == "http.response.start" and self.leaving.has_begun:
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        await self.app(scope, receive, send_and_close)
