"""Deciding, as a curator does: one step of a review, the decision it leaves, and the assignment that follows at once.

A decision (ThemeDecision) is what a person holds now; a step (ReviewEntry) is kept for ever. Taking a step back is
another step, and brings back what the person held before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.sheets import follow_sheets
from app.catalog.snapshot import current_snapshot, follow_snapshot, talk_part
from app.db.types import utc_now
from app.errors import NotFound, UsageError
from app.models import ReviewDraw, ReviewEntry, Talk, Theme, ThemeDecision
from app.themes.follow import follow_talk, newest_decisions

Action = Literal["accept", "reject", "main"]
Part = Literal["settle", "sample", "second", "direct"]
UNDO = "undo"
IMPLIED = "implied"
"""In the details of a decision that follows from another one, and so is no judgement of its own."""


@dataclass(frozen=True)
class Choice:
    """What a reviewer decides about a theme of a talk: `main` accepts it as the main theme."""

    talk: str
    theme: str
    action: Action
    reviewer: str
    via: Literal["page", "command line"]
    part: Part = "direct"


def decide(session: Session, choice: Choice) -> ReviewEntry:
    """Keep the decision and let assignments and snapshot follow; NotFound for a talk or theme that is not counted."""
    talk, theme = _talk(session, choice.talk), _theme(session, choice.theme)
    assert talk.id is not None
    assert theme.id is not None
    now = utc_now()
    draw = _draw(session, talk.id, theme.id) if choice.part == "sample" else None
    wanted = _wanted(newest_decisions(session, talk.id), theme.id, choice.action)
    held = _held(session, talk.id, choice.reviewer)
    common: dict[str, Any] = {
        "talk_id": talk.id,
        "reviewer": choice.reviewer,
        "decided_on": now.date().isoformat(),
        "decided_at": now,
        "read_from": "abstract, slides or notes" if talk.abstract or talk.summary else "title only",
    }
    told: dict[str, Any] = {"via": choice.via, "part": choice.part if draw or choice.part != "sample" else "direct"}
    told["probability"] = draw.probability if draw else None
    rows = [
        ThemeDecision(
            theme_id=theme_id,
            accepted=accepted,
            is_main=is_main,
            details=told if theme_id == theme.id or _is_own(held.get(theme_id)) else {**told, IMPLIED: "main"},
            **common,
        )
        for theme_id, (accepted, is_main) in wanted.items()
    ]
    entry = ReviewEntry(
        talk_id=talk.id, theme_id=theme.id, reviewer=choice.reviewer, action=choice.action, decided_at=now,
        via=choice.via, part=told["part"], draw_id=draw.id if draw else None,
        replaced={str(theme_id): _as_json(held.get(theme_id)) for theme_id in wanted},
        snapshot_before=current_snapshot(session), snapshot_after="",
    )  # fmt: skip
    return _apply(session, entry, [held[theme_id] for theme_id in wanted if theme_id in held], rows)


def undo(session: Session, entry_id: int, reviewer: str, via: Literal["page", "command line"]) -> ReviewEntry:
    """Take a step of one's own back: what was held before holds again. NotFound, or UsageError where it is too late."""
    step = session.get(ReviewEntry, entry_id)
    if step is None or step.reviewer != reviewer or step.action == UNDO:
        raise NotFound("decision of yours", str(entry_id))
    if session.scalar(select(col(ReviewEntry.id)).where(col(ReviewEntry.undoes_id) == entry_id)):
        raise UsageError("This decision has been taken back already.", "entry")
    held = _held(session, step.talk_id, reviewer)
    made = [held[theme] for theme in map(int, step.replaced) if theme in held]
    if len(made) != len(step.replaced) or any(row.decided_at != step.decided_at for row in made):
        raise UsageError("You, or a file, decided this anew since; take the newer decision back first.", "entry")
    entry = ReviewEntry(
        talk_id=step.talk_id, theme_id=step.theme_id, reviewer=reviewer, action=UNDO, decided_at=utc_now(), via=via,
        part=step.part, draw_id=step.draw_id, undoes_id=step.id,
        replaced={str(row.theme_id): _as_json(row) for row in made}, snapshot_before=current_snapshot(session),
        snapshot_after="",
    )  # fmt: skip
    return _apply(session, entry, made, [_from_json(row) for row in step.replaced.values() if row is not None])


def _apply(session: Session, entry: ReviewEntry, former: list[ThemeDecision], rows: list[ThemeDecision]) -> ReviewEntry:
    before = talk_part(session, entry.talk_id)
    for row in former:
        session.delete(row)
    session.flush()
    for row in rows:
        # An id says which of one day's decisions is newer, so a decision that comes back does so under its own.
        if row.id is not None and session.get(ThemeDecision, row.id) is not None:
            row.id = None
        session.add(row)
    follow_talk(session, entry.talk_id)
    entry.snapshot_after = follow_snapshot(session, before, talk_part(session, entry.talk_id))
    follow_sheets(session, entry.talk_id, entry.snapshot_before)
    session.add(entry)
    session.flush()
    return entry


def _wanted(newest: dict[int, ThemeDecision], theme_id: int, action: Action) -> dict[int, tuple[bool, bool]]:
    """By theme: accepted, and the main one. A new main theme takes that mark from the one that has it."""
    if action == "reject":
        return {theme_id: (False, False)}
    now = newest.get(theme_id)
    wanted = {theme_id: (True, action == "main" or (now is not None and now.accepted and now.is_main))}
    if action == "main":
        others = (one for one in newest.values() if one.accepted and one.is_main and one.theme_id != theme_id)
        wanted |= {one.theme_id: (True, False) for one in others}
    return wanted


def _is_own(decision: ThemeDecision | None) -> bool:
    return decision is not None and decision.accepted and IMPLIED not in decision.details


def _talk(session: Session, slug: str) -> Talk:
    talk = session.scalars(select(Talk).where(col(Talk.slug) == slug)).first()
    if talk is None or talk.withdrawn_at is not None or talk.is_container:
        raise NotFound("talk", slug, "Only talks that are counted can be reviewed.")
    return talk


def _theme(session: Session, slug: str) -> Theme:
    theme = session.scalars(select(Theme).where(col(Theme.slug) == slug, col(Theme.withdrawn_at).is_(None))).first()
    if theme is None:
        raise NotFound("theme", slug)
    return theme


def _draw(session: Session, talk_id: int, theme_id: int) -> ReviewDraw | None:
    """The newest draw of this theme that had the talk, if it offered it."""
    newest = (
        select(ReviewDraw)
        .where(col(ReviewDraw.talk_id) == talk_id, col(ReviewDraw.theme_id) == theme_id)
        .order_by(col(ReviewDraw.id).desc())
        .limit(1)
    )
    draw = session.scalars(newest).first()
    return draw if draw is not None and draw.offered else None


def _held(session: Session, talk_id: int, reviewer: str) -> dict[int, ThemeDecision]:
    found = session.scalars(
        select(ThemeDecision).where(col(ThemeDecision.talk_id) == talk_id, col(ThemeDecision.reviewer) == reviewer)
    )
    return {decision.theme_id: decision for decision in found}


def _as_json(decision: ThemeDecision | None) -> dict[str, Any] | None:
    return None if decision is None else decision.model_dump(mode="json")


def _from_json(values: dict[str, Any]) -> ThemeDecision:
    at = values["decided_at"]
    return ThemeDecision(**{**values, "decided_at": datetime.fromisoformat(at) if at else None})
