"""`hallway report saved`, `rebuild` and `diff`: reports that were kept, written again and compared."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from sqlmodel import Session

    from app.reports.difference import ReportDifference
    from app.reports.saved import Kept
    from app.trends.document import Document

NOW = "now"
NAMED = 10


def register(group: typer.Typer) -> None:
    """Add the commands to the group of reports."""
    group.command()(saved)
    group.command()(rebuild)
    group.command()(diff)


def saved(json: JsonOption = False) -> None:
    """List the saved reports, the newest first."""
    from pydantic import RootModel

    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.reports.saved import SavedLine, list_saved
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        lines = list_saved(session)
    if json:
        print_json(RootModel[list[SavedLine]](lines))
        return
    for line in lines:
        newer = f"  (a newer edition: {line.newest})" if line.newest else ""
        print(f"{line.id}  {line.saved_on}  edition {line.edition}  {line.report}  {line.title}{newer}")
    if not lines:
        print("No report is saved; `hallway report NAME --save` saves one.")


def rebuild(
    id: Annotated[str, typer.Argument(help="Id of a saved report.")],
    format: Annotated[str | None, typer.Option(help="Write it in this format as well.")] = None,
    part: Annotated[str, typer.Option(help="Of html: page, or fragment to paste into a page.")] = "page",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
    json: JsonOption = False,
) -> None:
    """Write a saved report again from what was kept, and say whether it is byte for byte as it was.

    Ends with 1 where it is not. Also says whether the base as it is now gives the same figures.
    """
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.exports.registry import digests
    from app.reports.rebuild import rebuild as written_again
    from app.reports.saved import find_saved, open_saved
    from app.settings import get_settings

    if format:
        check_format(format, part)
    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        # Links begin with what they began with on the day it was saved.
        os.environ["HALLWAY_BASE_URL"] = find_saved(session, id).base_url
        get_settings.cache_clear()
        found = written_again(session, id, digests)
        content = content_of(session, open_saved(session, id), format, part) if format else None
    if json:
        print_json(found)
    else:
        print("\n".join([f"{found.title}, {found.id}", *found.lines]), file=sys.stderr if content else sys.stdout)
    if content is not None:
        put(content, output)
    if not found.as_saved:
        raise typer.Exit(1)


def diff(
    before: Annotated[str, typer.Argument(help="Id of a saved report.")],
    after: Annotated[str, typer.Argument(help="Id of another, or now: the same query on the base as it is.")] = NOW,
    json: JsonOption = False,
) -> None:
    """Say for every figure that moved between two reports what moved and why: data, labels, model, vocabulary, code."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.reports.difference import compare
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        found = compare(_side(session, before, after), _side(session, after, before))
    if json:
        print_json(found)
        return
    print("\n".join(_told(found)))


def check_format(format: str, part: str) -> None:
    """A UsageError for a format or part there is not, before anything is read."""
    from app.errors import UsageError
    from app.exports.registry import citation_named, export_named

    if citation_named(format) is None:
        export_named(format)
    if part not in ("page", "fragment") or (part == "fragment" and format != "html"):
        raise UsageError(f"There is no part “{part}” of {format}: html has page and fragment.", "part")


def content_of(session: Session, document: Document, format: str, part: str) -> bytes:
    """A report in a format, or the talks behind it as citations."""
    from app.catalog.citations import citations
    from app.exports import html
    from app.exports.registry import citation_named, export
    from app.trends.behind import talks_of_figures
    from app.trends.document import figures_of

    if cited := citation_named(format):
        return cited.write(citations(session, talks_of_figures(session, figures_of(document))))
    return html.fragment(document) if part == "fragment" else export(document, format)


def put(content: bytes, output: Path | None) -> None:
    """To a file, or to standard output."""
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(f"{output} cannot be written: {error.strerror}.") from error


def _side(session: Session, asked: str, other: str) -> Kept:
    from app.errors import UsageError
    from app.reports.saved import kept_report, report_now

    if asked != NOW:
        return kept_report(session, asked)
    if other == NOW:
        raise UsageError("One of the two is the id of a saved report.", "before")
    return report_now(session, other)


def _told(found: ReportDifference) -> list[str]:
    lines = [
        f"{side.title} ({side.id or 'now'}, snapshot {side.origin.snapshot})" for side in (found.before, found.after)
    ]
    lines += [f"{what}: {was}, then {now}" for what, was, now in found.made_otherwise]
    if found.is_same:
        return [*lines, f"All {found.compared} figures are the same."]
    for figure in found.moved:
        lines += ["", f"{figure.label}: {figure.before}; then {figure.after}"]
        for reason in figure.reasons:
            lines.append(f"  {reason.cause}: {reason.words}")
            lines += [f"    {slug}" for slug in reason.talks[:NAMED]]
            if len(reason.talks) > NAMED:
                lines.append(f"    and {len(reason.talks) - NAMED} more")
    lines += [
        "",
        *(f"Renamed: {label}" for label in found.renamed),
        *(f"Only before: {label}" for label in found.gone),
        *(f"Only after: {label}" for label in found.new),
    ]
    causes = f" Causes: {', '.join(found.causes)}." if found.causes else ""
    return [*lines, f"{len(found.moved)} of {found.compared} figures moved.{causes}"]
