"""`hallway search` and `hallway similar`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.output import JsonOption, print_json
from app.text.moments import clock

if TYPE_CHECKING:
    from app.bootstrap import KnowledgeBase
    from app.search.missing import Missing
    from app.search.pasted import NearText
    from app.search.shapes import Hit, SearchRequest, SearchResult, Understood

Several = list[str] | None
SECONDS_TO_KEEP = 2.0
"""How long the command stays, after its answer, to write down a question without one."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(search)
    app.command()(similar)


def search(
    query: Annotated[str, typer.Argument(help='In words; also "a phrase", -without, speaker:, year:, has: and more.')],
    mode: Annotated[Literal["hybrid", "lexical", "semantic"], typer.Option(help="How to search.")] = "hybrid",
    sort: Annotated[Literal["relevance", "date"], typer.Option(help="Best first, or newest first.")] = "relevance",
    spelling: Annotated[
        Literal["near", "typed"], typer.Option(help="Take near words for those no talk holds, or only what was typed.")
    ] = "near",
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most talks shown.")] = 10,
    offset: Annotated[int, typer.Option(min=0, help="Talks passed over.")] = 0,
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
    facets: Annotated[bool, typer.Option("--facets", help="Print how many talks there are of each kind.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Print what each score is made of.")] = False,
    why_not: Annotated[str, typer.Option(metavar="SLUG", help="Say why this talk is not found.")] = "",
    json: JsonOption = False,
) -> None:
    """Find talks by words and by meaning."""
    from app.catalog.filters import TalkFilter, check_names
    from app.db.engine import reading
    from app.search.shapes import SearchRequest

    narrowed = TalkFilter(
        editions=tuple(edition or ()), series=series, themes=tuple(theme or ()), speaker=speaker,
        organisations=tuple(organisation or ()), technologies=tuple(technology or ()), kinds=tuple(kind or ()),
        languages=tuple(language or ()), years=tuple(year or ()), year_from=year_from, year_to=year_to,
    )  # fmt: skip
    request = SearchRequest(
        query=query, mode=mode, limit=limit, offset=offset, sort=sort, spelling=spelling, filter=narrowed
    )
    base = _base()
    with reading(base.engine) as session:
        check_names(session, narrowed)
        answer = base.search.why_not(session, request, why_not) if why_not else base.search.search(session, request)
    if json:
        print_json(answer)
    elif why_not:
        _print_missing(answer)  # type: ignore[arg-type]  # which of the two it is, is known
    else:
        _print_result(answer, offset, facets=facets, why=why)  # type: ignore[arg-type]  # as above
    if not why_not:
        _keep_unanswered(base, request, answer)  # type: ignore[arg-type]  # as above


def similar(
    talk: Annotated[str, typer.Argument(metavar="[TALK-SLUG]", help="Last part of the talk's address.")] = "",
    text: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Compare with the text of a file, such as an abstract; - reads it."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most talks shown.")] = 10,
    json: JsonOption = False,
) -> None:
    """Talks nearest in meaning to a talk, or to a text (--text): who has given this talk before?"""
    from app.db.engine import reading
    from app.errors import UsageError
    from app.search.shapes import SimilarTalks

    if bool(talk) == bool(text):
        raise UsageError("Name a talk, or a text with --text FILE; - reads standard input.")
    base = _base()
    with reading(base.engine) as session:
        if text is not None:
            near = base.search.like_text(session, _read(text), limit)
            print_json(near) if json else _print_near(near)
            return
        hits = base.search.similar(session, talk, limit)
    if json:
        print_json(SimilarTalks(talk=talk, hits=hits))
        return
    for number, hit in enumerate(hits, start=1):
        _print(number, hit)


def _base() -> KnowledgeBase:
    from app.bootstrap import open_knowledge_base
    from app.settings import get_settings

    return open_knowledge_base(get_settings())


