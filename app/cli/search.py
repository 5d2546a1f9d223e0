"""`hallway search` and `hallway similar`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from app.search.shapes import Hit


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(search)
    app.command()(similar)


def search(
    query: Annotated[str, typer.Argument(help="What you want to know, in words.")],
    mode: Annotated[Literal["hybrid", "lexical", "semantic"], typer.Option(help="How to search.")] = "hybrid",
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most talks shown.")] = 10,
    offset: Annotated[int, typer.Option(min=0, help="Talks passed over.")] = 0,
    edition: Annotated[list[str] | None, typer.Option(help="Slug of an edition; may be given again.")] = None,
    series: Annotated[str | None, typer.Option(help="Slug of a series.")] = None,
    theme: Annotated[str | None, typer.Option(help="Slug of a theme.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Slug of a speaker.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Slug of an organisation.")] = None,
    kind: Annotated[str | None, typer.Option(help="Such as keynote or breakout.")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639-1 code.")] = None,
    year_from: Annotated[int | None, typer.Option(help="First year.")] = None,
    year_to: Annotated[int | None, typer.Option(help="Last year.")] = None,
    json: JsonOption = False,
) -> None:
    """Find talks by words and by meaning."""
    from app.bootstrap import open_knowledge_base
    from app.catalog.filters import TalkFilter, check_names
    from app.db.engine import reading
    from app.search.shapes import SearchRequest
    from app.settings import get_settings

    narrowed = TalkFilter(
        editions=tuple(edition or ()), series=series, theme=theme, speaker=speaker, organisation=organisation,
        kind=kind, language=language, year_from=year_from, year_to=year_to,
    )  # fmt: skip
    request = SearchRequest(query=query, mode=mode, limit=limit, offset=offset, filter=narrowed)
    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        check_names(session, narrowed)
        result = base.search.search(session, request)
    if json:
        print_json(result)
        return
    print(f"{result.total} talks for “{query}” ({result.mode}, {result.took_ms:.0f} ms)")
    for number, hit in enumerate(result.hits, start=offset + 1):
        _print(number, hit)
    for lesson in result.lessons:
        print(f"\nAlso: {lesson.text} ({lesson.kind})")


def similar(
    talk: Annotated[str, typer.Argument(metavar="TALK-SLUG", help="Last part of the talk's address.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most talks shown.")] = 10,
    json: JsonOption = False,
) -> None:
    """Talks nearest in meaning to a talk."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.search.shapes import SimilarTalks
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        hits = base.search.similar(session, talk, limit)
    if json:
        print_json(SimilarTalks(talk=talk, hits=hits))
        return
    for number, hit in enumerate(hits, start=1):
        _print(number, hit)


def _print(number: int, hit: Hit) -> None:
    talk = hit.talk
    who = ", ".join(f"{s.name} ({s.affiliation})" if s.affiliation else s.name for s in talk.speakers)
    print(f"\n{number}. {talk.title}")
    print("   " + " · ".join(part for part in (who, talk.edition.name, ", ".join(t.name for t in talk.themes)) if part))
    if hit.passage.text and hit.passage.text != talk.title:
        print(f"   {hit.passage.text}")
    print(f"   {talk.url}")
