"""`hallway technologies`: what talks mention that no vocabulary has."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.output import JsonOption


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Technologies that talks mention.", no_args_is_help=True)
    group.callback()(_group)
    group.command()(candidates)
    app.add_typer(group, name="technologies")


def _group() -> None:
    """Technologies that talks mention."""


def candidates(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most names shown.")] = 25,
    json: JsonOption = False,
) -> None:
    """Names that are written like technologies and are in no vocabulary: guesses, to add to one or to leave."""
    from app.bootstrap import open_knowledge_base
    from app.catalog.candidates import technology_candidates
    from app.db.engine import reading
    from app.settings import get_settings

    with reading(open_knowledge_base(get_settings()).engine) as session:
        found = technology_candidates(session, limit)
    if json:
        from pydantic import TypeAdapter

        from app.catalog.candidates import Candidate

        print(TypeAdapter(list[Candidate]).dump_json(found, indent=2).decode())
        return
    if not found:
        print("No name looks like a technology that the vocabulary lacks.")
        return
    print("Guesses; none is in a vocabulary, and none is added on its own.\n")
    print(" talks editions  name")
    for candidate in found:
        print(f"{candidate.talks:6} {candidate.editions:8}  {candidate.name}")
        print(f"{'':17}{'; '.join(talk.title[:60] for talk in candidate.examples)}")
