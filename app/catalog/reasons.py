"""Why a talk has a theme, or has it not: the machine's evidence and what each person decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Talk, Theme, ThemeAssignment, ThemeDecision

ORDER = {"confirmed": 0, "machine": 1, "rejected": 2, "unlikely": 3}


class DecisionNote(BaseModel):
    """What one person decided about one theme of a talk."""

    accepted: bool
    is_main: bool
    borderline: bool
    reviewer: str
    decided_on: str
    read_from: str | None


class NearExample(BaseModel):
    """The example talk of the theme that is nearest in meaning, with the cosine of the two."""

    slug: str
    name: str
    cosine: float


class ThemeReason(BaseModel):
    """A theme of a talk with why. `status` is confirmed, machine, rejected by people, or unlikely (not assigned).

    `probability` is 1 or 0 where people decided, and `machine_probability` what the machine alone would have given;
    `below` names a narrower theme of the talk that this one follows from.
    """

    slug: str
    name: str
    status: str
    is_main: bool
    probability: float
    machine_probability: float | None
    recipe: str
    cues: list[str]
    strongest: str | None
    nearest: NearExample | None
    below: str | None
    decisions: list[DecisionNote] = Field(default_factory=list)


def theme_reasons(session: Session, talk_id: int) -> list[ThemeReason]:
    """Themes of the talk: the main one, those assigned, those ruled out, those found unlikely. Four queries."""
    rows = session.execute(
        select(ThemeAssignment, col(Theme.slug), col(Theme.name))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .where(col(ThemeAssignment.talk_id) == talk_id, col(Theme.withdrawn_at).is_(None))
        .order_by(col(ThemeAssignment.probability).desc(), col(Theme.position), col(Theme.id))
    ).all()
    evidence = [row[0].evidence or {} for row in rows]
    nearest = _talks(session, (_part(each, "nearest_example").get("talk_id") for each in evidence))
    below = _themes(session, (each.get("below") for each in evidence))
    decisions = _decisions(session, talk_id)
    reasons = []
    for (row, slug, name), seen in zip(rows, evidence, strict=True):
        near = _part(seen, "nearest_example")
        talk = nearest.get(near.get("talk_id"))
        reasons.append(
            ThemeReason(
                slug=slug,
                name=name,
                status=row.status,
                is_main=row.is_main,
                probability=row.probability,
                machine_probability=seen.get("machine_probability"),
                recipe=row.recipe,
                cues=[str(cue) for cue in seen.get("cues", ())],
                strongest=seen.get("from"),
                nearest=NearExample(slug=talk[0], name=talk[1], cosine=near.get("cosine", 0.0)) if talk else None,
                below=below.get(seen.get("below")),
                decisions=decisions.get(row.theme_id, []),
            )
        )
    return sorted(reasons, key=lambda reason: (not reason.is_main, ORDER.get(reason.status, 9)))


def _part(evidence: dict[str, Any], name: str) -> dict[str, Any]:
    return evidence.get(name) or {}


def _talks(session: Session, ids: Iterable[int | None]) -> dict[int | None, tuple[str, str]]:
    wanted = {i for i in ids if i is not None}
    rows = session.execute(select(col(Talk.id), col(Talk.slug), col(Talk.title)).where(col(Talk.id).in_(wanted)))
    return {key: (slug, title) for key, slug, title in rows}


def _themes(session: Session, ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {i for i in ids if i is not None}
    rows = session.execute(select(col(Theme.id), col(Theme.name)).where(col(Theme.id).in_(wanted)))
    return {row[0]: row[1] for row in rows}


def _decisions(session: Session, talk_id: int) -> dict[int, list[DecisionNote]]:
    noted: dict[int, list[DecisionNote]] = defaultdict(list)
    newest_first = col(ThemeDecision.decided_on).desc(), col(ThemeDecision.id).desc()
    found = select(ThemeDecision).where(col(ThemeDecision.talk_id) == talk_id).order_by(*newest_first)
    for decision in session.scalars(found):
        noted[decision.theme_id].append(
            DecisionNote(
                accepted=decision.accepted,
                is_main=decision.is_main,
                borderline=decision.borderline,
                reviewer=decision.reviewer,
                decided_on=decision.decided_on,
                read_from=decision.read_from,
            )
        )
    return noted
