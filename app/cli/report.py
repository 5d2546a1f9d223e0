"""`hallway report`, and `hallway export`. What is done with saved reports is in saved_reports.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from app.cli import saved_reports

if TYPE_CHECKING:
    from sqlmodel import Session

    from app.reports.request import ReportRequest
    from app.trends.document import Document


class ReportGroup(TyperGroup):
    """`hallway report NAME` is a report; the words below are commands of their own, and no report is named so."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in where it was left out."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["write", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        cls=ReportGroup,
        no_args_is_help=True,
        help="Write a report: `hallway report NAME`, with options as `hallway report write --help` says.",
    )
    group.command("write")(report)
    saved_reports.register(group)
    app.add_typer(group, name="report")
    app.command()(export)


def report(
    name: Annotated[str, typer.Argument(help="Name of a report, such as themes.")],
    edition: Annotated[list[str] | None, typer.Option(help="Slug of an edition; may be given again.")] = None,
    series: Annotated[str | None, typer.Option(help="Slug of a series.")] = None,
    against: Annotated[
        list[str] | None, typer.Option(help="Slug of a series to compare with; may be given again.")
    ] = None,
    theme: Annotated[str | None, typer.Option(help="Slug of a theme.")] = None,
    year_from: Annotated[int | None, typer.Option(help="First year.")] = None,
    year_to: Annotated[int | None, typer.Option(help="Last year.")] = None,
    vocabulary: Annotated[
        str | None, typer.Option(help="Slug of a vocabulary; else the one most of the talks have a theme of.")
    ] = None,
    population: Annotated[str, typer.Option(help="Which talks are counted.")] = "all",
    counting: Annotated[str, typer.Option(help="any: each theme of a talk counts; main: only its main one.")] = "any",
    format: Annotated[
        str, typer.Option(help="md, html, csv, xlsx, json, svg, png or vl-json; bib or csl-json of its talks.")
    ] = "md",
    part: Annotated[str, typer.Option(help="Of html: page, or fragment to paste into a page.")] = "page",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
    save: Annotated[bool, typer.Option("--save", help="Keep it under a stable address, and say which.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Write a report, every number linked to the talks behind it."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading, writing
    from app.reports.registry import build_report
    from app.reports.request import ReportRequest
    from app.settings import get_settings

    saved_reports.check_format("json" if json else format, part)
    request = ReportRequest(
        editions=tuple(edition or ()),
        series=series,
        theme=theme,
        against=tuple(against or ()),
        population=population,
        counting=counting,
        year_from=year_from,
        year_to=year_to,
        vocabulary=vocabulary,
    )
    base = open_knowledge_base(get_settings())
    with (writing if save else reading)(base.engine) as session:
        document = _saved(session, name, request) if save else build_report(session, name, request)
        content = saved_reports.content_of(session, document, "json" if json else format, part)
    saved_reports.put(content, output)


def _saved(session: Session, name: str, request: ReportRequest) -> Document:
    from app.exports.registry import digests
    from app.reports.registry import build_report
    from app.reports.saved import save_report

    document = save_report(session, build_report(session, name, request), digests)
    assert document.saved is not None
    before = f", after {document.saved.previous}" if document.saved.previous else ""
    print(f"{document.url}: {document.saved.words}{before}.", file=sys.stderr)
    return document


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
        saved_reports.put(write_programme(session, edition).encode(), output)
