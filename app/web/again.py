"""What only reads is asked once more where the database broke off in the middle, before anything of it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Interrupted

_KEY = "hallway.attempt"


@dataclass
class _Attempt:
    """The first try of a request; `failed` where it may be made again."""

    failed: bool = False


def may_be_asked_again(request: Request, error: Exception) -> None:
    """Note that a request failed by this error; its answer is dropped if another try is to come."""
    attempt = request.scope.get(_KEY)
    if attempt is not None and isinstance(error, Interrupted):
        attempt.failed = True


class OnceMore:
    """Asks GET again, once, on another connection. The second answer is sent, whatever it is."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`, which says by `may_be_asked_again` what failed."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and perhaps once more."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        attempt, sent = _Attempt(), False
        untouched = dict(scope)

        async def send_unless_failed(message: Message) -> None:
            nonlocal sent
            if sent or not attempt.failed:
                sent = True
                await send(message)

        scope[_KEY] = attempt
        await self.app(scope, receive, send_unless_failed)
        if attempt.failed and not sent:
            scope.clear()
            scope.update(untouched)
            await self.app(scope, receive, send)
