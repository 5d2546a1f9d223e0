"""The assignment of one talk made anew after a decision, from the rows that are there, without reading the base.

By the rules of assignment.py: decisions first; a theme is at least as probable as any of its parts; what is part of a
rejected theme is not assigned; one main theme of each vocabulary and those above it. What a decision covers up is kept
in `evidence`, so that taking it back brings it out again. A probability that a rebuild had raised or dropped is known
exactly only to the next rebuild, which makes all of this anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.models import Theme, ThemeAssignment, ThemeDecision
from app.themes.assignment import KEPT_FROM, RECIPE, THRESHOLD
from app.themes.hierarchy import ALMOST_CERTAIN

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
    themes = session.execute(
        select(col(Theme.id), col(Theme.parent_id), col(Theme.vocabulary)).where(col(Theme.withdrawn_at).is_(None))
    ).all()
    parents: dict[int, int | None] = {theme_id: parent for theme_id, parent, _ in themes if theme_id is not None}
    here = col(ThemeAssignment.talk_id) == talk_id
    guesses = _guesses(list(session.scalars(select(ThemeAssignment).where(here))))
    decided = {theme: one for theme, one in newest_decisions(session, talk_id).items() if theme in parents}
    for theme_id in parents:
        guesses.setdefault(theme_id, _Guess(None, {}, RECIPE))
    guesses = {theme_id: guess for theme_id, guess in guesses.items() if theme_id in parents}
    _silence(guesses, parents, decided)
    _raise(guesses, parents, decided)
    rows = [_row(talk_id, theme_id, guesses[theme_id], decided.get(theme_id)) for theme_id in sorted(guesses)]
    kept = [row for row in rows if row.status in ("confirmed", "rejected") or row.probability >= KEPT_FROM]
    _hide(guesses, kept)
    of = {theme_id: vocabulary for theme_id, _, vocabulary in themes}
    for vocabulary in set(of.values()):
        _mark_main([row for row in kept if of[row.theme_id] == vocabulary], parents)
    session.execute(delete(ThemeAssignment).where(here))
    session.add_all(kept)
    session.flush()


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


def _silence(guesses: dict[int, _Guess], parents: dict[int, int | None], decided: dict[int, ThemeDecision]) -> None:
    for theme_id, guess in guesses.items():
        guess.now = guess.own or 0.0
        above = parents.get(theme_id)
        while above is not None:
            if above in decided and not decided[above].accepted:
                guess.silenced, guess.now = True, 0.0
            above = parents.get(above)


def _raise(guesses: dict[int, _Guess], parents: dict[int, int | None], decided: dict[int, ThemeDecision]) -> None:
    for theme_id in sorted(guesses, key=lambda one: _depth(one, parents), reverse=True):
        above = parents.get(theme_id)
        by_person = decided.get(theme_id)
        chance = guesses[theme_id].now if by_person is None else float(by_person.accepted)
        if above in guesses and chance > guesses[above].now:
            guesses[above].now, guesses[above].raised_by = min(chance, ALMOST_CERTAIN), theme_id


def _depth(theme_id: int, parents: dict[int, int | None]) -> int:
    depth, above = 0, parents.get(theme_id)
    while above is not None:
        depth, above = depth + 1, parents.get(above)
    return depth


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


def _hide(guesses: dict[int, _Guess], kept: list[ThemeAssignment]) -> None:
    """Keep, with a rejected theme, what the machine made of the themes below it, for it has no rows of its own now."""
    present = {row.theme_id for row in kept}
    hidden = {
        str(theme_id): {"own": guess.own, "evidence": guess.evidence, "recipe": guess.recipe}
        for theme_id, guess in guesses.items()
        if guess.silenced and guess.own is not None and theme_id not in present
    }
    rejected = next((row for row in kept if row.status == "rejected"), None)
    if hidden and rejected is not None:
        rejected.evidence = rejected.evidence | {"hidden": hidden}


def _mark_main(rows: list[ThemeAssignment], parents: dict[int, int | None]) -> None:
    assigned = {row.theme_id: row for row in rows if row.status in ("confirmed", "machine")}
    named = next((theme_id for theme_id, row in assigned.items() if row.is_main), None)
    if named is None and assigned:
        named = max(assigned, key=lambda one: (assigned[one].probability, _depth(one, parents), -one))
    while named is not None:
        if named in assigned:
            assigned[named].is_main = True
        named = parents.get(named)
