"""Deciding on takeaways: one step of a review, the takeaway that it leaves, and the way back.

A step (TakeawayDecision) is kept for ever; taking it back is another step. What was accepted is a takeaway of the
source “review” and stays one when its draft is found no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.snapshot import follow_snapshot, takeaway_part
from app.catalog.takeaway_steps import UNDO, holds
from app.db.types import utc_now
from app.errors import NotFound, UsageError
from app.models import Edition, Source, Takeaway, TakeawayDecision, TakeawayDraft
from app.takeaways.drafting.elsewhere import occasion_elsewhere
from app.takeaways.review.fields import COPIED, EVIDENCE, checked, edited_hash, set_evidence, speaker_named, state_of
from app.takeaways.review.steps import step_of_draft, step_of_takeaway
from app.text.slugs import slugify, unique_slug

Via = Literal["page", "command line"]
SOURCE = "review"
"""Key of the source of takeaways that people made of drafts."""

SLUG_LENGTH = 70
_OF_DRAFT = (
    "text", "kind", "stance", "conditions", "said_by", "said_as", "affiliation", "technologies", "article_id",
    "edition_id", "talk_id", "speaker_id",
)  # fmt: skip


def accept(
    session: Session, key: str, reviewer: str, via: Via, edits: Mapping[str, Any] | None = None
) -> TakeawayDecision:
    """Make a takeaway of a draft, with some fields set otherwise; NotFound, or UsageError naming what is wrong."""
    draft = _open_draft(session, key)
    wanted = {name: getattr(draft, name) for name in _OF_DRAFT} | {"status": "reviewed", "themes": []}
    wanted["speaker_id"] = draft.speaker_id or speaker_named(session, draft.said_by)
    wanted |= _said_elsewhere(session, draft)
    given = checked(session, edits or {})
    if given.get("said_by") == wanted["said_by"]:
        given.pop("speaker_id", None)
    # A form sends every field: what it leaves as it was is no edit.
    changed = {name: value for name, value in given.items() if wanted.get(name) != value}
    takeaway = _takeaway_for(session, draft.key, str((wanted | changed)["text"]), draft)
    return _write(
        session, takeaway, "edit" if changed else "accept", reviewer, via,
        {**wanted, **changed, "evidence": draft.evidence, "withdrawn": False}, draft,
    )  # fmt: skip


def _said_elsewhere(session: Session, draft: TakeawayDraft) -> dict[str, Any]:
    """The occasion of a draft that tells of another than its edition; no talk of this one is then where it was said."""
    edition = session.scalar(select(col(Edition.name)).where(col(Edition.id) == draft.edition_id))
    occasion = occasion_elsewhere(draft.text, edition)
    return {"occasion": occasion, "edition_id": None, "talk_id": None} if occasion else {}


def reject(session: Session, key: str, reviewer: str, via: Via) -> TakeawayDecision:
    """Say that a draft is no takeaway; it is asked about no more."""
    return _keep(session, _step("reject", reviewer, via, _open_draft(session, key)))


def merge(session: Session, key: str, into: str, reviewer: str, via: Via) -> TakeawayDecision:
    """Add the evidence of a draft to a takeaway that says the same; its words stay as they are."""
    draft = _open_draft(session, key)
    takeaway = _takeaway(session, into)
    held = state_of(session, takeaway)
    lines = [{name: line.get(name) for name in EVIDENCE} for line in draft.evidence]
    evidence = held["evidence"] + [line for line in lines if line not in held["evidence"]]
    return _write(session, takeaway, "merge", reviewer, via, {"evidence": evidence}, draft)


def edit(
    session: Session, slug: str, edits: Mapping[str, Any], reviewer: str, via: Via, seen: str | None = None
) -> TakeawayDecision:
    """Set fields of a takeaway. `seen` is its content hash as the reviewer saw it: UsageError if it changed since."""
    takeaway = _takeaway(session, slug)
    if seen and seen != takeaway.content_hash:
        raise UsageError("This takeaway was changed since you opened it; load the page anew.", "seen")
    held = state_of(session, takeaway)
    given = checked(session, edits)
    if given.get("said_by") == held["said_by"]:
        given.pop("speaker_id", None)
    changed = {name: value for name, value in given.items() if held[name] != value}
    if not changed:
        raise UsageError("Nothing is different from what the takeaway has.", next(iter(edits), None))
    return _write(session, takeaway, "edit", reviewer, via, changed)


def undo(session: Session, step_id: int, reviewer: str, via: Via) -> TakeawayDecision:
    """Take back a step of one's own, the newest about its draft and takeaway. NotFound, or UsageError if too late."""
    step = session.get(TakeawayDecision, step_id)
    if step is None or step.reviewer != reviewer or step.action == UNDO:
        raise NotFound("decision of yours", str(step_id))
    newest = (
        step_of_takeaway(session, step.takeaway_id)
        if step.takeaway_id
        else step_of_draft(session, step.draft_key or "")
    )
    if session.scalar(select(col(TakeawayDecision.id)).where(col(TakeawayDecision.undoes_id) == step_id)):
        raise UsageError("This decision has been taken back already.", "step")
    if newest is None or newest.id != step.id:
        raise UsageError("Something was decided about this takeaway since; take the newer step back first.", "step")
    made = TakeawayDecision(
        draft_key=step.draft_key, takeaway_id=step.takeaway_id, action=UNDO, draft=step.draft, reviewer=reviewer,
        decided_at=utc_now(), via=via, undoes_id=step.id,
    )  # fmt: skip
    if step.takeaway_id is None:
        return _keep(session, made)
    takeaway = session.get_one(Takeaway, step.takeaway_id)
    # Only what the step changed comes back, for a file may have set other fields since.
    back = {name: value for name, value in step.before.items() if value != step.after.get(name)}
    return _apply(session, takeaway, made, back)


