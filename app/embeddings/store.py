"""Vectors in the database, once for each text and recipe. Every function takes a session and never commits."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Engine, delete, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col

from app.db.dialect import is_sqlite
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.embeddings.protocol import Embedder, Vectors
from app.embeddings.recipe import embedded_text, text_hash
from app.errors import UsageError
from app.models import Embedding, IndexState, Passage, TakeawayDraft, Talk

STATE = "embeddings"
PASSAGES = "embedding"
"""The step of passages; drafts follow in one of their own."""
NO_TALK = -1
_AT_ONCE = 1_000
_JUDGED = 1_000
BATCH = 256
"""How many texts are embedded between two commits."""


class Batch(NamedTuple):
    """Texts to embed at once, as (content hash, text): the `step` it is of, and its place in that step's texts."""

    step: str
    start: int
    total: int
    texts: list[tuple[str, str]]


def missing(session: Session, recipe: str, among: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """(content hash, embedded text) of every distinct passage without a vector under `recipe`, in passage order.

    Of all, or of those `among` some hashes. A passage whose text no longer gives its hash (its talk changed and it was
    not cut anew yet) is left out.
    """
    found = exists().where(col(Embedding.content_hash) == col(Passage.content_hash), col(Embedding.recipe) == recipe)
    rows = session.execute(
        select(col(Passage.content_hash), col(Talk.title), col(Passage.text))
        .outerjoin(Talk, col(Talk.id) == col(Passage.talk_id))
        .where(~found, true() if among is None else col(Passage.content_hash).in_(among))
        .order_by(col(Passage.id))
    )
    wanted: dict[str, str] = {}
    for content_hash, title, text in rows:
        read = embedded_text(title or "", text)
        if content_hash not in wanted and text_hash(read) == content_hash:
            wanted[content_hash] = read
    return list(wanted.items())


def missing_of_drafts(session: Session, recipe: str, among: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """(content hash, text) of every distinct draft of a takeaway without a vector under `recipe`, in order.

    A draft is embedded without the title of its talk, which would make all of one talk alike. Drafts are no passages,
    and search never sees them; their vectors tell which say the same.
    """
    found = exists().where(
        col(Embedding.content_hash) == col(TakeawayDraft.content_hash), col(Embedding.recipe) == recipe
    )
    rows = session.execute(
        select(col(TakeawayDraft.content_hash), col(TakeawayDraft.text))
        .where(~found, true() if among is None else col(TakeawayDraft.content_hash).in_(among))
        .order_by(col(TakeawayDraft.id))
    )
    return list({content_hash: text.strip() for content_hash, text in rows}.items())


def missing_in_batches(session: Session, recipe: str, most: int = BATCH) -> Iterator[Batch]:
    """Every passage and draft that has no vector under `recipe`, at most so many texts at once, in the order to embed
    them in.
    """
    passages = missing(session, recipe)
    known = {content_hash for content_hash, _ in passages}
    drafts = [one for one in missing_of_drafts(session, recipe) if one[0] not in known]
    # One after the other: what else is in a batch shows in the last digits of a vector, and themes follow passages.
    for step, todo in ((PASSAGES, passages), ("embedding drafts", drafts)):
        # Long texts beside long ones: a batch costs what its longest text costs.
        todo.sort(key=lambda pair: len(pair[1]))
        for start in range(0, len(todo), most):
            yield Batch(step, start, len(todo), todo[start : start + most])


def embed_missing(engine: Engine, embedder: Embedder, progress: Callable[[str, int, int], None] | None = None) -> int:
    """Embed every passage and draft that has no vector under the embedder's recipe, keeping batch after batch.

    Returns how many passages were embedded. `progress` is told the step, how many are done and how many there are.
    """
    with reading(engine) as session:
        batches = list(missing_in_batches(session, embedder.recipe))
    for step, start, total, texts in batches:
        if progress:
            progress(step, start, total)
        vectors = embedder.encode([text for _, text in texts])
        with writing(engine) as session:
            save(session, embedder.recipe, [content_hash for content_hash, _ in texts], vectors)
        if progress and start + len(texts) == total:
            progress(step, total, total)
    return sum(len(batch.texts) for batch in batches if batch.step == PASSAGES)


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


def vectors_of(
    session: Session, recipe: str, passage_ids: Sequence[int] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64], Vectors]:
    """Talk ids (n,), passage ids (n,) and vectors (n, d) of every passage embedded under `recipe`, by passage id.

    Of all passages, or of these. The talk id of a passage that belongs to no talk is `NO_TALK`. Without vectors d is
    0. A vector of another length than most (a damaged row) is left out.
    """
    if passage_ids is None:
        batches = list(vectors_in_batches(session, recipe))
    else:
        length = _usual_length(session, recipe)
        wanted = sorted(passage_ids)
        batches = [
            _arrays(session, recipe, length, col(Passage.id).in_(wanted[start : start + _AT_ONCE]))
            for start in range(0, len(wanted), _AT_ONCE)
        ]
    if not batches:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
    talks, passages, vectors = zip(*batches, strict=True)
    return np.concatenate(talks), np.concatenate(passages), np.concatenate(vectors)


def vectors_in_batches(
    session: Session, recipe: str, batch: int = 16_384
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
    """What `vectors_of` tells of all passages, some at a time, so that a million need not be in memory at once."""
    length = _usual_length(session, recipe)
    last = session.scalar(select(func.max(col(Passage.id)))) or 0
    for start in range(0, last + 1 if length else 0, batch):
        found = _arrays(session, recipe, length, col(Passage.id).between(start, start + batch - 1))
        if len(found[1]):
            yield found


def _usual_length(session: Session, recipe: str) -> int:
    """How many bytes most vectors have, judged by the newest; 0 without any."""
    newest = (
        select(func.length(col(Embedding.vector)).label("length"))
        .where(col(Embedding.recipe) == recipe)
        .order_by(col(Embedding.id).desc())
        .limit(_JUDGED)
        .subquery()
    )
    lengths = session.scalars(select(newest.c.length)).all()
    return max(set(lengths), key=lengths.count) if lengths else 0


def _arrays(
    session: Session, recipe: str, length: int, which: ColumnElement[bool]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Vectors]:
    rows = session.execute(
        select(col(Passage.talk_id), col(Passage.id), col(Embedding.vector))
        .join(Embedding, col(Embedding.content_hash) == col(Passage.content_hash))
        .where(col(Embedding.recipe) == recipe, which)
        .order_by(col(Passage.id))
    ).all()
    kept = [row for row in rows if len(row[2]) == length]
    talks = np.array([NO_TALK if talk is None else talk for talk, _, _ in kept], dtype=np.int64)
    passages = np.array([passage for _, passage, _ in kept], dtype=np.int64)
    matrix = np.frombuffer(b"".join(row[2] for row in kept), dtype="<f4").reshape(len(kept), length // 4)
    return talks, passages, matrix.astype(np.float32, copy=False)


def vectors_of_talk(session: Session, recipe: str, talk_id: int) -> Vectors:
    """Vectors (n, d) of the passages of one talk under `recipe`, in passage order; (0, 0) without any.

    Those of its transcript are left out: there are many, and they wander.
    """
    rows = session.scalars(
        select(col(Embedding.vector))
        .join(Passage, col(Embedding.content_hash) == col(Passage.content_hash))
        .where(col(Embedding.recipe) == recipe, col(Passage.talk_id) == talk_id, col(Passage.kind) != "transcript")
        .order_by(col(Passage.id))
    ).all()
    if not rows:
        return np.zeros((0, 0), dtype=np.float32)
    return np.stack([np.frombuffer(row, dtype="<f4") for row in rows]).astype(np.float32, copy=False)


def vectors_of_drafts(session: Session, recipe: str, draft_ids: Sequence[int]) -> tuple[NDArray[np.int64], Vectors]:
    """Ids (n,) and vectors (n, d) of those of these drafts that are embedded under `recipe`, by id; (0, 0) without."""
    length = _usual_length(session, recipe)
    ids: list[int] = []
    kept: list[bytes] = []
    wanted = sorted(set(draft_ids))
    for start in range(0, len(wanted) if length else 0, _AT_ONCE):
        rows = session.execute(
            select(col(TakeawayDraft.id), col(Embedding.vector))
            .join(Embedding, col(Embedding.content_hash) == col(TakeawayDraft.content_hash))
            .where(col(Embedding.recipe) == recipe, col(TakeawayDraft.id).in_(wanted[start : start + _AT_ONCE]))
            .order_by(col(TakeawayDraft.id))
        )
        for draft_id, vector in rows:
            if draft_id is not None and len(vector) == length:
                ids.append(draft_id)
                kept.append(vector)
    matrix = np.frombuffer(b"".join(kept), dtype="<f4").reshape(len(kept), length // 4 if kept else 0)
    return np.array(ids, dtype=np.int64), matrix.astype(np.float32, copy=False)


def mean_of_talks(session: Session, recipe: str, talk_ids: Sequence[int]) -> Vectors | None:
    """Mean (d,) of length 1 over what these talks are about, each counting once; None where none is embedded."""
    means = []
    for talk_id in talk_ids:
        vectors = vectors_of_talk(session, recipe, talk_id)
        if len(vectors):
            means.append(vectors.mean(axis=0))
    if not means:
        return None
    mean = np.mean(means, axis=0)
    shortened: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    return shortened


def count(session: Session, recipe: str) -> int:
    """How many vectors are kept under `recipe`."""
    found: int = session.execute(select(func.count()).where(col(Embedding.recipe) == recipe)).scalar_one()
    return found


def recipes(session: Session) -> dict[str, int]:
    """How many vectors are kept under each recipe."""
    return dict(session.execute(select(col(Embedding.recipe), func.count()).group_by(col(Embedding.recipe))).all())


def prune(session: Session) -> int:
    """Throw away vectors, under any recipe, of texts that no passage or draft has any more. Returns how many went."""
    used = or_(
        exists().where(col(Passage.content_hash) == col(Embedding.content_hash)),
        exists().where(col(TakeawayDraft.content_hash) == col(Embedding.content_hash)),
    )
    return _delete(session, ~used, in_use=False)


def discard(session: Session, recipe: str | None = None) -> int:
    """Throw away every vector under `recipe`, or under all recipes. Returns how many went."""
    return _delete(session, col(Embedding.recipe) == recipe if recipe is not None else col(Embedding.id).is_not(None))


def _delete(session: Session, which: object, in_use: bool = True) -> int:
    doomed = session.scalars(select(col(Embedding.id)).where(which)).all()  # type: ignore[arg-type]  # a clause of any kind
    if doomed:
        session.execute(delete(Embedding).where(which))  # type: ignore[arg-type]  # a clause of any kind
        _touch(session, "", anew=in_use)
    return len(doomed)


def era(fingerprint: str) -> str:
    """What the states of the vectors have in common between which vectors in use only came and none went."""
    return fingerprint.partition(".")[0]


def _touch(session: Session, recipe: str, anew: bool = False) -> None:
    """Say that vectors changed, so that indexes in the memory of other processes notice; `anew`: some in use went."""
    state = session.get(IndexState, STATE)
    begun = secrets.token_hex(4) if anew or state is None else era(state.fingerprint)
    fingerprint = f"{begun}.{secrets.token_hex(6)}"
    session.merge(IndexState(name=STATE, recipe=recipe, fingerprint=fingerprint, built_at=utc_now()))
    session.flush()
