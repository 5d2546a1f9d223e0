"""`hallway practices`: how others do it, grouped by approach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from app.takeaways.practices.shapes import PracticeAnswer, Statement

Several = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(practices)


def practices(
    question: Annotated[str, typer.Argument(help="In plain words: how do others do it?")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most practices shown.")] = 10,
    edition: Annotated[
        Several, typer.Option(help="Slug of an edition; may be given again, as all below but years.")
    ] = None,
    series: Annotated[str | None, typer.Option(help="Slug of a series, only one.")] = None,
    theme: Annotated[Several, typer.Option(help="Slug of a theme.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Slug of a speaker, only one.")] = None,
    organisation: Annotated[Several, typer.Option(help="Slug of an organisation.")] = None,
    technology: Annotated[Several, typer.Option(help="Slug of a technology.")] = None,
    kind: Annotated[Several, typer.Option(help="Such as keynote or breakout.")] = None,
    language: Annotated[Several, typer.Option(help="ISO 639-1 code.")] = None,
    year: Annotated[list[int] | None, typer.Option(help="Year of the talk.")] = None,
    year_from: Annotated[int | None, typer.Option(help="First year.")] = None,
    year_to: Annotated[int | None, typer.Option(help="Last year.")] = None,
    md: Annotated[bool, typer.Option("--md", help="As Markdown, to paste into a post.")] = False,
    json: JsonOption = False,
) -> None:
    """What people do, grouped by approach: who, where, on what conditions, and what speaks against it."""
    from app.bootstrap import open_knowledge_base
    from app.catalog.filters import TalkFilter, check_names
    from app.db.engine import reading
    from app.practices.markdown import as_markdown
    from app.search.shapes import SearchRequest
    from app.settings import get_settings

    narrowed = TalkFilter(
        editions=tuple(edition or ()), series=series, themes=tuple(theme or ()), speaker=speaker,
        organisations=tuple(organisation or ()), technologies=tuple(technology or ()), kinds=tuple(kind or ()),
        languages=tuple(language or ()), years=tuple(year or ()), year_from=year_from, year_to=year_to,
    )  # fmt: skip
    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        check_names(session, narrowed)
        answer = base.practices.ask(session, SearchRequest(query=question, limit=limit, filter=narrowed))
    if json:
        print_json(answer)
    elif md:
        print(as_markdown(answer, base.settings.base_url))
    else:
        _print(answer)


def _print(answer: PracticeAnswer) -> None:
    counted = f"practices: {answer.groups}, statements: {answer.total}"
    print(f"“{answer.query}”, {counted} ({answer.took_ms:.0f} ms)")
    if answer.notice:
        print(answer.notice)
    if answer.unnamed:
        print(f"Nothing that was found mentions {', '.join(answer.unnamed)}; ask without it for what is near.")
    elif not answer.practices:
        print("Nobody in this base is known to have said anything near enough.")
    for number, practice in enumerate(answer.practices, start=1):
        print(f"\n{number}. {'Machine draft: ' if practice.label_is_draft else ''}{practice.label}")
        for one in practice.statements:
            _print_statement("   - ", one)
        for one in practice.warnings:
            _print_statement("   Against it: ", one)
    if answer.talks:
        print("\nTalks about it:")
    for card in answer.talks:
        print(f"   {card.title} · {card.edition.name}\n   {card.url}")


def _print_statement(mark: str, one: Statement) -> None:
    from app.practices.markdown import attribution, moment_words

    print(f"{mark}{one.text}\n     {attribution(one)}")
    if one.moment and one.moment.url:
        print(f"     {moment_words(one.moment)}: {one.moment.url}")
