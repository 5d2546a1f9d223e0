"""Cutting talks, transcripts and takeaways into passages, and keeping the lexical index in step, a batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlmodel import Session, col

from app.catalog.spoken import cues_of
from app.embeddings.recipe import TEMPLATE, embedded_text, text_hash
from app.models import Passage, Takeaway, Talk
from app.search.freshness import PASSAGES, read_marks, set_mark
from app.search.upkeep import index_passages
from app.text.passages import WORDS, Spoken, cut_passages, cut_spoken

RECIPE = f"{TEMPLATE}/{WORDS}-words/2"


def refresh_passages(session: Session, batch: int = 200) -> int:
    """Cut the passages of the next talks and takeaways that changed, and index exactly these. Never commits.

    Returns how many were handled, at most `batch`, and 0 when all is done: call and commit until then. Passages, their
    stamps and the lexical index change in one transaction, so a killed run leaves whole batches only. A withdrawn talk
    or takeaway loses its passages and gets them back on its return. When passages are cut by a new recipe, all are.
    """
    _start_over_with_another_recipe(session)
    talks = session.scalars(select(Talk).where(_pending(Talk)).order_by(col(Talk.id)).limit(batch)).all()
    ids = [talk.id for talk in talks if talk.id is not None]
    takeaways: Sequence[Takeaway] = []
    if len(talks) < batch:
        takeaways = session.scalars(
            select(Takeaway)
            .where(_pending(Takeaway), or_(col(Takeaway.talk_id).is_(None), col(Takeaway.talk_id).not_in(ids)))
            .order_by(col(Takeaway.id))
            .limit(batch - len(talks))
        ).all()
    if not talks and not takeaways:
        if not read_marks(session).passages.fingerprint:
            index_passages(session, RECIPE, [], [])  # an empty base has an index too
        return 0
    of_talks = session.scalars(select(Takeaway).where(col(Takeaway.talk_id).in_(ids)).order_by(col(Takeaway.id))).all()
    removed = _remove(session, ids, [t.id for t in (*of_talks, *takeaways) if t.id is not None])
    spoken = _spoken(session, talks)
    passages = [*_of_talks(talks, of_talks, spoken), *_of_takeaways(session, takeaways)]
    session.add_all(passages)
    session.flush()
    handled: list[Talk | Takeaway] = [*talks, *of_talks, *takeaways]
    for thing in handled:
        thing.passages_hash = None if thing.withdrawn_at is not None else thing.content_hash
    index_passages(session, RECIPE, removed, [passage.id for passage in passages if passage.id is not None])
    return len(talks) + len(takeaways)


def forget_passages(session: Session) -> None:
    """Mark every talk and takeaway as to be cut anew by the next `refresh_passages`. Never commits."""
    for model in (Talk, Takeaway):
        session.execute(update(model).where(col(model.withdrawn_at).is_(None)).values(passages_hash=None))
    session.expire_all()


def _start_over_with_another_recipe(session: Session) -> None:
    recipe = read_marks(session).passages.recipe
    if recipe and recipe != RECIPE:
        forget_passages(session)
        set_mark(session, PASSAGES, RECIPE)


def _pending(model: type[Talk] | type[Takeaway]) -> ColumnElement[bool]:
    """What has no passages though it should, has outdated ones, or has some though it is withdrawn."""
    there = and_(
        col(model.withdrawn_at).is_(None),
        or_(col(model.passages_hash).is_(None), col(model.passages_hash) != col(model.content_hash)),
    )
    return or_(there, and_(col(model.withdrawn_at).is_not(None), col(model.passages_hash).is_not(None)))


def _remove(session: Session, talk_ids: Sequence[int], takeaway_ids: Sequence[int]) -> list[int]:
    """Delete the passages of these talks and takeaways; returns their ids."""
    which = or_(col(Passage.talk_id).in_(talk_ids), col(Passage.takeaway_id).in_(takeaway_ids))
    ids = [i for i in session.scalars(select(col(Passage.id)).where(which)) if i is not None]
    session.execute(delete(Passage).where(which))
    return ids


def _spoken(session: Session, talks: Sequence[Talk]) -> dict[int, list[Spoken]]:
    """Windows of the transcripts of these talks."""
    return {
        talk_id: [window for cues in heard for window in cut_spoken(cues)]
        for talk_id, heard in cues_of(session, talks).items()
    }


def _of_talks(
    talks: Iterable[Talk], takeaways: Iterable[Takeaway], spoken: Mapping[int, Sequence[Spoken]]
) -> list[Passage]:
    """Passages of whole talks: title, abstract, summary, transcript and takeaways, in this order."""
    by_talk: dict[int | None, list[Takeaway]] = defaultdict(list)
    for takeaway in takeaways:
        by_talk[takeaway.talk_id].append(takeaway)
    passages: list[Passage] = []
    for talk in talks:
        if talk.withdrawn_at is not None:
            continue
        pieces = [("title", talk.title)]
        pieces += [("abstract", piece) for piece in cut_passages(talk.abstract or "")]
        if talk.summary != talk.abstract:
            pieces += [("summary", piece) for piece in cut_passages(talk.summary or "")]
        for position, (kind, text) in enumerate(pieces):
            passages.append(_passage(talk, None, kind, position, text))
        for position, said in enumerate(spoken.get(talk.id or 0, ()), start=len(pieces)):
            passages.append(_passage(talk, None, "transcript", position, said.text, said.start))
        for takeaway in by_talk[talk.id]:
            passages += _of_takeaway(takeaway, talk)
    return passages


def _of_takeaways(session: Session, takeaways: Sequence[Takeaway]) -> list[Passage]:
    """Passages of takeaways alone, whose talks, if any, did not change."""
    wanted = {takeaway.talk_id for takeaway in takeaways if takeaway.talk_id is not None}
    talks = {talk.id: talk for talk in session.scalars(select(Talk).where(col(Talk.id).in_(wanted)))}
    passages: list[Passage] = []
    for takeaway in takeaways:
        talk = talks.get(takeaway.talk_id)
        if talk is None or talk.withdrawn_at is None:
            passages += _of_takeaway(takeaway, talk)
    return passages


def _of_takeaway(takeaway: Takeaway, talk: Talk | None) -> list[Passage]:
    if takeaway.withdrawn_at is not None:
        return []
    pieces = cut_passages(takeaway.text)
    return [_passage(talk, takeaway, "takeaway", position, piece) for position, piece in enumerate(pieces)]


def _passage(
    talk: Talk | None, takeaway: Takeaway | None, kind: str, position: int, text: str, start: float | None = None
) -> Passage:
    return Passage(
        talk_id=talk.id if talk else None,
        takeaway_id=takeaway.id if takeaway else None,
        kind=kind,
        position=position,
        text=text,
        start_seconds=start,
        content_hash=text_hash(embedded_text(talk.title if talk else "", text)),
    )
