"""What commands print: JSON, plain lines, and progress that is a bar on a terminal and lines otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def print_json(answer: BaseModel) -> None:
    """The answer as indented JSON on standard output."""
    print(answer.model_dump_json(indent=2, by_alias=True))


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A function (step, done, total) that shows how far a long command is, on standard error."""
    if not sys.stderr.isatty():
        said: dict[str, int] = {}

        def line(step: str, done: int, total: int) -> None:
            tenth = done * 10 // total if total else 0
            if said.get(step) != tenth or (total and done == total):
                said[step] = tenth
                print(f"{step} {done}" + (f" of {total}" if total else ""), file=sys.stderr, flush=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, int] = {}

        def bar(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = int(bars.add_task(step, total=total or None))
            bars.update(tasks[step], completed=done, total=total or None)  # type: ignore[arg-type]  # it takes None

        yield bar
