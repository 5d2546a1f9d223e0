"""`hallway move`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import JsonOption, print_json, progress

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from app.moving.report import MovedTable, MoveReport

SHOWN = 16
"""Hexadecimal digits of a checksum that the table has; --json has all 64."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(move)


def move(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The base: path of a SQLite file, or an address.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Where it goes: a path or an address; made if new.")],
    verify: Annotated[bool, typer.Option("--verify", help="Only compare both, table by table.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Move a whole base to another database, SQLite or Postgres; FROM is only read. Interrupted, run it again.

    Exit code 1 where a table differs; TO does not open as a base before all are equal.
    """
    from app import moving
    from app.bootstrap import configure_logging
    from app.db.engine import writing
    from app.db.places import place_of
    from app.embeddings.choose import open_embedder
    from app.errors import UsageError
    from app.moving.recipes import recipes_now
    from app.search.engine import SearchEngine
    from app.settings import get_settings

    if verify and dry_run:
        raise UsageError("--verify changes nothing, so there is nothing to try; leave --dry-run out.", "--dry-run")
    settings = get_settings()
    configure_logging(settings)
    embedder = open_embedder(settings)

    def make_indexes(engine: Engine) -> None:
        with writing(engine) as session:
            SearchEngine(engine, embedder, settings.cache_folder / "indexes").rebuild(session)

    places, recipes = (place_of(source, "FROM"), place_of(target, "TO")), recipes_now(embedder)
    with progress() as shown:
        if verify:
            report = moving.verify(*places, recipes, shown)
        elif dry_run:
            report = moving.plan(*places, recipes)
        else:
            report = moving.move(*places, recipes, make_indexes, shown)
    if json:
        print_json(report)
    else:
        _print(report, dry_run)
    if report.differing and not dry_run:
        raise typer.Exit(1)


def _print(report: MoveReport, dry_run: bool) -> None:
    print(f"FROM {report.source}\nTO   {report.target}\n")
    print(
        f"{'table':<18} {'kind':<8} {'rows from':>10} {'rows to':>10}  {'checksum':<{SHOWN + 8}} {'seconds':>7}  note"
    )
    for line in report.tables:
        note = ("copied" if dry_run and not line.left else "") or line.note
        print(
            f"{line.table:<18} {line.kind:<8} {line.rows_from:>10,} {line.rows_to:>10,}  "
            f"{_checksum(line):<{SHOWN + 8}} {line.seconds:>7.1f}  {note}".rstrip()
        )
    print()
    for note in report.notes:
        print(note)
    if report.replaced:
        print(f"{report.replaced:,} texts hold a NUL, which Postgres cannot keep: U+FFFD stands in its place there.")
    if dry_run:
        print("Dry run: nothing was changed.")
        return
    seconds = sum(report.seconds.values())
    steps = ", ".join(f"{name} {spent:.1f} s" for name, spent in report.seconds.items())
    print(f"{report.rows:,} rows in {seconds:.1f} s, {report.rows / max(seconds, 0.01):,.0f} a second: {steps}.")
    if report.differing:
        for kind, words in (("fact", "Facts"), ("derived", "Derived tables")):
            names = [line.table for line in report.tables if line.kind == kind and not line.equal]
            print(f"{words} that differ: {', '.join(names) or 'none'}.")
    else:
        print("All that was compared is equal.")


def _checksum(line: MovedTable) -> str:
    if line.left or not line.checksum_from:
        return "-"
    if line.equal:
        return f"{line.checksum_from[:SHOWN]} equal"
    return f"{line.checksum_from[:SHOWN]} differs"
