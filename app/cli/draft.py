"""`hallway draft`: a post about an edition, every sentence with a footnote; and the check of one that was edited."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from app.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from app.posts.draft import Post
    from app.trends.document import Chart

MOST_BYTES = 1_000_000


class DraftGroup(TyperGroup):
    """`hallway draft --edition S` writes; `check` is a command of its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in where it was left out."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["write", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        cls=DraftGroup,
        no_args_is_help=True,
        help="Draft a post: `hallway draft --edition SLUG`, with options as `hallway draft write --help` says.",
    )
    group.command("write")(draft)
    group.command("check")(check)
    app.add_typer(group, name="draft")


def draft(
    edition: Annotated[str, typer.Option(help="Slug of an edition.")],
    theme: Annotated[list[str] | None, typer.Option(help="Slug of a theme to write of; may be given again.")] = None,
    template: Annotated[
        str, typer.Option(help="default or newsletter, or a file of your own; see templates/posts.")
    ] = "default",
    drafts: Annotated[bool, typer.Option("--drafts", help="With machine drafts of takeaways, marked as such.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write to this file, and the chart as SVG beside it.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write a post about an edition as Markdown. A sentence that its footnotes do not support is left out and named."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.errors import UsageError
    from app.posts.draft import draft_post
    from app.posts.material import PostRequest
    from app.settings import get_settings

    if output and output.suffix == ".svg":
        raise UsageError("The chart is written beside the post as .svg; give the post another name.", "output")
    beside = output.with_suffix(".svg") if output and not json else None
    request = PostRequest(edition, tuple(dict.fromkeys(theme or ())), drafts)
    with reading(open_knowledge_base(get_settings()).engine) as session:
        post, chart = draft_post(session, request, template, beside.name if beside else None)
    _put(post, chart, output, beside, json=json)


def _put(post: Post, chart: Chart | None, output: Path | None, beside: Path | None, *, json: bool) -> None:
    from app.errors import InputError

    try:
        if output:
            output.write_text(post.model_dump_json(indent=2) + "\n" if json else post.markdown, encoding="utf-8")
        if beside and chart:
            from app.exports.svg import drawn

            beside.write_text(drawn(chart, dark=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{error.filename} cannot be written: {error.strerror}.") from error
    if json and not output:
        print_json(post)
    elif not output:
        print(post.markdown, end="")
    print(post.words, file=sys.stderr)
    for one in post.rejected:
        print(f"left out: {one.sentence}\n  {'; '.join(one.reasons)}", file=sys.stderr)


def check(
    file: Annotated[Path, typer.Argument(help="A post as Markdown, perhaps edited since it was drafted.")],
    json: JsonOption = False,
) -> None:
    """Say which sentences of a post have no support in the base as it is now. Ends with 1 where there are any."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.posts.draft import check_post
    from app.settings import get_settings

    text = _read(file)
    with reading(open_knowledge_base(get_settings()).engine) as session:
        found = check_post(session, text)
    if json:
        print_json(found)
    else:
        for one in found.rejected:
            print(f"{file}:{one.line}: {one.sentence}\n  {'; '.join(one.reasons)}")
        print(found.words)
    if found.rejected:
        raise typer.Exit(1)


def _read(file: Path) -> str:
    from app.errors import InputError

    try:
        if file.stat().st_size > MOST_BYTES:
            raise InputError(f"{file} is longer than a post may be, {MOST_BYTES:,} bytes.")
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not text in UTF-8: byte {error.start}.", f"byte {error.start}") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
