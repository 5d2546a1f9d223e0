"""`hallway rebuild`, `doctor`, `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.output import JsonOption, print_json, progress

if TYPE_CHECKING:
    from app.catalog.questions import Unanswered
    from app.catalog.reviews import Reviews

LARGEST = 5
"""Losses and guesses of each format that `doctor` prints."""
MOST_QUESTIONS = 20
"""Questions without an answer that `doctor` prints."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(rebuild)
    app.command()(doctor)
    app.command()(backup)
    app.command()(restore)


def rebuild(
    what: Annotated[
        Literal["embeddings", "index", "technologies", "themes", "takeaways", "all"],
        typer.Argument(help="Which derived data."),
    ] = "all",
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to workers and return.")] = False,
) -> None:
    """Throw derived data away and make it anew. Facts and people's decisions are never touched."""
    from app import pipeline
    from app.bootstrap import open_knowledge_base
    from app.cli.queueing import queue_rebuild
    from app.jobs.kinds import REBUILD
    from app.jobs.telling import recorded
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    if queue:
        queue_rebuild(base, what)
        return
    with progress() as shown, recorded(base.engine, REBUILD, what, shown) as (telling, said):
        made = pipeline.rebuild(base.engine, base.embedder, base.search, what, telling)
        said.append(made)
    print(made)


def doctor(json: JsonOption = False) -> None:
    """Say what is missing, stale, suspicious or incomplete, and how to mend it. Exit code 1 if anything is broken."""
    from app.bootstrap import open_knowledge_base
    from app.catalog.health import examine
    from app.catalog.questions import unanswered
    from app.catalog.reviews import reviews_of_base
    from app.db.engine import reading
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        report = examine(session, base.embedder.recipe)
        report.imports = reviews_of_base(session)
        report.unanswered = unanswered(session)
    if json:
        print_json(report)
    else:
        for finding in report.findings:
            print(f"{finding.severity}: {finding.message}" + (f" Mend: {finding.mend}" if finding.mend else ""))
        print(f"{len(report.findings)} findings.")
        _print_unanswered(report.unanswered)
        _print_imports(report.imports)
    if any(finding.severity == "broken" for finding in report.findings):
        raise typer.Exit(1)


def _print_unanswered(questions: list[Unanswered]) -> None:
    """What people asked and did not find, most often first."""
    if questions:
        print("\nAsked, and nothing or little found:")
    for one in questions[:MOST_QUESTIONS]:
        print(f"  {one.count:4}  {one.last_at.date()}  {one.text} ({one.mode})")
    if len(questions) > MOST_QUESTIONS:
        print("  More: `hallway doctor --json`.")


def _print_imports(imports: Reviews) -> None:
    """What became of the fields of everything imported: the largest losses and guesses of each format."""
    for found in imports.formats:
        print(
            f"\n{found.format}: values kept {found.kept}, lost {found.lost}, guessed {found.guessed}; files "
            f"{found.files}, placeholders {found.nobodies}, dead-looking links {found.dead_links}, "
            f"talks perhaps doubled {found.doubled}."
        )
        for use, lines in (("lost", found.lost_fields), ("guessed", found.guessed_fields)):
            for line in lines[:LARGEST]:
                print(f"  {use}: {line.field} {line.count}" + (f" ({line.note})" if line.note else ""))
            if len(lines) > LARGEST:
                print(f"  {use}: {len(lines) - LARGEST} more fields")
    if imports.editions:
        least = (f"{line.name} {line.with_text} of {line.talks}" for line in imports.editions[:LARGEST])
        print(f"\nTalks with text, the editions with least first: {'; '.join(least)}.")
    if imports.formats:
        print("Each file: /imports on the site. All fields: `hallway doctor --json`.")


def backup(file: Annotated[Path, typer.Argument(help="Where the copy goes; must not exist yet.")]) -> None:
    """Copy the whole knowledge base into one file while it is in use."""
    from app.db.backup import back_up
    from app.settings import get_settings

    size = back_up(get_settings().database_url, file)
    print(f"{file}: {size / 1e6:.1f} MB, checked.")


def restore(file: Annotated[Path, typer.Argument(help="A file that `hallway backup` wrote.")]) -> None:
    """Put a backup in place of the knowledge base; the present one is kept beside it."""
    from app.db.backup import restore_from
    from app.settings import get_settings

    kept = restore_from(get_settings().database_url, file)
    print("Restored." + (f" The former base is kept as {kept}." if kept else ""))