def _keep_unanswered(base: KnowledgeBase, request: SearchRequest, result: SearchResult) -> None:
    from app.search.unanswered import is_to_keep, record_soon

    if is_to_keep(base.settings, request, result):
        sys.stdout.flush()  # the answer never waits for this
        record_soon(base.engine, request.query, result.mode, patience=SECONDS_TO_KEEP)


def _read(text: Path) -> str:
    from app.errors import InputError

    if str(text) == "-":
        return sys.stdin.read()
    try:
        return text.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{text} cannot be read: {error.strerror}.") from error


def _print_result(result: SearchResult, offset: int, *, facets: bool, why: bool) -> None:
    print(f"{result.total} talks for “{result.query}” ({result.mode}, {result.took_ms:.0f} ms)")
    if result.notice:
        print(result.notice)
    for correction in result.corrections:
        print(f"{correction.said} As typed: --spelling typed")
    if result.did_you_mean:
        print(f"Did you mean “{result.did_you_mean}”?")
    for part in result.understood:
        _print_understood(part)
    if facets:
        for name, values in result.facets.items():
            for value in values:
                print(f"  {name:<14}{value.count:>6}  {value.label}  --{name} {value.value}")
            for value in result.beside.get(name, ()):
                print(f"  {name:<14}{value.count:>6}  {value.label}  --{name} {value.value} (beside those chosen)")
    for number, hit in enumerate(result.hits, start=offset + 1):
        _print(number, hit)
        if why:
            _print_why(hit)
    for lesson in result.lessons:
        print(f"\nAlso: {lesson.text} ({lesson.kind})")


def _print_understood(part: Understood) -> None:
    if part.meaning is None:
        print(f"{part.typed} names nothing here and was searched for as a word.")
    else:
        print(f"  {'without ' if part.negated else ''}{part.field}: {part.meaning}")


def _print(number: int, hit: Hit) -> None:
    talk = hit.talk
    who = ", ".join(f"{s.name} ({s.affiliation})" if s.affiliation else s.name for s in talk.speakers)
    print(f"\n{number}. {talk.title}")
    print("   " + " · ".join(part for part in (who, talk.edition.name, ", ".join(t.name for t in talk.themes)) if part))
    if hit.passage.text and hit.passage.text != talk.title:
        at = hit.passage.start_seconds
        print(f"   {'' if at is None else f'[{clock(at)}] '}{hit.passage.text}")
        if hit.passage.url != talk.url:
            print(f"   {hit.passage.url}")
    print(f"   {talk.url}")


def _print_why(hit: Hit) -> None:
    why, parts = hit.why, hit.why.parts
    said = [f"words: {', '.join(why.matched_terms) or 'none'}"]
    said += [f"number {why.lexical_rank} by words"] if why.lexical_rank else []
    said += [f"number {why.semantic_rank} by meaning"] if why.semantic_rank else []
    said += [f"nearest passage: {why.nearest.kind}, cosine {why.cosine:.2f}"] if why.nearest and why.cosine else []
    if parts is not None:
        summed = {"words": parts.words, "meaning": parts.meaning, "named": parts.named, "other": parts.other}
        said.append(f"score {hit.score:.3f} = " + " + ".join(f"{part:.3f} {name}" for name, part in summed.items()))
    said += [f"themes near the query: {', '.join(why.themes)}"] if why.themes else []
    print("   Why: " + "; ".join(said))


def _print_missing(missing: Missing) -> None:
    print(missing.title or missing.asked)
    for reason in missing.reasons:
        print(f"  {reason}")
    for name, path in missing.suggestions:
        print(f"  Did you mean {name} ({path.rpartition('/')[2]})?")


def _print_near(near: NearText) -> None:
    if near.notice:
        print(near.notice)
    for number, hit in enumerate(near.hits, start=1):
        print(f"\n{number}. {hit.talk.title} ({hit.nearness})")
        who = ", ".join(speaker.name for speaker in hit.talk.speakers)
        print("   " + " · ".join(part for part in (who, hit.talk.edition.name) if part))
        print("   " + "; ".join(hit.evidence))
        print(f"   {hit.talk.url}")
