"""The assignment of themes: decisions of people carried over, and for the rest a probability from the evidence.

Derived data. A talk is assigned anew when it changed; all are when vocabulary, decisions, examples or the recipe did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.embeddings.protocol import Embedder
from app.models import IndexState, Theme, ThemeAssignment, ThemeDecision, ThemeReading
from app.themes.evidence import FEATURES, Evidence, TalkText, Witness
from app.themes.hierarchy import ALMOST_CERTAIN, NONE, Hierarchy
from app.themes.linear import Known, Scores
from app.themes.material import (
    Decisions,
    Vocabulary,
    decisions,
    stamps,
    talk_texts,
    talks_named,
    theme_texts,
    vocabularies,
)

STATE = "themes"
RECIPE = "cues+learned/2"
INTERCEPT = -0.77
WEIGHTS = (1.91, 1.91, 3.03)
"""Logistic weights of evidence.FEATURES, from `scripts/fit_themes.py` on the shipped judgements."""

THRESHOLD = 0.5
KEPT_FROM = 0.05
"""Less probable themes are not kept. Between this and THRESHOLD they are `unlikely`: not counted, but uncertain."""
AT_ONCE = 900


def refresh_assignments(session: Session, embedder: Embedder) -> bool:
    """Assign themes anew to what changed; True if anything did."""
    return _assign_changed(session, embedder) > 0


def rebuild_assignments(session: Session, embedder: Embedder) -> int:
    """Throw all assignments away and make them anew; returns how many."""
    session.execute(delete(ThemeReading))
    session.execute(delete(ThemeAssignment))
    _assign_changed(session, embedder)
    return session.scalars(select(func.count()).select_from(ThemeAssignment)).one()


def _assign_changed(session: Session, embedder: Embedder) -> int:
    """Bring assignments up to date; how many talks changed."""
    recipe = embedder.recipe
    now, decided, found = stamps(session, recipe), decisions(session), vocabularies(session)
    fingerprint = _fingerprint(session, recipe, found, decided, now)
    state = session.get(IndexState, STATE)
    if state is None or state.fingerprint != fingerprint:
        session.execute(delete(ThemeReading))
    before = dict(session.execute(select(col(ThemeReading.talk_id), col(ThemeReading.stamp))).all())
    changed = {talk for talk, stamp in now.items() if before.get(talk) != stamp}
    gone = before.keys() - now.keys()
    if not changed and not gone and state is not None and state.fingerprint == fingerprint:
        return 0
    _forget(session, changed | gone, everything=not before)
    for vocabulary in found:
        _assign_all(session, embedder, vocabulary, decided, changed)
    read = [{"talk_id": talk, "stamp": now[talk]} for talk in sorted(changed)]
    if read:
        session.execute(insert(ThemeReading), read)
    session.merge(IndexState(name=STATE, recipe=RECIPE, fingerprint=fingerprint, built_at=utc_now()))
    return max(1, len(changed) + len(gone))


def _forget(session: Session, talks: set[int], everything: bool) -> None:
    if everything:
        session.execute(delete(ThemeAssignment))
        return
    ids = sorted(talks)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        session.execute(delete(ThemeAssignment).where(col(ThemeAssignment.talk_id).in_(some)))
        session.execute(delete(ThemeReading).where(col(ThemeReading.talk_id).in_(some)))


def _assign_all(
    session: Session, embedder: Embedder, vocabulary: Vocabulary, decided: Decisions, talks: set[int]
) -> None:
    """Assign the themes of one vocabulary to these talks."""
    witness = learned(session, embedder, vocabulary, decided)
    ids = [theme.id for theme in witness.themes]
    hierarchy = Hierarchy(ids, {theme.id or 0: theme.parent_id for theme in vocabulary.themes})
    for some in talk_texts(session, embedder.recipe, talks):
        rows = assigned(some, witness.hear(some), ids, hierarchy, decided)
        if rows:
            session.execute(insert(ThemeAssignment), rows)


def learned(session: Session, embedder: Embedder, vocabulary: Vocabulary, decided: Decisions) -> Witness:
    """The themes of a vocabulary with what its examples and people's decisions teach of them."""
    themes = theme_texts(session, embedder, vocabulary)
    own = {theme.id for theme in themes}
    said = {
        talk: {theme: decision.accepted for theme, decision in of_talk.items() if theme in own}
        for talk, of_talk in decided.items()
    }
    named = {talk for theme in themes for talk in (*theme.examples, *theme.counter_examples)}
    wanted = named | {talk for talk, of_talk in said.items() if of_talk}
    taught = {talk.id: talk for some in talk_texts(session, embedder.recipe, wanted) for talk in some}
    return Witness(themes, taught, said)