def keep_edits(session: Session) -> int:
    """Set again what people set in takeaways that a file wrote anew since; returns how many. Never commits."""
    rows = session.execute(
        select(TakeawayDecision, Takeaway)
        .join(Takeaway, col(Takeaway.id) == col(TakeawayDecision.takeaway_id))
        .where(_holds_edit(), ~col(Takeaway.content_hash).contains("~"))
        .order_by(col(TakeawayDecision.id))
    ).all()
    for step, takeaway in rows:
        wanted = {name: value for name, value in step.after.items() if value != step.before.get(name)}
        _set(session, takeaway, {name: value for name, value in wanted.items() if name != "hash"})
    for takeaway in {row[1].id: row[1] for row in rows}.values():
        takeaway.content_hash = edited_hash(state_of(session, takeaway))
    session.flush()
    return len({row[1].id for row in rows})


def _holds_edit() -> Any:
    """Whether a row of TakeawayDecision holds and changed a takeaway."""
    return holds() & col(TakeawayDecision.action).in_(("edit", "merge"))


def _open_draft(session: Session, key: str) -> TakeawayDraft:
    """The draft, if nobody decided on it: the second of two who do is told of the first."""
    # Locked where the database locks rows; SQLite's writers come one after the other anyway.
    draft = session.scalars(select(TakeawayDraft).where(col(TakeawayDraft.key) == key).with_for_update()).first()
    step = step_of_draft(session, key)
    if step is not None:
        done = {"accept": "accepted", "edit": "accepted with changes", "reject": "rejected", "merge": "merged"}
        when = f"{step.decided_at:%Y-%m-%d %H:%M} UTC"
        raise UsageError(
            f"{step.reviewer} {done[step.action]} this draft already, {when} (step {step.id}). Nothing was changed.",
            "draft",
        )
    if draft is None:
        raise NotFound("draft of a takeaway", key[:100], "Its text may have changed; look at the queue anew.")
    return draft


def _takeaway(session: Session, slug: str) -> Takeaway:
    found = session.scalars(
        select(Takeaway).where(col(Takeaway.slug) == slug, col(Takeaway.withdrawn_at).is_(None))
    ).first()
    if found is None:
        raise NotFound("takeaway", slug[:100])
    return found


def _takeaway_for(session: Session, key: str, text: str, draft: TakeawayDraft) -> Takeaway:
    """The takeaway this draft once was and that was taken back, or a new one that is withdrawn until it is written."""
    source = session.scalars(select(Source).where(col(Source.key) == SOURCE)).first()
    if source is None:
        source = Source(key=SOURCE, format="review", path="review")
        session.add(source)
        session.flush()
    found = session.scalars(
        select(Takeaway).where(col(Takeaway.source_id) == source.id, col(Takeaway.source_key) == key)
    ).first()
    if found is not None:
        return found
    slug = slugify(text, SLUG_LENGTH) or f"takeaway-{key[:12]}"
    taken = set(session.scalars(select(col(Takeaway.slug)).where(col(Takeaway.slug).startswith(slug))))
    made = Takeaway(
        slug=unique_slug(slug, taken), source_id=source.id or 0, source_key=key, position=draft.position, text=text,
        kind=draft.kind, content_hash=SOURCE, withdrawn_at=utc_now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _step(action: str, reviewer: str, via: Via, draft: TakeawayDraft | None) -> TakeawayDecision:
    kept = draft.model_dump(mode="json", exclude={"id", "recipe", "content_hash"}) if draft else {}
    return TakeawayDecision(
        draft_key=draft.key if draft else None, action=action, draft=kept, reviewer=reviewer, decided_at=utc_now(),
        via=via,
    )  # fmt: skip


def _write(
    session: Session, takeaway: Takeaway, action: str, reviewer: str, via: Via, wanted: Mapping[str, Any],
    draft: TakeawayDraft | None = None,
) -> TakeawayDecision:  # fmt: skip
    step = _step(action, reviewer, via, draft)
    step.takeaway_id = takeaway.id
    return _apply(session, takeaway, step, wanted)


def _apply(session: Session, takeaway: Takeaway, step: TakeawayDecision, wanted: Mapping[str, Any]) -> TakeawayDecision:
    assert takeaway.id is not None
    part = takeaway_part(session, takeaway.id)
    step.before = state_of(session, takeaway)
    _set(session, takeaway, wanted)
    takeaway.content_hash = str(wanted.get("hash") or edited_hash(state_of(session, takeaway)))
    session.flush()
    step.after = state_of(session, takeaway)
    _keep(session, step)
    follow_snapshot(session, part, takeaway_part(session, takeaway.id))
    return step


def _set(session: Session, takeaway: Takeaway, wanted: Mapping[str, Any]) -> None:
    for name in COPIED:
        if name in wanted:
            setattr(takeaway, name, wanted[name])
    if "withdrawn" in wanted:
        takeaway.withdrawn_at = utc_now() if wanted["withdrawn"] else None
    session.flush()
    if "evidence" in wanted:
        set_evidence(session, takeaway.id or 0, wanted["evidence"])


def _keep(session: Session, step: TakeawayDecision) -> TakeawayDecision:
    session.add(step)
    session.flush()
    return step
