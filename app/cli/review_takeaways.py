"""`hallway review takeaways` and `hallway review claims`: drafts and proposed links, by keys or by options."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.output import JsonOption, print_json
from app.cli.reviewer import knowledge_base, reviewer_named

if TYPE_CHECKING:
    from app.bootstrap import KnowledgeBase
    from app.takeaways.ledger.links import ProposalItem
    from app.takeaways.review.queue import DraftItem, Scope

KEYS = "a accept, e edit the text and accept, r reject, m merge into the likest, s skip, u undo, q quit"
CLAIM_KEYS = {"v": "revises", "c": "contradicts", "f": "confirms", "n": "unrelated"}
ReviewerOption = Annotated[str | None, typer.Option(help="Who decides; the curator's name if there is an account.")]
FIELDS = ("text", "kind", "stance", "conditions", "said_by", "said_as", "affiliation", "talk", "themes", "technologies")


def takeaways(
    edition: Annotated[str | None, typer.Option(help="Slug of an edition.")] = None,
    article: Annotated[str | None, typer.Option(help="Slug of an article.")] = None,
    talk: Annotated[str | None, typer.Option(help="Slug of a talk.")] = None,
    origin: Annotated[str | None, typer.Option(help="Where drafts were found: article, abstract, transcript.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most drafts.")] = 20,
    reviewer: ReviewerOption = None,
    accept: Annotated[str | None, typer.Option(metavar="KEY", help="Accept this draft and ask nothing.")] = None,
    reject: Annotated[str | None, typer.Option(metavar="KEY", help="Reject this draft.")] = None,
    edit: Annotated[
        str | None, typer.Option(metavar="KEY", help="Accept this draft, or edit this takeaway, with --text or --set.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="With --edit: the text.")] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help=f"With --edit: {', '.join(FIELDS)}, status."),
    ] = None,
    merge: Annotated[
        str | None, typer.Option(metavar="KEY", help="Add the evidence of this draft, with --into.")
    ] = None,
    into: Annotated[str | None, typer.Option(metavar="TAKEAWAY", help="With --merge: slug of the takeaway.")] = None,
    undo: Annotated[int, typer.Option(metavar="STEP", min=0, help="Take back a step of yours, by its number.")] = 0,
    json: JsonOption = False,
) -> None:
    """Go through drafts of takeaways and decide; with --json print the queue. Articles first, then the likelier."""
    from app.db.engine import reading
    from app.takeaways.review.queue import ORDER, Queue, Scope, open_drafts, progress

    base, scope = knowledge_base(), Scope(edition, article, talk, origin)
    edits = _edits(text, setting or [])
    if accept or reject or edit or merge or undo:
        _decide(base, {"accept": accept, "reject": reject, "edit": edit, "merge": merge}, edits, into, undo, reviewer)
        return
    if sys.stdin.isatty() and not json:
        _ask(base, scope, reviewer_named(base, reviewer), limit)
        return
    with reading(base.engine) as session:
        found = open_drafts(session, scope, limit)
        counts = progress(session, scope)
    if json:
        print_json(Queue(drafts=counts.drafts, decided=counts.decided, items=found))
        return
    for number, item in enumerate(found, start=1):
        _print(number, item)
    print(f"{counts.decided} of {counts.drafts} drafts decided. {ORDER}")


def claims(
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most pairs.")] = 20,
    reviewer: ReviewerOption = None,
    decide: Annotated[
        tuple[str, str, str] | None,
        typer.Option(metavar="EARLIER LATER RELATION", help="Say revises, contradicts, confirms or unrelated."),
    ] = None,
    undo: Annotated[int, typer.Option(metavar="LINK", min=0, help="Take back a decision of yours.")] = 0,
    json: JsonOption = False,
) -> None:
    """Go through pairs of claims that the machine proposes to link; with --json print them. The likeliest first."""
    from app.db.engine import reading, writing
    from app.takeaways.ledger.links import Proposals, count_proposals, decide_link, open_proposals, undo_link

    base = knowledge_base()
    if decide is not None or undo:
        name = reviewer_named(base, reviewer)
        with writing(base.engine) as session:
            if decide is not None:
                made = decide_link(session, *decide, name, "command line")
            else:
                made = undo_link(session, undo, name, "command line")
            number, relation = made.id, made.relation
        print(f"Link {number} by {name}: {relation}.")
        return
    if sys.stdin.isatty() and not json:
        _ask_claims(base, reviewer_named(base, reviewer), limit)
        return
    with reading(base.engine) as session:
        found = open_proposals(session, limit)
        proposed, decided = count_proposals(session)
    if json:
        print_json(Proposals(proposed=proposed, decided=decided, items=found))
        return
    for number, item in enumerate(found, start=1):
        _print_pair(number, item)
    print(f"{len(found)} to review. Run this on a terminal to decide, or use --decide.")


def _edits(text: str | None, settings: list[str]) -> dict[str, Any]:
    from app.errors import UsageError

    found: dict[str, Any] = {} if text is None else {"text": text}
    for one in settings:
        field, equals, value = one.partition("=")
        if not equals:
            raise UsageError(f"“{one}” is not of the form FIELD=VALUE.", "--set")
        found[field.strip().replace("-", "_")] = value
    return found


def _decide(
    base: KnowledgeBase, asked: dict[str, str | None], edits: dict[str, Any], into: str | None, step: int,
    reviewer: str | None,
) -> None:  # fmt: skip
    from app import pipeline
    from app.catalog.snapshot import current_snapshot
    from app.db.engine import writing
    from app.errors import NotFound, UsageError
    from app.takeaways.review import decide

    chosen = [(name, key) for name, key in asked.items() if key]
    if len(chosen) + bool(step) != 1:
        raise UsageError("Give one of --accept, --reject, --edit, --merge and --undo.")
    if edits and not asked["edit"]:
        raise UsageError("--text and --set belong to --edit.", "--text")
    who = reviewer_named(base, reviewer)
    action, key = chosen[0] if chosen else ("undo", "")
    with writing(base.engine) as session:
        if action == "undo":
            made = decide.undo(session, step, who, "command line")
        elif action == "reject":
            made = decide.reject(session, key or "", who, "command line")
        elif action == "merge":
            if not into:
                raise UsageError("Name the takeaway to merge into, with --into SLUG.", "--into")
            made = decide.merge(session, key or "", into, who, "command line")
        elif action == "edit":
            if not edits:
                raise UsageError("Say what is to be otherwise, with --text or --set FIELD=VALUE.", "--edit")
            try:
                made = decide.accept(session, key or "", who, "command line", edits)
            except NotFound:
                made = decide.edit(session, key or "", edits, who, "command line")
        else:
            made = decide.accept(session, key or "", who, "command line")
        number, done, snapshot = made.id, made.action, current_snapshot(session)
    pipeline.follow_takeaways(base.engine, base.embedder)
    print(f"Step {number} by {who}: {done}. Snapshot {snapshot}.")


def _ask(base: KnowledgeBase, scope: Scope, who: str, limit: int) -> None:
    """One draft after the other until the queue, the limit or the reviewer is done."""
    from app import pipeline
    from app.db.engine import reading, writing
    from app.errors import HallwayError
    from app.takeaways.review import decide
    from app.takeaways.review.queue import open_drafts

    skipped: list[str] = []
    steps: list[int] = []
    number = 1
    while number <= limit:
        with reading(base.engine) as session:
            found = open_drafts(session, scope, 1, skipped)
        if not found:
            print("Nothing is left here.")
            break
        item = found[0]
        _print(number, item)
        key = typer.prompt(f"[{KEYS}]", prompt_suffix=" ").strip().lower()[:1]
        if key == "q":
            break
        if key == "s":
            skipped.append(item.key)
            continue
        edits = {"text": typer.prompt("Text", default=item.text)} if key == "e" else None
        try:
            with writing(base.engine) as session:
                if key == "u" and steps:
                    decide.undo(session, steps.pop(), who, "command line")
                    continue
                if key in ("a", "e"):
                    made = decide.accept(session, item.key, who, "command line", edits)
                elif key == "r":
                    made = decide.reject(session, item.key, who, "command line")
                elif key == "m" and item.alike:
                    made = decide.merge(session, item.key, item.alike[0].slug, who, "command line")
                else:
                    continue
                steps.append(made.id or 0)
            number += 1
        except HallwayError as error:
            print(error)
    pipeline.follow_takeaways(base.engine, base.embedder)


def _ask_claims(base: KnowledgeBase, who: str, limit: int) -> None:
    from app.db.engine import reading, writing
    from app.errors import HallwayError
    from app.takeaways.ledger.links import decide_link, open_proposals, undo_link

    skipped: list[int] = []
    made: list[int] = []
    number = 1
    while number <= limit:
        with reading(base.engine) as session:
            found = open_proposals(session, 1, tuple(skipped))
        if not found:
            print("Nothing is left here.")
            return
        item = found[0]
        _print_pair(number, item)
        keys = ", ".join(f"{key} {relation}" for key, relation in CLAIM_KEYS.items())
        key = typer.prompt(f"[{keys}, s skip, u undo, q quit]", prompt_suffix=" ").strip().lower()[:1]
        if key == "q":
            return
        if key == "s":
            skipped.append(item.id)
        try:
            with writing(base.engine) as session:
                if key == "u" and made:
                    undo_link(session, made.pop(), who, "command line")
                elif key in CLAIM_KEYS:
                    slugs = (item.earlier.slug, item.later.slug)
                    link = decide_link(session, *slugs, CLAIM_KEYS[key], who, "command line", item.seen)
                    made.append(link.id or 0)
                    number += 1
        except HallwayError as error:
            print(error)


def _print(number: int, item: DraftItem) -> None:
    print(f"\n{number}. {item.text}  ({item.key})")
    who = item.said_by or ("the speaker" if item.said_as == "speaker" else "an attendee")
    print(f"   machine draft: {item.kind}, {item.stance}, {who}; score {item.score:.2f}; {'; '.join(item.why)}")
    places = (item.article, item.talk, item.edition)
    print(f"   {' · '.join(place.name for place in places if place)}")
    if item.recognised:
        print(f"   {item.recognised}")
    for line in item.evidence:
        print(f"   {line.get('kind')}: {line.get('quote') or line.get('section') or line.get('url') or ''}")
    for other in item.alike:
        print(f"   there already? {other.text}  ({other.slug}, likeness {other.likeness:.2f})")


def _print_pair(number: int, item: ProposalItem) -> None:
    print(f"\n{number}. {item.relation}? ({item.score:.2f}; {'; '.join(item.why)})")
    for name, card in (("earlier", item.earlier), ("later", item.later)):
        where = card.edition.name if card.edition else card.occasion or "place not known"
        print(f"   {name}: {card.text}  ({card.slug}; {card.stance}; {where})")
