"""Vectors in the database, once for each text and recipe. Every function takes a session and never commits."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col

from app.db.dialect import is_sqlite
from app.db.types import utc_now
from app.embeddings.protocol import Vectors
from app.embeddings.recipe import embedded_text, text_hash
from app.errors import UsageError
from app.models import Embedding, IndexState, Passage, Talk

STATE = "embeddings"
NO_TALK = -1


def missing(session: Session, recipe: str) -> list[tuple[str, str]]:
    """(content hash, embedded text) of every distinct passage without a vector under `recipe`, in passage order.

    A passage whose text no longer gives its hash (its talk changed and it was not cut anew yet) is left out.
    """
    found = exists().where(col(Embedding.content_hash) == col(Passage.content_hash), col(Embedding.recipe) == recipe)
    rows = session.execute(
        select(col(Passage.content_hash), col(Talk.title), col(Passage.text))
        .outerjoin(Talk, col(Talk.id) == col(Passage.talk_id))
        .where(~found)
        .order_by(col(Passage.id))
    )
    wanted: dict[str, str] = {}
    for content_hash, title, text in rows:
        read = embedded_text(title or "", text)
        if content_hash not in wanted and text_hash(read) == content_hash:
            wanted[content_hash] = read
    return list(wanted.items())


def save(session: Session, recipe: str, hashes: Sequence[str], vectors: Vectors) -> None:
    """Keep `vectors` (n, d), each of length 1, under their content hashes. One that is already kept stays as it is.

    Raises UsageError when hashes and vectors differ in number.
    """
    if len(hashes) != len(vectors):
        raise UsageError(f"{len(hashes)} texts but {len(vectors)} vectors; nothing was saved.")
    rows = [
        {"content_hash": content_hash, "recipe": recipe, "vector": np.asarray(vector, dtype="<f4").tobytes()}
        for content_hash, vector in zip(hashes, vectors, strict=True)
    ]
    if not rows:
        return
    # Another process may have saved the same text in the meantime, and that is no error.
    statement = sqlite_insert(Embedding) if is_sqlite(session) else postgres_insert(Embedding)
    session.execute(statement.on_conflict_do_nothing(), rows)
    _touch(session, recipe)


def vectors_of(session: Session, recipe: str) -> tuple[NDArray[np.int64], NDArray[np.int64], Vectors]:
    """Talk ids (n,), passage ids (n,) and vectors (n, d) of every passage embedded under `recipe`, by passage id.

    The talk id of a passage that belongs to no talk is `NO_TALK`. Without vectors d is 0. A vector of another length
    than most (a damaged row) is left out.
    """
    rows = session.execute(
        select(col(Passage.talk_id), col(Passage.id), col(Embedding.vector))
        .join(Embedding, col(Embedding.content_hash) == col(Passage.content_hash))
        .where(col(Embedding.recipe) == recipe)
        .order_by(col(Passage.id))
    ).all()
    lengths = [len(row[2]) for row in rows]
    usual = max(set(lengths), key=lengths.count) if lengths else 0
    kept = [row for row in rows if len(row[2]) == usual]
    talks = np.array([NO_TALK if talk is None else talk for talk, _, _ in kept], dtype=np.int64)
    passages = np.array([passage for _, passage, _ in kept], dtype=np.int64)
    matrix = np.frombuffer(b"".join(row[2] for row in kept), dtype="<f4").reshape(len(kept), usual // 4)
    return talks, passages, matrix.astype(np.float32, copy=False)


def vectors_of_talk(session: Session, recipe: str, talk_id: int) -> Vectors:
    """Vectors (n, d) of the passages of one talk under `recipe`, in passage order; (0, 0) without any."""
    rows = session.scalars(
        select(col(Embedding.vector))
        .join(Passage, col(Embedding.content_hash) == col(Passage.content_hash))
        .where(col(Embedding.recipe) == recipe, col(Passage.talk_id) == talk_id)
        .order_by(col(Passage.id))
    ).all()
    if not rows:
        return np.zeros((0, 0), dtype=np.float32)
    return np.stack([np.frombuffer(row, dtype="<f4") for row in rows]).astype(np.float32, copy=False)


def count(session: Session, recipe: str) -> int:
    """How many vectors are kept under `recipe`."""
    found: int = session.execute(select(func.count()).where(col(Embedding.recipe) == recipe)).scalar_one()
    return found


def prune(session: Session) -> int:
    """Throw away vectors, under any recipe, of texts that no passage has any more. Returns how many went."""
    used = exists().where(col(Passage.content_hash) == col(Embedding.content_hash))
    return _delete(session, ~used)


def discard(session: Session, recipe: str | None = None) -> int:
    """Throw away every vector under `recipe`, or under all recipes. Returns how many went."""
    return _delete(session, col(Embedding.recipe) == recipe if recipe is not None else col(Embedding.id).is_not(None))


def _delete(session: Session, which: object) -> int:
    doomed = session.scalars(select(col(Embedding.id)).where(which)).all()  # type: ignore[arg-type]
    if doomed:
        session.execute(delete(Embedding).where(which))  # type: ignore[arg-type]
        _touch(session, "")
    return len(doomed)


def _touch(session: Session, recipe: str) -> None:
    """Say that vectors changed, so that indexes in the memory of other processes notice."""
    session.merge(IndexState(name=STATE, recipe=recipe, fingerprint=secrets.token_hex(8), built_at=utc_now()))
    session.flush()
