"""`hallway review`: the queue of themes to review, agreement between reviewers, and decisions as files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import review_takeaways
from app.cli.output import JsonOption, print_json
from app.cli.reviewer import knowledge_base, known_reviewer, reviewer_named

if TYPE_CHECKING:
    from sqlmodel import Session

    from app.bootstrap import KnowledgeBase
    from app.themes.decide import Action
    from app.trends.queue import Part, QueueItem

KEYS = "a accept, r reject, m accept as main theme, s skip, u undo, q quit"
ACTIONS: dict[str, Action] = {"a": "accept", "r": "reject", "m": "main"}
EditionOption = Annotated[str | None, typer.Option(help="Slug of an edition.")]
ReviewerOption = Annotated[str | None, typer.Option(help="Who decides; the curator's name if there is an account.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Review themes of talks, drafts of takeaways, links of claims.", no_args_is_help=True)
    group.command()(themes)
    group.command()(review_takeaways.takeaways)
    group.command()(review_takeaways.claims)
    group.command()(agreement)
    group.command()(export)
    app.add_typer(group, name="review")


def themes(
    edition: EditionOption = None,
    theme: Annotated[str | None, typer.Option(help="Slug of a theme.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most talks of each part.")] = 20,
    reviewer: ReviewerOption = None,
    part: Annotated[str, typer.Option(help="Part of the queue: settle, sample or second.")] = "settle",
    draw: Annotated[int, typer.Option(min=0, help="First draw about so many talks more for the sample.")] = 0,
    decide: Annotated[
        tuple[str, str, str] | None,
        typer.Option(metavar="TALK THEME accept|reject|main", help="Decide this and ask nothing."),
    ] = None,
    undo: Annotated[int, typer.Option(metavar="STEP", help="Take back a step of yours, by its number.")] = 0,
    json: JsonOption = False,
) -> None:
    """Go through the queue and decide; with --json print it. Ranked by what a review does for published shares."""
    from app.db.engine import reading
    from app.errors import UsageError
    from app.trends.queue import PARTS, queue_part, review_queue

    if part not in PARTS:
        raise UsageError(f"There is no part “{part}”; the parts are {', '.join(PARTS)}.", "--part")
    base = knowledge_base()
    if decide is not None or undo:
        _decide_one(base, decide, undo, reviewer_named(base, reviewer))
        return
    if draw:
        _draw(base, edition, theme, draw)
        part = "sample"
    chosen: Part = part  # type: ignore[assignment]  # one of them, as was just seen
    if json:
        with reading(base.engine) as session:
            print_json(review_queue(session, edition, theme, known_reviewer(base, reviewer), limit))
    elif sys.stdin.isatty():
        _ask(base, chosen, edition, theme, reviewer_named(base, reviewer), limit)
    else:
        with reading(base.engine) as session:
            found = queue_part(session, chosen, edition, theme, known_reviewer(base, reviewer), limit)
        for number, item in enumerate(found, start=1):
            _print(number, item)
        print(f"{len(found)} to review. Run this on a terminal to decide, or use --decide.")


def agreement(json: JsonOption = False) -> None:
    """How far reviewers agree on what more than one of them decided."""
    from app.db.engine import reading
    from app.themes.reviews import reviewers_agree

    with reading(knowledge_base().engine) as session:
        found = reviewers_agree(session)
    if json:
        print_json(found)
        return
    print(
        f"{found.decided_by_several} of {found.decided} pairs of talk and theme were decided by more than one person."
    )
    if found.alpha is not None:
        print(f"Krippendorff's alpha: {found.alpha:.2f}")
    for pair in found.pairs:
        kappa = "says nothing, for both gave one answer" if pair.kappa is None else f"{pair.kappa:.2f}"
        print(
            f"{pair.first} and {pair.second}: {pair.agreed} of {pair.both} ({pair.share:.0%}); Cohen's kappa: {kappa}"
        )


def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="File, or folder where there are several files.")],
    edition: EditionOption = None,
    reviewer: Annotated[str | None, typer.Option(help="Decisions of this reviewer only.")] = None,
    all_of_them: Annotated[bool, typer.Option("--all", help="Also where everything was read from files.")] = False,
    of_takeaways: Annotated[
        bool,
        typer.Option("--takeaways", help="Decisions about drafts of takeaways, as takeaways/1: a file an article."),
    ] = False,
) -> None:
    """Write decisions as data/judgements/themes has them, for `hallway ingest` to read: one file for each edition and
    reviewer."""
    from app.db.engine import reading
    from app.errors import NotFound, UsageError
    from app.takeaways.review.files import takeaway_files
    from app.themes.decision_files import decision_files

    with reading(knowledge_base().engine) as session:
        if of_takeaways:
            files = takeaway_files(session, edition, reviewer)
        else:
            files = decision_files(session, edition, reviewer, all_of_them)
    if not files:
        whose = reviewer or edition or ""
        hint = "" if of_takeaways or all_of_them else "Those read from files are left out; see --all."
        raise NotFound(f"decision to export{' of' if whose else ''}", whose, hint)
    if len(files) == 1 and not output.is_dir():
        ((_, text),) = files.items()
        output.write_text(text, encoding="utf-8")
        print(f"{output}: written.")
        return
    if output.exists() and not output.is_dir():
        raise UsageError(f"There are {len(files)} files to write and {output} is a file; name a folder.", "-o")
    output.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (output / name).write_text(text, encoding="utf-8")
        print(f"{output / name}: written.")


def _draw(base: KnowledgeBase, edition: str | None, theme: str | None, size: int) -> None:
    from app.db.engine import writing
    from app.errors import UsageError
    from app.themes.draws import draw

    if edition is None or theme is None:
        raise UsageError("A sample is of one theme at one edition; give --edition and --theme.", "--draw")
    with writing(base.engine) as session:
        state = draw(session, edition, theme, size)
    print(f"{state.drawn} of {state.frame} talks drawn so far, {state.decided} of them decided.", file=sys.stderr)


def _decide_one(base: KnowledgeBase, wanted: tuple[str, str, str] | None, step: int, who: str) -> None:
    from app.db.engine import writing
    from app.errors import UsageError
    from app.themes import decide

    with writing(base.engine) as session:
        if wanted is None:
            made = decide.undo(session, step, who, "command line")
        else:
            talk, theme, said = wanted
            action = next((one for one in ACTIONS.values() if one == said), None)
            if action is None:
                raise UsageError(f"“{said}” is no decision; say accept, reject or main.", "--decide")
            made = decide.decide(session, decide.Choice(talk, theme, action, who, "command line"))
        number, done, snapshot = made.id, made.action, made.snapshot_after
    print(f"Step {number} by {who}: {done}. Snapshot {snapshot}.")


def _ask(base: KnowledgeBase, part: Part, edition: str | None, theme: str | None, who: str, limit: int) -> None:
    """One pair after the other until the queue, the limit or the reviewer is done."""
    from app.db.engine import reading, writing
    from app.errors import UsageError
    from app.themes.decide import Choice, decide, undo
    from app.trends.queue import queue_part

    skipped: list[str] = []
    steps: list[int] = []
    number = 1
    while number <= limit:
        with reading(base.engine) as session:
            found = queue_part(session, part, edition, theme, who, 1, skipped)
            if not found:
                print("Nothing is left here.")
                return
            item = found[0]
            _print(number, item)
            _print_evidence(session, item)
        key = typer.prompt(f"[{KEYS}]", prompt_suffix=" ").strip().lower()[:1]
        if key == "q":
            return
        if key == "s":
            skipped.append(item.key)
        elif key == "u" and steps:
            try:
                with writing(base.engine) as session:
                    undo(session, steps.pop(), who, "command line")
            except UsageError as error:
                print(error)
        elif key in ACTIONS:
            with writing(base.engine) as session:
                made = decide(session, Choice(item.talk, item.theme, ACTIONS[key], who, "command line", part))
                steps.append(made.id or 0)
            number += 1


def _print(number: int, item: QueueItem) -> None:
    print(f"\n{number}. Is “{item.title}” about {item.theme_name}?  ({item.talk} {item.theme})")
    print(f"   {item.why}")


def _print_evidence(session: Session, item: QueueItem) -> None:
    """What the page shows: the text, the definition, and unless it is a second reading what the machine saw."""
    from app.catalog.talks import find_talk
    from app.catalog.themes import find_theme

    talk, theme = find_talk(session, item.talk), find_theme(session, item.theme)
    who = ", ".join(person.name for person in talk.people)
    print(f"   {talk.edition.name}{' · ' + who if who else ''} · {talk.url}")
    print(f"   {theme.name}: {theme.definition}")
    print(f"\n{talk.abstract or talk.summary or 'Nothing but the title is known of what was said.'}\n")
    reason = next((one for one in talk.theme_reasons if one.slug == item.theme), None)
    if item.part == "second" or reason is None:
        return
    print(f"   The machine: {reason.probability:.2f}", end="")
    print(f"; words found: {', '.join(reason.cues)}" if reason.cues else "", end="")
    print(f"; nearest example: {reason.nearest.name} ({reason.nearest.cosine:.2f})" if reason.nearest else "")