def assigned(
    talks: Sequence[TalkText], evidence: Evidence, themes: Sequence[int], hierarchy: Hierarchy,
    decided: Mapping[int, Mapping[int, ThemeDecision]],
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of ThemeAssignment for these talks: what people decided, and what is probable enough to keep."""
    guesses = probability(evidence.values)
    said = _said(talks, themes, decided)
    settled = guesses.copy()
    raised = hierarchy.settle(settled, said)
    settled = np.clip(settled, 0.0, ALMOST_CERTAIN).round(4)
    kept = (said >= 0) | (settled >= KEPT_FROM)
    strongest = (np.asarray(WEIGHTS) * evidence.values).argmax(axis=2)
    rows: list[dict[str, Any]] = []
    for row in np.flatnonzero(kept.any(axis=1)).tolist():
        talk = talks[row]
        own: dict[int, dict[str, Any]] = {}
        for place in np.flatnonzero(kept[row]).tolist():
            seen = evidence.shown(row, place)
            below = int(raised[row, place])
            seen["from"] = FEATURES[strongest[row, place]] if below == NONE else "a theme below it"
            if below != NONE:
                seen["below"] = themes[below]
            decision = decided.get(talk.id, {}).get(themes[place])
            own[place] = _row(talk.id, themes[place], float(settled[row, place]), seen, decision)
        _mark_main(own, hierarchy)
        rows.extend(own.values())
    return rows


def probability(values: Scores) -> Scores:
    """Probability of a theme from its evidence (..., 3): a logistic function with fixed weights, never certain."""
    odds = INTERCEPT + values @ np.asarray(WEIGHTS)
    chances: Scores = np.clip(1.0 / (1.0 + np.exp(-odds)), 1 - ALMOST_CERTAIN, ALMOST_CERTAIN)
    return chances


def _said(
    talks: Sequence[TalkText], themes: Sequence[int], decided: Mapping[int, Mapping[int, ThemeDecision]]
) -> Known:
    """(n, k): 1 where a person accepted a theme, 0 where one rejected it, -1 where nobody decided."""
    said = np.full((len(talks), len(themes)), -1, dtype=np.int8)
    for row, talk in enumerate(talks):
        of_talk = decided.get(talk.id)
        if of_talk:
            for place, theme in enumerate(themes):
                if theme in of_talk:
                    said[row, place] = int(of_talk[theme].accepted)
    return said


def _row(
    talk_id: int, theme_id: int, chance: float, evidence: dict[str, object], decision: ThemeDecision | None
) -> dict[str, Any]:
    row = {"talk_id": talk_id, "theme_id": theme_id, "is_main": False, "recipe": RECIPE}
    if decision is None:
        status = "machine" if chance >= THRESHOLD else "unlikely"
        return row | {"status": status, "probability": chance, "evidence": evidence}
    who = {"reviewer": decision.reviewer, "decided_on": decision.decided_on, "read_from": decision.read_from}
    return row | {
        "status": "confirmed" if decision.accepted else "rejected",
        "is_main": decision.accepted and decision.is_main,
        "probability": 1.0 if decision.accepted else 0.0,
        "evidence": {**evidence, **who, "borderline": decision.borderline, "machine_probability": chance},
        "recipe": "decision",
    }


def _mark_main(rows: dict[int, dict[str, Any]], hierarchy: Hierarchy) -> None:
    """Mark the main theme and those above it; `rows` are those of one talk by place of the theme."""
    counted = {place: row for place, row in rows.items() if row["status"] in ("confirmed", "machine")}
    named = next((place for place, row in counted.items() if row["is_main"]), None)
    for place in hierarchy.main({place: row["probability"] for place, row in counted.items()}, named):
        counted[place]["is_main"] = True


def _fingerprint(
    session: Session, recipe: str, found: Sequence[Vocabulary], decided: Decisions, now: Mapping[int, str]
) -> str:
    """Of what is learned: constants, vocabularies, decisions, and the talks that teach."""
    digest = hashlib.sha256(repr((RECIPE, INTERCEPT, WEIGHTS, THRESHOLD, recipe)).encode())
    for theme in (theme for vocabulary in found for theme in vocabulary.themes):
        digest.update(repr(_of_theme(theme)).encode())
    for talk, of_talk in sorted(decided.items()):
        told = [
            (theme, one.accepted, one.is_main, one.borderline, one.reviewer, one.decided_on, one.read_from)
            for theme, one in sorted(of_talk.items())
        ]
        digest.update(repr((talk, now.get(talk), told)).encode())
    for vocabulary in found:
        named = {name for theme in vocabulary.themes for name in (*theme.examples, *theme.counter_examples)}
        teaching = sorted((name, now.get(talk)) for name, talk in talks_named(session, named).items())
        digest.update(repr(teaching).encode())
    return digest.hexdigest()[:32]


def _of_theme(theme: Theme) -> tuple[object, ...]:
    return (
        theme.id, theme.vocabulary, theme.parent_id, theme.name, theme.definition, theme.cues, theme.synonyms,
        theme.examples, theme.counter_examples,
    )  # fmt: skip
