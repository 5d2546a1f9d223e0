"""How many requests are worked on at a time. Those that come while all places are taken wait in turn."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

AT_A_TIME = max(8, 4 * (os.cpu_count() or 1))
"""Threads that work on requests. With 40, which is usual, 32 clients at once got fewer answers than 8, each later."""


@asynccontextmanager
async def few_at_a_time(_: FastAPI) -> AsyncIterator[None]:
    """Keep to that for as long as the site is up."""
    current_default_thread_limiter().total_tokens = AT_A_TIME
    yield
