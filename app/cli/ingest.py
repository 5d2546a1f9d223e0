"""`hallway ingest`."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import JsonOption, print_json, progress

if TYPE_CHECKING:
    from app.ingest.run import FileReport
    from app.jobs.telling import Shown
    from app.pipeline import IngestReport

LOW_PRIORITY = 10
"""Of 19: added to the process's niceness, so that pages are served as quickly while it works."""
LARGEST = 5
"""Fields with most values lost, of all files."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ingest)


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders to read.")],
    format: Annotated[str | None, typer.Option(help="Read as this format; else it is recognised.")] = None,
    edition: Annotated[str | None, typer.Option(help="Name of the edition, for files that do not say.")] = None,
    series: Annotated[str | None, typer.Option(help="Name of the series, for files that do not say.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone of times without an offset.")] = None,
    map: Annotated[list[str] | None, typer.Option(help="Column of a table as one of our fields: Title=title.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check, but keep nothing.")] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Hand the files over to workers and return.")] = False,
    json: JsonOption = False,
) -> None:
    """Load programmes, themes, decisions, takeaways and articles; embed and index what changed.

    Exit code 3 when part of the input could not be read; everything else was loaded. With --queue the files go into
    the database, workers read them, and what became of them stands in `hallway jobs` and on the page of imports; on
    SQLite the same jobs run here, at once.
    """
    from app import pipeline
    from app.bootstrap import open_knowledge_base
    from app.cli.queueing import queue_ingest
    from app.ingest.formats.protocol import ReadOptions
    from app.jobs.kinds import INGEST
    from app.jobs.telling import recorded
    from app.settings import get_settings

    if queue and dry_run:
        raise typer.BadParameter("--queue hands files over for good; leave one of --queue and --dry-run out.")

    with suppress(AttributeError, OSError):  # A site served on this machine goes first; Windows has no such thing.
        os.nice(LOW_PRIORITY)
    base = open_knowledge_base(get_settings())
    options = ReadOptions(
        limit=base.settings.max_file_megabytes * 1_000_000, edition=edition, series=series, timezone=timezone,
        columns=_columns(map or []),
    )  # fmt: skip
    if queue:
        queue_ingest(base, paths, options, format, json)
        return
    with ExitStack() as stack:
        shown: Shown = stack.enter_context(progress())
        said: list[str] = []
        if not dry_run:
            subject = ", ".join(path.name or str(path) for path in paths)[:200]
            shown, said = stack.enter_context(recorded(base.engine, INGEST, subject, shown))
        report = pipeline.ingest(
            base.engine, base.embedder, paths, options=options, format_name=format, dry_run=dry_run, progress=shown
        )
        said.append(_totals(report))
    if json:
        print_json(report)
    else:
        _print(report, dry_run)
    if report.has_errors:
        raise typer.Exit(3)


def _columns(pairs: list[str]) -> dict[str, str]:
    columns = dict(pair.rpartition("=")[::2] for pair in pairs)
    if "" in columns:
        raise typer.BadParameter("Write --map COLUMN=FIELD, such as --map 'Talk title=title'.")
    return columns


def _print(report: IngestReport, dry_run: bool) -> None:
    for file in report.files:
        print(f"{file.path}: {_words(file)}")
        for note in file.notes:
            print(f"  note: {note}")
        for problem in file.problems:
            print(f"  {problem.severity}: {problem.message}" + (f" ({problem.where})" if problem.where else ""))
    lost = Counter[str]()
    for file in report.files:
        lost.update({f"{file.format}: {name}": count for name, count in file.fields.get("lost", {}).items()})
    if lost:
        largest = ", ".join(f"{name} {count}" for name, count in lost.most_common(LARGEST))
        print(f"Lost {lost.total()} values of {len(lost)} fields, the most of {largest}; `hallway doctor` says more.")
    for one in report.reissues:
        print(f"saved report {one.sentence}" + (f" `hallway report diff {one.previous} {one.id}`" if one.id else ""))
    print(f"{_totals(report)}; {report.seconds:.1f} s" + (" (dry run: nothing was kept)" if dry_run else ""))


def _totals(report: IngestReport) -> str:
    totals = report.totals
    return (
        f"{totals.talks} talks: {totals.created} created, {totals.updated} updated, {totals.unchanged} unchanged, "
        f"{totals.withdrawn} withdrawn; {totals.passages_embedded} passages embedded; {totals.problems} problems"
    )


def _words(file: FileReport) -> str:
    if file.format is None:
        return "not read"
    if file.kind is None:
        return "not read" if file.problems else "unchanged"
    counts = file.records or file.talks
    parts = [f"{value} {name}" for name, value in counts.model_dump().items() if value]
    return f"{file.kind}: {', '.join(parts) or 'none'}"
