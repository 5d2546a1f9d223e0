"""`hallway vocabulary`: check a file of themes, list those of the base, see what a change would move, remove one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.output import JsonOption, print_json, progress

if TYPE_CHECKING:
    from app.bootstrap import KnowledgeBase
    from app.ingest.formats.protocol import ReadOptions
    from app.ingest.vocabulary_removal import RemovedVocabulary
    from app.pipeline import VocabularyPreview
    from app.themes.vocabulary_moves import Move

SHOWN = 40
"""Moves that `diff` prints unless all are asked for."""


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Vocabularies of themes.", no_args_is_help=True)
    group.command()(check)
    group.command(name="list")(list_)
    group.command()(diff)
    group.command()(remove)
    app.add_typer(group, name="vocabulary")


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files that begin with `hallway: themes/1`.")],
    json: JsonOption = False,
) -> None:
    """Say every fault of vocabularies, with its line and what to do. Exit code 3 if one would not be taken up."""
    from app.db.engine import reading
    from app.ingest.vocabulary_file import check_vocabularies

    base, options = _base()
    with reading(base.engine) as session:
        checked = check_vocabularies(session, files, options)
    if json:
        print_json(checked)
    else:
        for file in checked.files:
            for problem in file.problems:
                where = f"{file.path}, {problem.where}" if problem.where else file.path
                print(f"{where}: {problem.severity}: {problem.message}")
            said = f"version {file.version}" if file.version else f"{file.faults} to mend before it is taken up"
            print(f"{file.path}: {file.themes} themes, {said}, {len(file.problems) - file.faults} warnings.")
    if checked.has_faults:
        raise typer.Exit(3)


def list_(json: JsonOption = False) -> None:
    """The vocabularies of the base: version, file, how many known talks have a theme of each, themes nobody matches."""
    from app.catalog.vocabularies import VocabularyList, list_vocabularies
    from app.db.engine import reading

    base, _ = _base()
    with reading(base.engine) as session:
        found = VocabularyList(vocabularies=list_vocabularies(session, limit=1000).items)
    if json:
        print_json(found)
        return
    for one in found.vocabularies:
        print(f"{one.slug}: {one.name}, version {one.version or 'not known'}, from {one.source or 'no file'}")
        print(f"  {one.themes} themes; {one.talks} known talks have any of them; {len(one.earlier)} earlier versions")
        if one.unmatched:
            print(f"  warning: no known talk has {', '.join(one.unmatched)}; give them cues, or leave them out.")
    if not found.vocabularies:
        print("The base has no vocabulary; `hallway ingest data` brings those that come with Hallway.")


def diff(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that begins with `hallway: themes/1`.")],
    counting: Annotated[
        Literal["any", "main"], typer.Option(help="any: each theme of a talk counts; main: only its main one.")
    ] = "any",
    all: Annotated[bool, typer.Option("--all", help=f"Print every move, not only the {SHOWN} largest.")] = False,
    json: JsonOption = False,
) -> None:
    """Which published numbers would move if a vocabulary were loaded: themes are really assigned, nothing is kept."""
    from app.pipeline import preview_vocabulary

    base, options = _base()
    with progress() as shown:
        preview = preview_vocabulary(
            base.engine, base.embedder, file, options, main_only=counting == "main", progress=shown
        )
    if json:
        print_json(preview)
        return
    _print(preview, len(preview.moves) if all else SHOWN)


def remove(
    slug: Annotated[
        str, typer.Argument(metavar="SLUG", help="Slug of a vocabulary, as `hallway vocabulary list` says.")
    ],
    with_decisions: Annotated[
        bool, typer.Option("--with-decisions", help="Also where people decided about its themes; that is kept.")
    ] = False,
    default_too: Annotated[
        bool, typer.Option("--default-too", help="Also the default one; the one that came next takes its place.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Take a vocabulary out of the base, without asking, and say what went. Never the only one.

    What people decided about its themes stays in the base, and holds again once the vocabulary is ingested.
    """
    from app import pipeline

    base, _ = _base()
    with progress() as shown:
        removed = pipeline.remove_vocabulary(
            base.engine, base.embedder, slug, with_decisions=with_decisions, default_too=default_too, progress=shown
        )
    if json:
        print_json(removed)
        return
    print("\n".join(_told(removed)))


def _told(removed: RemovedVocabulary) -> list[str]:
    version = f", version {removed.version}" if removed.version else ""
    what = f"{removed.themes} themes, of which {removed.talks:,} known talks had any"
    lines = [f"{removed.name} ({removed.vocabulary}){version} is removed: {what}."]
    if removed.default_now:
        lines.append(f"The default vocabulary is {removed.default_now} from now on.")
    if removed.kept_themes:
        lines.append(
            f"Kept, out of use: {', '.join(removed.kept_themes)}, with {removed.by_people}. "
            "No other vocabulary can have these slugs."
        )
    if removed.saved_reports:
        lines.append(f"Saved reports of it stay as they are, without new editions: {', '.join(removed.saved_reports)}.")
    if removed.source:
        lines.append(f"Ingesting {removed.source} brings it back; take it out of folders that you ingest.")
    return lines


def _print(preview: VocabularyPreview, most: int) -> None:
    counts = preview.themes.model_dump()
    parts = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    before = f"version {preview.version_before}" if preview.version_before else "not in the base yet"
    print(f"{preview.name}: {before} -> version {preview.version_after}; themes: {parts}.")
    for move in preview.moves[:most]:
        print(f"  {_words(move)}")
    left = len(preview.moves) - most
    if left > 0:
        print(f"  {left} more: --all, or --json.")
    if not preview.moves:
        print("No number moves.")
    if preview.unmatched:
        names = ", ".join(theme.slug for theme in preview.unmatched)
        print(f"warning: no known talk would have {names}; give them cues, or leave them out.")
    for one in preview.reissues:
        print(f"saved report {one.sentence}")
    ways = "each theme of a talk" if preview.counting == "any" else "main themes"
    moved = "1 count moves" if len(preview.moves) == 1 else f"{len(preview.moves)} counts move"
    print(f"{moved} over {preview.places} places, {ways} counted. Nothing was kept.")


def _words(move: Move) -> str:
    """“PyCon US 2019: Testing 12 of 95 -> 15 of 95 (4 gained, 1 lost)”."""
    before = "not in use" if move.before is None else f"{move.before} of {move.talks}"
    after = "not in use" if move.after is None else f"{move.after} of {move.talks}"
    return f"{move.name}: {move.theme_name} {before} -> {after} ({move.gained} gained, {move.lost} lost)"


def _base() -> tuple[KnowledgeBase, ReadOptions]:
    from app.bootstrap import open_knowledge_base
    from app.ingest.formats.protocol import ReadOptions
    from app.settings import get_settings

    base = open_knowledge_base(get_settings())
    return base, ReadOptions(limit=base.settings.max_file_megabytes * 1_000_000)
