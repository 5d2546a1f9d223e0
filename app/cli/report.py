"""`hallway report` and `hallway export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)
    app.command()(export)


def report(
    name: Annotated[str, typer.Argument(help="Name of a report, such as themes.")],
    edition: Annotated[list[str] | None, typer.Option(help="Slug of an edition; may be given again.")] = None,
    series: Annotated[str | None, typer.Option(help="Slug of a series.")] = None,
    theme: Annotated[str | None, typer.Option(help="Slug of a theme.")] = None,
    vocabulary: Annotated[
        str | None, typer.Option(help="Slug of a vocabulary; else the one most of the talks have a theme of.")
    ] = None,
    population: Annotated[str, typer.Option(help="Which talks are counted.")] = "all",
    counting: Annotated[str, typer.Option(help="any: each theme of a talk counts; main: only its main one.")] = "any",
    format: Annotated[str, typer.Option(help="md, html, csv, json, svg or png.")] = "md",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Write a report, every number linked to the talks behind it."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.exports.registry import export_named
    from app.reports.registry import build_report
    from app.reports.request import ReportRequest
    from app.settings import get_settings

    export = export_named("json" if json else format)
    request = ReportRequest(
        editions=tuple(edition or ()), series=series, theme=theme, population=population, counting=counting,
        vocabulary=vocabulary,
    )  # fmt: skip
    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        content = export.write(build_report(session, name, request))
    _put(content, output)


def export(
    edition: Annotated[str, typer.Argument(help="Slug of an edition.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
) -> None:
    """Write the programme of an edition as Hallway YAML, whatever format it came in; it reads in again as the same."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.exports.programme import write_programme
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        _put(write_programme(session, edition).encode(), output)


def _put(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(f"{output} cannot be written: {error.strerror}.") from error
