"""`hallway rebuild`, `doctor`, `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.output import JsonOption, print_json, progress


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(rebuild)
    app.command()(doctor)
    app.command()(backup)
    app.command()(restore)


def rebuild(
    what: Annotated[
        Literal["embeddings", "index", "themes", "takeaways", "all"], typer.Argument(help="Which derived data.")
    ] = "all",
) -> None:
    """Throw derived data away and make it anew. Facts and people's decisions are never touched."""
    from app import pipeline
    from app.bootstrap import open_knowledge_base
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    with progress() as shown:
        made = pipeline.rebuild(base.engine, base.embedder, base.search, what, shown)
    print(made)


def doctor(json: JsonOption = False) -> None:
    """Say what is missing, stale, suspicious or incomplete, and how to mend it. Exit code 1 if anything is broken."""
    from app.bootstrap import open_knowledge_base
    from app.catalog.health import examine
    from app.db.engine import reading
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        report = examine(session, base.embedder.recipe)
    if json:
        print_json(report)
    else:
        for finding in report.findings:
            print(f"{finding.severity}: {finding.message}" + (f" Mend: {finding.mend}" if finding.mend else ""))
        print(f"{len(report.findings)} findings.")
    if any(finding.severity == "broken" for finding in report.findings):
        raise typer.Exit(1)


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
