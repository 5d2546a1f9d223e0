"""`hallway serve`."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import garbage

if TYPE_CHECKING:
    from app.settings import Settings

SECONDS_TO_END = 30
"""For answers that were begun when the site is stopped, before they are broken off."""
LONGEST_HEAD = 1_200_000
"""Bytes of an address and headers that are read: a question of a megabyte is told what is wrong with it, where uvicorn
by itself breaks off from 64 kB on."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
    ingest: Annotated[
        list[Path] | None, typer.Option(help="Ingest this first if anything in it changed; may be given again.")
    ] = None,
) -> None:
    """Serve the site and the API."""
    garbage.look_seldom()
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from app.cli.listening import check_free, sockets_of
    from app.settings import get_settings

    check_free(host, port)
    settings = get_settings()
    if ingest:
        _take_in(settings, ingest)
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if "HALLWAY_BASE_URL" not in os.environ and "base_url" not in settings.model_fields_set:
        os.environ["HALLWAY_BASE_URL"] = address
        get_settings.cache_clear()
    print(f"Hallway is at {address} (stop with Ctrl-C)", flush=True)
    asked: dict[str, Any] = {
        "app": "app.web.app:factory", "factory": True, "host": host, "port": port, "log_level": "warning",
        "proxy_headers": bool(settings.trusted_proxies), "forwarded_allow_ips": settings.trusted_proxies or None,
        "timeout_graceful_shutdown": SECONDS_TO_END, "http": "h11", "h11_max_incomplete_event_size": LONGEST_HEAD,
    }  # fmt: skip
    if workers == 1:
        uvicorn.run(**asked)
        return
    config = uvicorn.Config(workers=workers, **asked)
    with suppress(KeyboardInterrupt):
        Multiprocess(config, sockets=sockets_of(config)).run()


def _take_in(settings: Settings, paths: list[Path]) -> None:
    """Ingest, as `hallway ingest` does, and say what came of it."""
    from app import pipeline
    from app.bootstrap import open_knowledge_base
    from app.cli.output import progress
    from app.ingest.formats.protocol import ReadOptions

    base = open_knowledge_base(settings)
    options = ReadOptions(limit=settings.max_file_megabytes * 1_000_000)
    with progress() as shown:
        report = pipeline.ingest(base.engine, base.embedder, paths, options=options, progress=shown)
    for one in report.reissues:
        print(f"saved report {one.sentence}")
    totals = report.totals
    print(f"{totals.talks} talks, {totals.created} new, {totals.updated} changed, {totals.problems} problems.")
    base.engine.dispose()
