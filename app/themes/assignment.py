"""The assignment of themes: decisions of people carried over, and for the rest a probability from the evidence.

Derived data: rebuilt as a whole when talks, vocabulary, decisions or the recipe changed, else left alone.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from typing import Any

import numpy as np
from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.embeddings.protocol import Embedder
from app.models import Edition, Embedding, IndexState, Passage, Talk, Theme, ThemeAssignment, ThemeDecision
from app.themes.evidence import FEATURES, Matrix, TalkText, ThemeText, cue_pattern, features

STATE = "themes"
RECIPE = "cues+nearness/1"
INTERCEPT = -2.55
WEIGHTS = (2.05, 2.44, 2.58, 11.49)
"""Logistic weights of evidence.FEATURES, from `scripts/fit_themes.py` on the shipped judgements."""

THRESHOLD = 0.5
KEPT_FROM = 0.05
"""Less probable themes are not kept. Between this and THRESHOLD they are `unlikely`: not counted, but uncertain."""


def refresh_assignments(session: Session, embedder: Embedder) -> bool:
    """Assign themes anew if anything they rest on changed; True if so."""
    fingerprint = _fingerprint(session, embedder.recipe)
    state = session.get(IndexState, STATE)
    if state is not None and state.fingerprint == fingerprint:
        return False
    rebuild_assignments(session, embedder)
    session.merge(IndexState(name=STATE, recipe=RECIPE, fingerprint=fingerprint, built_at=utc_now()))
    return True


def rebuild_assignments(session: Session, embedder: Embedder) -> int:
    """Throw all assignments away and make them anew; returns how many."""
    themes = list(session.scalars(select(Theme).where(col(Theme.withdrawn_at).is_(None)).order_by(col(Theme.id))))
    decisions = _decisions(session)
    rows: list[dict[str, Any]] = []
    if themes:
        talks = talk_texts(session, embedder.recipe)
        compared = theme_texts(session, embedder, themes, talks)
        parents = {theme.id: theme.parent_id for theme in themes if theme.id is not None}
        for talk in talks.values():
            rows.extend(_assign(talk, compared, parents, decisions.get(talk.id, {})))
    session.execute(delete(ThemeAssignment))
    if rows:
        session.execute(insert(ThemeAssignment), rows)
    return len(rows)


def _assign(
    talk: TalkText, themes: list[ThemeText], parents: dict[int, int | None], decided: dict[int, ThemeDecision]
) -> list[dict[str, Any]]:
    values, shown = features(talk, themes)
    guesses = {
        theme.id: (probability(values[row]), {**shown[row], "from": _strongest(values[row])})
        for row, theme in enumerate(themes)
    }
    for theme_id in guesses:
        if _below_rejected(theme_id, parents, decided):
            guesses[theme_id] = (0.0, guesses[theme_id][1])
    for theme_id in sorted(guesses, key=lambda i: _depth(i, parents), reverse=True):
        above = parents.get(theme_id)
        accepted = theme_id in decided and decided[theme_id].accepted
        below = 1.0 if accepted else 0.0 if theme_id in decided else guesses[theme_id][0]
        # A talk about a part is about the whole, so a parent is at least as probable as any of its children.
        if above in guesses and below > guesses[above][0]:
            guesses[above] = (min(below, 0.9999), {**guesses[above][1], "from": "a theme below it", "below": theme_id})
    rows = [_row(talk.id, theme_id, guess, decided.get(theme_id)) for theme_id, guess in guesses.items()]
    kept = [row for row in rows if row["status"] in ("confirmed", "rejected") or row["probability"] >= KEPT_FROM]
    _mark_main(kept, parents)
    return kept


def _below_rejected(theme_id: int, parents: dict[int, int | None], decided: dict[int, ThemeDecision]) -> bool:
    """Whether a person said that the talk is not about something this theme is a part of."""
    above = parents.get(theme_id)
    while above is not None:
        if above in decided and not decided[above].accepted:
            return True
        above = parents.get(above)
    return False


def probability(values: np.ndarray[Any, Any]) -> float:
    """Probability of a theme from its four evidence values: a logistic function with fixed weights, never certain."""
    score = INTERCEPT + sum(weight * float(value) for weight, value in zip(WEIGHTS, values, strict=True))
    return min(max(round(1.0 / (1.0 + math.exp(-score)), 4), 0.0001), 0.9999)


def _strongest(values: np.ndarray[Any, Any]) -> str:
    return FEATURES[int(np.argmax([weight * value for weight, value in zip(WEIGHTS, values, strict=True)]))]


def _depth(theme_id: int, parents: dict[int, int | None]) -> int:
    depth, above = 0, parents.get(theme_id)
    while above is not None:
        depth, above = depth + 1, parents.get(above)
    return depth


def _row(
    talk_id: int, theme_id: int, guess: tuple[float, dict[str, object]], decision: ThemeDecision | None
) -> dict[str, Any]:
    chance, evidence = guess
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


def _mark_main(rows: list[dict[str, Any]], parents: dict[int, int | None]) -> None:
    """Mark the main theme and those above it; where no person named one it is the most probable, the deepest of equals.

    A talk mainly about a part is mainly about the whole, so counting main themes adds up on every level.
    """
    assigned = {row["theme_id"]: row for row in rows if row["status"] in ("confirmed", "machine")}
    named = next((theme_id for theme_id, row in assigned.items() if row["is_main"]), None)
    if named is None and assigned:
        named = max(assigned, key=lambda i: (assigned[i]["probability"], _depth(i, parents), -i))
    while named is not None:
        if named in assigned:
            assigned[named]["is_main"] = True
        named = parents.get(named)


def _decisions(session: Session) -> dict[int, dict[int, ThemeDecision]]:
    """By talk and theme. Where reviewers differ the newest decision holds."""
    found: dict[int, dict[int, ThemeDecision]] = defaultdict(dict)
    for decision in session.scalars(
        select(ThemeDecision).order_by(col(ThemeDecision.decided_on), col(ThemeDecision.id))
    ):
        found[decision.talk_id][decision.theme_id] = decision
    return found


def talk_texts(session: Session, recipe: str) -> dict[int, TalkText]:
    """Every talk that counts, with what of it is read; vectors under `recipe`, takeaways left out."""
    vectors: dict[int, list[bytes]] = defaultdict(list)
    for talk_id, vector in session.execute(
        select(col(Passage.talk_id), col(Embedding.vector))
        .join(Embedding, col(Embedding.content_hash) == col(Passage.content_hash))
        # What was said wanders further than what a talk is about.
        .where(col(Embedding.recipe) == recipe, col(Passage.takeaway_id).is_(None), col(Passage.kind) != "transcript")
        .order_by(col(Passage.id))
    ):
        vectors[talk_id].append(vector)
    talks = session.execute(
        select(col(Talk.id), col(Talk.title), col(Talk.abstract), col(Talk.summary))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        .order_by(col(Talk.id))
    )
    return {
        talk_id: TalkText(talk_id, title, "\n".join(filter(None, (abstract, summary))), _stack(vectors[talk_id]))
        for talk_id, title, abstract, summary in talks
        if talk_id is not None
    }


def theme_texts(
    session: Session, embedder: Embedder, themes: list[Theme], talks: dict[int, TalkText]
) -> list[ThemeText]:
    """The themes ready to compare with talks. Examples that are not in the base are passed over."""
    keys = {
        f"{edition}/{key}": talk_id
        for talk_id, key, edition in session.execute(
            select(col(Talk.id), col(Talk.source_key), col(Edition.slug)).join(Edition)
        )
    }
    definitions = embedder.encode([f"{theme.name}. {theme.definition}" for theme in themes])
    return [
        ThemeText(
            id=theme.id or 0,
            cues=cue_pattern(theme),
            definition=definitions[position],
            examples={keys[name]: talks[keys[name]].vectors for name in theme.examples if keys.get(name) in talks},
        )
        for position, theme in enumerate(themes)
    ]


def _stack(vectors: list[bytes]) -> Matrix:
    if not vectors:
        return np.zeros((0, 0), dtype=np.float32)
    return np.stack([np.frombuffer(vector, dtype="<f4") for vector in vectors])


def _fingerprint(session: Session, recipe: str) -> str:
    """Of everything the assignments rest on."""
    digest = hashlib.sha256(repr((RECIPE, INTERCEPT, WEIGHTS, THRESHOLD, recipe)).encode())
    for statement in (
        select(col(Talk.id), col(Talk.content_hash), col(Talk.withdrawn_at).is_(None)).order_by(col(Talk.id)),
        select(
            col(Theme.id), col(Theme.parent_id), col(Theme.name), col(Theme.definition), col(Theme.cues),
            col(Theme.synonyms), col(Theme.examples), col(Theme.withdrawn_at).is_(None),
        ).order_by(col(Theme.id)),
        select(
            col(ThemeDecision.talk_id), col(ThemeDecision.theme_id), col(ThemeDecision.accepted),
            col(ThemeDecision.is_main), col(ThemeDecision.borderline), col(ThemeDecision.decided_on),
        ).order_by(col(ThemeDecision.id)),
        select(col(Embedding.recipe), col(Embedding.content_hash))
        .where(col(Embedding.recipe) == recipe)
        .order_by(col(Embedding.content_hash)),
    ):  # fmt: skip
        for row in session.execute(statement):
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()[:32]
