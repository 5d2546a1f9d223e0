"""The `hallway` command. One file per group of commands; what a command needs is imported when it runs."""

from __future__ import annotations

import sys

import typer

from app.cli import (
    articles,
    compare,
    curator,
    draft,
    evaluate,
    ingest,
    jobs,
    maintenance,
    move,
    practices,
    report,
    review,
    search,
    serve,
    technologies,
    themes,
    vocabulary,
    worker,
)  # fmt: skip
from app.errors import HallwayError

app = typer.Typer(
    name="hallway",
    help="A knowledge base and search service for conference talks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

for group in (
    ingest, articles, search, practices, report, draft, compare, themes, evaluate, vocabulary, technologies,
    maintenance, move, jobs, worker, review, curator, serve,
):  # fmt: skip
    group.register(app)


def main() -> None:
    """Run the command line. An expected error is one line on standard error and its exit code."""
    try:
        app()
    except HallwayError as error:
        print(f"hallway: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
