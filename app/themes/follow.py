"""The assignment of one talk made anew after a decision, from the rows that are there, without reading the base.

Decisions come first; what themes above and below mean for one another, and which is the main one, is the rule of
hierarchy.py, as it is for all talks at once in assignment.py. What a decision covers up is kept in `evidence`, so that
taking it back brings it out again. A probability that a rebuild had raised or dropped is known exactly only to the next
rebuild, which makes all of this anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.models import Theme, ThemeAssignment, ThemeDecision
from app.themes.assignment import KEPT_FROM, RECIPE, THRESHOLD
from app.themes.hierarchy import NONE, Hierarchy

DECIDED = ("reviewer", "decided_on", "read_from", "borderline", "machine_probability")
"""Keys that a decision adds to the evidence."""


@dataclass
class _Guess:
    """What the machine makes of a theme: `own` before any decision on themes around it; None where it kept nothing."""

    own: float | None
    evidence: dict[str, Any]
    recipe: str
    now: float = 0.0
    raised_by: int | None = None
    silenced: bool = False


def newest_decisions(session: Session, talk_id: int) -> dict[int, ThemeDecision]:
    """The decision that holds for each theme of a talk: the newest, by day and then by id."""
    order = col(ThemeDecision.decided_on), col(ThemeDecision.id)
    found = session.scalars(select(ThemeDecision).where(col(ThemeDecision.talk_id) == talk_id).order_by(*order))
    return {decision.theme_id: decision for decision in found}


def follow_talk(session: Session, talk_id: int) -> None:
    """Replace the assignments of this talk by what decisions and the machine's guesses make of them now."""
    session.flush()
    ids, vocabularies, hierarchy = _themes(session)
    here = col(ThemeAssignment.talk_id) == talk_id
    known = _guesses(list(session.scalars(select(ThemeAssignment).where(here))))
    guesses = [known.get(theme_id) or _Guess(None, {}, RECIPE) for theme_id in ids]
    decided = newest_decisions(session, talk_id)
    _settle(ids, guesses, decided, hierarchy)
    rows = {
        place: row
        for place, theme_id in enumerate(ids)
        if (row := _row(talk_id, theme_id, guesses[place], decided.get(theme_id))).status in ("confirmed", "rejected")
        or row.probability >= KEPT_FROM
    }
    _hide(ids, guesses, rows)
    for vocabulary in set(vocabularies):
        _mark_main({place: row for place, row in rows.items() if vocabularies[place] == vocabulary}, hierarchy)
    session.execute(delete(ThemeAssignment).where(here))
    session.add_all(rows.values())
    session.flush()


def _themes(session: Session) -> tuple[list[int], list[str], Hierarchy]:
    """The themes in use by id, in the order in which assignment has those of a vocabulary, and their vocabularies."""
    found = session.execute(
        select(col(Theme.id), col(Theme.parent_id), col(Theme.vocabulary))
        .where(col(Theme.withdrawn_at).is_(None))
        .order_by(col(Theme.id))
    ).all()
    ids = [theme_id or 0 for theme_id, _, _ in found]
    parents = {theme_id or 0: parent for theme_id, parent, _ in found}
    return ids, [vocabulary for _, _, vocabulary in found], Hierarchy(ids, parents)


def _settle(
    ids: Sequence[int], guesses: Sequence[_Guess], decided: Mapping[int, ThemeDecision], hierarchy: Hierarchy
) -> None:
    """Say of each guess what becomes of it beside the decisions and the themes around it."""
    said = [[int(decided[theme_id].accepted) if theme_id in decided else -1 for theme_id in ids]]
    chances, known = (
        np.array([[guess.own or 0.0 for guess in guesses]], dtype=np.float64),
        np.array(said, dtype=np.int8),
    )
    silenced, raised = hierarchy.silenced(known)[0], hierarchy.settle(chances, known)[0]
    for place, guess in enumerate(guesses):
        guess.now, guess.silenced = float(chances[0, place]), bool(silenced[place])
        guess.raised_by = None if raised[place] == NONE else ids[raised[place]]


def _guesses(rows: list[ThemeAssignment]) -> dict[int, _Guess]:
    found = {row.theme_id: _guess(row) for row in rows}
    for row in rows:
        for theme_id, hidden in (row.evidence or {}).get("hidden", {}).items():
            found.setdefault(int(theme_id), _Guess(**hidden))
    return found


def _guess(row: ThemeAssignment) -> _Guess:
    added = (*DECIDED, "covered", "hidden")
    evidence = {name: value for name, value in (row.evidence or {}).items() if name not in added}
    covered = (row.evidence or {}).get("covered")
    if covered is not None:
        evidence = {name: value for name, value in evidence.items() if name not in ("from", "below")}
        evidence |= covered["evidence"]
        return _Guess(covered["probability"], evidence, covered["recipe"])
    if row.status in ("confirmed", "rejected"):
        return _Guess((row.evidence or {}).get("machine_probability"), evidence, RECIPE)
    return _Guess(row.probability, evidence, row.recipe)


def _row(talk_id: int, theme_id: int, guess: _Guess, decision: ThemeDecision | None) -> ThemeAssignment:
    evidence = dict(guess.evidence)
    if guess.raised_by is not None or guess.silenced:
        own = {name: evidence[name] for name in ("from", "below") if name in evidence}
        evidence["covered"] = {"probability": guess.own, "evidence": own, "recipe": guess.recipe}
    if guess.raised_by is not None:
        evidence |= {"from": "a theme below it", "below": guess.raised_by}
    row = ThemeAssignment(talk_id=talk_id, theme_id=theme_id, status="", probability=guess.now, recipe=guess.recipe)
    if decision is None:
        row.status = "machine" if guess.now >= THRESHOLD else "unlikely"
        row.evidence = evidence
        return row
    known = guess.own is not None or guess.raised_by is not None or guess.silenced
    row.status = "confirmed" if decision.accepted else "rejected"
    row.is_main = decision.accepted and decision.is_main
    row.probability = 1.0 if decision.accepted else 0.0
    row.recipe = "decision"
    row.evidence = evidence | {
        "reviewer": decision.reviewer,
        "decided_on": decision.decided_on,
        "read_from": decision.read_from,
        "borderline": decision.borderline,
        "machine_probability": guess.now if known else None,
    }
    return row


def _hide(ids: Sequence[int], guesses: Sequence[_Guess], rows: Mapping[int, ThemeAssignment]) -> None:
    """Keep, with a rejected theme, what the machine made of the themes below it, for it has no rows of its own now."""
    hidden = {
        str(ids[place]): {"own": guess.own, "evidence": guess.evidence, "recipe": guess.recipe}
        for place, guess in enumerate(guesses)
        if guess.silenced and guess.own is not None and place not in rows
    }
    rejected = next((row for row in rows.values() if row.status == "rejected"), None)
    if hidden and rejected is not None:
        rejected.evidence = rejected.evidence | {"hidden": hidden}


def _mark_main(rows: Mapping[int, ThemeAssignment], hierarchy: Hierarchy) -> None:
    """Mark the main theme and those above it; `rows` are those of one vocabulary by place."""
    assigned = {place: row for place, row in rows.items() if row.status in ("confirmed", "machine")}
    named = next((place for place, row in assigned.items() if row.is_main), None)
    for place in hierarchy.main({place: row.probability for place, row in assigned.items()}, named):
        assigned[place].is_main = True
