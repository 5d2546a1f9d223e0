"""`hallway jobs`: the list of jobs; cancel one, try one again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from app.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from app.jobs.board import JobLine

JobId = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of a job.")]


class JobsGroup(TyperGroup):
    """`hallway jobs` lists; the words below are commands of their own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in where it was left out."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        cls=JobsGroup, help="Jobs: `hallway jobs` lists them, with options as `hallway jobs list --help` says."
    )
    group.command(name="list")(jobs)
    group.command()(cancel)
    group.command()(retry)
    app.add_typer(group, name="jobs")


def jobs(
    state: Annotated[
        Literal["waiting", "running", "failed", "cancelled", "done"] | None, typer.Option(help="Only these.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most jobs listed.")] = 25,
    json: JsonOption = False,
) -> None:
    """List jobs: those that run, those that wait, and those that ended, the newest first."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.jobs.board import read_board
    from app.settings import get_settings

    with reading(open_knowledge_base(get_settings()).engine) as session:
        board = read_board(session, state, limit)
    if json:
        print_json(board)
        return
    for line in board.items:
        print("\n".join(_lines(line)))
    if board.total > len(board.items):
        print(f"{board.total - len(board.items)} more; --limit shows more of them.")
    print(board.sentence)


def _lines(line: JobLine) -> list[str]:
    parts = [f"{line.id:>6}  {line.state}", f"{line.kind}: {line.subject or line.words}", line.progress, line.since]
    lines = ["  ".join(part for part in parts if part)]
    more = [line.said, f"last error: {line.error}" if line.error and line.state != "done" else ""]
    if line.tries > 1:
        more.append(f"tries: {line.tries}")
    if line.worker and line.state in ("running", "cancelling"):
        more.append(f"worker: {line.worker}")
    return lines + [f"        {part}" for part in more if part]


def cancel(job_id: JobId) -> None:
    """Cancel a job. One that runs is stopped between two steps; what it kept so far stays."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import writing
    from app.jobs import asking
    from app.settings import get_settings

    with writing(open_knowledge_base(get_settings()).engine) as session:
        said = asking.cancel(session, job_id)
    print(said)


def retry(job_id: JobId) -> None:
    """Try a job again that failed for good. On SQLite it runs at once."""
    from app.bootstrap import open_knowledge_base
    from app.db.dialect import is_sqlite
    from app.db.engine import writing
    from app.jobs import asking
    from app.jobs.here import run_all
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    with writing(base.engine) as session:
        said = asking.retry(session, job_id)
    print(said)
    if is_sqlite(base.engine) and not run_all(base, lambda words: print(words, file=sys.stderr, flush=True)):
        raise typer.Exit(1)
