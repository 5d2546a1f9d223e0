"""Two speakers made one: everything that names the one that goes is moved to the one that stays."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update
from sqlmodel import Session, col

from app.models import (
    Appearance,
    DraftReading,
    Speaker,
    SpeakerAlias,
    SpeakerLink,
    SpeakerPair,
    Takeaway,
    TakeawayDraft,
    Talk,
)


def merge_speakers(session: Session, gone: int, into: int, *, curated: bool) -> None:
    """Move everything of `gone` to `into` and delete `gone`. With `curated` a person decided so, and it is kept so."""
    shared = select(col(Appearance.talk_id)).where(col(Appearance.speaker_id) == into)
    doubled = select(col(Appearance.id)).where(
        col(Appearance.speaker_id) == gone, col(Appearance.talk_id).in_(shared.scalar_subquery())
    )
    session.flush()
    session.execute(delete(Appearance).where(col(Appearance.id).in_(list(session.scalars(doubled)))))
    reindex(session, gone)
    reindex(session, into)
    for table in (Appearance, SpeakerAlias, SpeakerLink, Takeaway, TakeawayDraft):
        session.execute(update(table).where(col(table.speaker_id) == gone).values(speaker_id=into))
    if curated:
        session.execute(update(SpeakerAlias).where(col(SpeakerAlias.speaker_id) == into).values(curated=True))
    _move_pairs(session, gone, into)
    session.delete(session.get_one(Speaker, gone))
    session.flush()


def reindex(session: Session, speaker_id: int) -> None:
    """Search knows talks by their people too, so these are to be indexed anew."""
    theirs = select(col(Appearance.talk_id)).where(col(Appearance.speaker_id) == speaker_id)
    session.execute(update(Talk).where(col(Talk.id).in_(theirs)).values(passages_hash=None))
    session.execute(delete(DraftReading).where(col(DraftReading.talk_id).in_(theirs)))


def told_apart(session: Session, one: int, other: int) -> bool:
    """Whether a person decided that these two are different people."""
    return (
        session.scalars(
            select(col(SpeakerPair.id)).where(
                col(SpeakerPair.first_id) == min(one, other),
                col(SpeakerPair.second_id) == max(one, other),
                col(SpeakerPair.status) == "distinct",
            )
        ).first()
        is not None
    )


def share_a_talk(session: Session, one: int, other: int) -> bool:
    """Whether both are listed at one talk, which speaks against one person."""
    theirs = select(col(Appearance.talk_id)).where(col(Appearance.speaker_id) == other)
    mine = select(col(Appearance.id)).where(col(Appearance.speaker_id) == one, col(Appearance.talk_id).in_(theirs))
    return session.scalars(mine.limit(1)).first() is not None


def _move_pairs(session: Session, gone: int, into: int) -> None:
    """What was decided or proposed about `gone` now regards `into`; a decision outweighs a proposal."""
    touching = or_(col(SpeakerPair.first_id) == gone, col(SpeakerPair.second_id) == gone)
    for pair in list(session.scalars(select(SpeakerPair).where(touching))):
        other = pair.second_id if pair.first_id == gone else pair.first_id
        score, evidence, status = pair.score, pair.evidence, pair.status
        session.delete(pair)
        session.flush()
        if other == into:
            continue
        first, second = min(other, into), max(other, into)
        known = session.scalars(
            select(SpeakerPair).where(col(SpeakerPair.first_id) == first, col(SpeakerPair.second_id) == second)
        ).first()
        if known is None:
            session.add(SpeakerPair(first_id=first, second_id=second, score=score, evidence=evidence, status=status))
        elif status == "distinct":
            known.status = status
        session.flush()
