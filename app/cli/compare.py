"""`hallway compare`: two technologies side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from app.trends.versus import Versus


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(compare)


def compare(
    one: Annotated[str, typer.Argument(help="A technology by slug, name or alias, such as Flink.")],
    other: Annotated[str, typer.Argument(help="The other one.")],
    json: JsonOption = False,
) -> None:
    """Put two technologies side by side: talks by year, what was said of both, the limitations of each."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.settings import get_settings
    from app.trends.versus import resolve_pair, versus

    with reading(open_knowledge_base(get_settings()).engine) as session:
        found = versus(session, *resolve_pair(session, one, other))
    if json:
        print_json(found)
    else:
        _print(found)


def _print(found: Versus) -> None:
    one, other = found.first.name, found.second.name
    print(f"{one} and {other}\n")
    print(f"  {found.first_talks.fraction} known talks mention {one}")
    print(f"  {found.second_talks.fraction} known talks mention {other}")
    print(f"  {found.both.fraction} known talks mention both")
    for heading, cards in (
        ("Said of both", found.on_both),
        (f"Limitations of {one}", found.first_limits),
        (f"Limitations of {other}", found.second_limits),
        ("Comparisons of one of them", found.elsewhere),
        ("Machine drafts, not reviewed", found.drafts),
    ):
        if cards:
            print(f"\n{heading}")
        for card in cards:
            who = ", ".join(part for part in (card.said_by or card.observer, card.affiliation) if part)
            print(f"  - {card.text}{f' ({who})' if who else ''}")
    if found.years:
        print(f"\nBy year, of all known talks\n\n  year  {one}; {other}")
    for year in found.years:
        sides = (f"{side.figure.fraction} {side.words}".strip() for side in (year.first, year.second))
        print(f"  {year.year}  {'; '.join(sides)}")
    if found.organisations:
        told = ", ".join(f"{who.name} ({who.figure.numerator})" for who in found.organisations)
        print(f"\nWhose people spoke of both, by talks: {told}")
    for talk in found.talks:
        print(f"\n  {talk.title}\n  {talk.url}")
