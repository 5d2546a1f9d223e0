"""`hallway themes`: working on vocabularies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import JsonOption, print_json, progress

if TYPE_CHECKING:
    from app.catalog.discovered import Drafts, DraftTheme


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Work on vocabularies of themes.", no_args_is_help=True)
    group.callback()(_group)
    group.command()(discover)
    app.add_typer(group, name="themes")


def _group() -> None:
    """Work on vocabularies of themes."""


def discover(
    vocabulary: Annotated[
        str | None, typer.Option(help="Pass over talks with a theme of this vocabulary; left out, of any.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all-talks", help="Read talks that have themes too.")] = False,
    edition: Annotated[list[str] | None, typer.Option(help="Slug of an edition; may be given again.")] = None,
    series: Annotated[str | None, typer.Option(help="Slug of a series.")] = None,
    year_from: Annotated[int | None, typer.Option(help="First year.")] = None,
    year_to: Annotated[int | None, typer.Option(help="Last year.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most drafts printed and written.")] = 30,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the drafts to this file, as a vocabulary to finish.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Find themes nobody named yet: clusters of talks without a theme, proposed as drafts. No theme is made of them."""
    from app.bootstrap import open_knowledge_base
    from app.catalog.filters import TalkFilter, check_names
    from app.db.engine import reading, writing
    from app.exports.theme_drafts import write_drafts
    from app.settings import get_settings
    from app.themes.discovery import discover as find
    from app.themes.discovery import keep

    narrowed = TalkFilter(editions=tuple(edition or ()), series=series, year_from=year_from, year_to=year_to)
    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session, progress() as shown:
        check_names(session, narrowed)
        found = find(
            session,
            base.embedder,
            narrowed,
            vocabulary,
            everything,
            lambda done, total: shown("resamples", done, total),
        )
    with writing(base.engine) as session:
        keep(session, found)
    found = found.model_copy(update={"drafts": found.drafts[:limit]})
    if output is not None and found.drafts:
        try:
            output.write_text(write_drafts(found), encoding="utf-8")
        except OSError as error:
            raise typer.BadParameter(f"{output} cannot be written: {error.strerror}.") from error
    if json:
        print_json(found)
    else:
        _print(found, output)


def _print(found: Drafts, output: Path | None) -> None:
    print(
        f"{found.known:,} talks, {found.themed:,} passed over for having a theme, {found.unread:,} for another "
        f"language, a missing vector or being given before. {found.read:,} compared, {found.placed:,} of them "
        "in a draft."
    )
    if not found.drafts:
        print("No cluster of at least 8 talks was found again often enough (stability 0.6) to be proposed.")
        if output is not None:
            print(f"{output} was not written: there is no draft to put in it.")
        return
    print("\n talks  stable  alike  change   terms")
    for draft in found.drafts:
        print(
            f"{draft.talks:6,}{draft.stability:8.2f}{draft.coherence:7.2f}  {draft.change:8} "
            f"{', '.join(term.text for term in draft.terms)}"
        )
        print(f"{'':33}{_where(draft)}")
    print("\nDrafts by a machine, kept for /themes/discovered. They become themes only in a vocabulary that is loaded.")
    if output is not None:
        print(f"{output}: {len(found.drafts)} drafts; write their definitions before `hallway ingest`.")


def _where(draft: DraftTheme) -> str:
    years = f"{draft.years[0].year}-{draft.years[-1].year}, " if draft.years else ""
    near = ""
    if draft.nearest is not None:
        how = "nearly" if draft.nearest.is_nearly else "nearest to"
        near = f"; {how} {draft.nearest.name} ({draft.nearest.cosine:.2f})"
    return f"{years}{draft.editions} edition{'' if draft.editions == 1 else 's'}{near}"
