"""`hallway worker`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

LOW_PRIORITY = 10
"""Of 19: added to the process's niceness, so that pages are served as quickly while it works."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(worker)


def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Jobs at a time in this process.")] = 1,
    once: Annotated[bool, typer.Option("--once", help="End when no job can be begun.")] = False,
) -> None:
    """Do the jobs that wait in Postgres: read files handed over, embed, and what follows. Ctrl-C or SIGTERM ends it.

    As many may run as you like, on any machines. The job at hand is ended first, or given back.
    """
    from app.bootstrap import open_knowledge_base
    from app.jobs.worker import work
    from app.settings import get_settings

    with suppress(AttributeError, OSError):  # Windows has no such thing.
        os.nice(LOW_PRIORITY)
    base = open_knowledge_base(get_settings())
    work(base, concurrency=concurrency, once=once, say=lambda words: print(words, file=sys.stderr, flush=True))
