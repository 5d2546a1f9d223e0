"""Pairs of takeaways that may be one claim that changed, or two that contradict each other: derived and ranked.

Candidates are near in meaning (cosine of the mean of their passages' vectors) or share a technology; what their words
say about stance and change decides the relation (`cues`). People confirm; nothing here is a fact.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.db.types import utc_now
from app.embeddings.store import vectors_of
from app.models import ClaimProposal, IndexState, Passage, Takeaway
from app.takeaways.ledger.cues import Relation, Statement, relation_of
from app.takeaways.ledger.occasions import in_order, occasions_of
from app.text.names import name_key

RECIPE = "claims/2"
STATE = "claims"
LEAST_COSINE = 0.3
NEAREST = 30
"""Takeaways that each one is compared with, nearest in meaning first."""

MOST = 2000
"""Proposals that are kept, best first."""

BLOCK = 1024


def refresh_proposals(session: Session, recipe: str) -> int:
    """Propose anew if takeaways or vectors under `recipe` changed. Returns how many pairs, -1 if nothing changed."""
    takeaways = session.scalars(
        select(Takeaway).where(col(Takeaway.withdrawn_at).is_(None)).order_by(col(Takeaway.id))
    ).all()
    ids, vectors = _vectors(session, recipe)
    stamp = _stamp(list(takeaways), ids)
    state = session.get(IndexState, STATE)
    named = f"{RECIPE}/{recipe}"
    if state is not None and (state.recipe, state.fingerprint) == (named, stamp):
        return -1
    session.execute(delete(ClaimProposal))
    found = _found({one.id or 0: one for one in takeaways}, ids, vectors, session)
    for (earlier, later), relation in found[:MOST]:
        session.add(
            ClaimProposal(
                earlier_id=earlier, later_id=later, relation=relation.relation, score=relation.score,
                why=list(relation.why), recipe=named,
            )
        )  # fmt: skip
    session.merge(IndexState(name=STATE, recipe=named, fingerprint=stamp, built_at=utc_now()))
    session.flush()
    return min(len(found), MOST)


def forget_proposals(session: Session) -> None:
    """Have the next refresh propose anew. Never commits."""
    session.execute(delete(ClaimProposal))
    session.execute(delete(IndexState).where(col(IndexState.name) == STATE))


def statement_of(takeaway: Takeaway) -> Statement:
    """The takeaway as `cues` judges it."""
    return Statement(takeaway.text, takeaway.stance, frozenset(takeaway.technologies))


def _found(
    takeaways: dict[int, Takeaway], ids: list[int], vectors: NDArray[np.float32], session: Session
) -> list[tuple[tuple[int, int], Relation]]:
    occasions = occasions_of(session, list(takeaways.values()))
    found: dict[tuple[int, int], Relation] = {}
    for one, other, cosine in _near(ids, vectors):
        if one not in takeaways or other not in takeaways:
            continue
        earlier, later, known = in_order(takeaways[one], takeaways[other], occasions)
        if later.revises_id == earlier.id or earlier.revises_id == later.id:
            continue
        pair = (earlier.id or 0, later.id or 0)
        same = occasions[pair[0]].key == occasions[pair[1]].key
        if same and _same_sayer(earlier, later):
            continue  # who praises a thing and names its limits in one breath contradicts nobody
        relation = relation_of(statement_of(earlier), statement_of(later), cosine, same)
        if relation is None:
            continue
        if not known and not same:
            why = (*relation.why, "which came first is not known")
            relation = Relation(relation.relation, relation.score, why)
        found[pair] = relation
    return sorted(found.items(), key=lambda item: (-item[1].score, item[0]))


def _same_sayer(one: Takeaway, other: Takeaway) -> bool:
    if one.said_by and other.said_by:
        return name_key(one.said_by) == name_key(other.said_by)
    return one.said_by == other.said_by and one.article_id is not None and one.article_id == other.article_id


def _near(ids: list[int], vectors: NDArray[np.float32]) -> list[tuple[int, int, float]]:
    """(takeaway, takeaway, cosine) of every pair of near ones, each once."""
    pairs: dict[tuple[int, int], float] = {}
    for start in range(0, len(ids), BLOCK):
        cosines = vectors[start : start + BLOCK] @ vectors.T
        for row, line in enumerate(cosines):
            line[start + row] = -1.0
            most = min(NEAREST, len(line) - 1)
            for at in np.argpartition(-line, most)[:most] if most > 0 else ():
                if line[at] >= LEAST_COSINE:
                    one, other = sorted((ids[start + row], ids[int(at)]))
                    pairs[one, other] = float(line[at])
    return [(one, other, cosine) for (one, other), cosine in pairs.items()]


def _vectors(session: Session, recipe: str) -> tuple[list[int], NDArray[np.float32]]:
    """Ids of takeaways (n,) and the mean of the vectors of each one's passages, of length 1 (n, d)."""
    rows = session.execute(
        select(col(Passage.id), col(Passage.takeaway_id)).where(col(Passage.takeaway_id).is_not(None))
    )
    owner: dict[int, int] = {row[0]: row[1] for row in rows}
    _, passages, vectors = vectors_of(session, recipe, list(owner))
    groups: dict[int, list[NDArray[np.float32]]] = defaultdict(list)
    for passage, vector in zip(passages.tolist(), vectors, strict=True):
        groups[owner[passage]].append(vector)
    if not groups:
        return [], np.zeros((0, 0), dtype=np.float32)
    means = np.stack([np.mean(group, axis=0) for group in groups.values()])
    return list(groups), (means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def _stamp(takeaways: list[Takeaway], embedded: list[int]) -> str:
    digest = hashlib.sha256(repr(sorted(embedded)).encode())
    for one in takeaways:
        digest.update(repr((one.id, one.content_hash, one.edition_id, one.talk_id, one.revises_id)).encode())
    return digest.hexdigest()[:32]
