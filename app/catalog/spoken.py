"""What was said in talks: cues of transcripts, each talk with its own slice of a recording that holds several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.models import Talk, Transcript

Cue = tuple[float, str]
"""Second of the recording, and what was said from then on."""


def cues_of(session: Session, talks: Sequence[Talk]) -> dict[int, list[list[Cue]]]:
    """Transcripts of these talks by talk id: one for each language, people's before machines'. One query.

    A recording of several talks is left to its parts: each has its slice of it, in languages it has no transcript in.
    """
    wanted = [talk for talk in talks if talk.withdrawn_at is None and not talk.is_container]
    sliced = {talk.parent_id for talk in wanted if talk.start_seconds is not None}
    rows = session.execute(
        select(col(Transcript.talk_id), col(Transcript.language), col(Transcript.cues))
        .where(or_(col(Transcript.talk_id).in_([talk.id for talk in wanted]), col(Transcript.talk_id).in_(sliced)))
        .order_by(col(Transcript.talk_id), col(Transcript.is_automatic), col(Transcript.id))
    )
    of_talk: dict[int | None, dict[str | None, list[Cue]]] = defaultdict(dict)
    for talk_id, language, cues in rows:
        of_talk[talk_id].setdefault(language, [(cue["start"], cue["text"]) for cue in cues])
    spoken: dict[int, list[list[Cue]]] = {}
    for talk in wanted:
        heard = dict(of_talk.get(talk.id, {}))
        if talk.start_seconds is not None:
            for language, whole in of_talk.get(talk.parent_id, {}).items():
                heard.setdefault(language, _slice(whole, talk.start_seconds, talk.end_seconds))
        spoken[talk.id or 0] = list(heard.values())
    return spoken


def _slice(cues: list[Cue], start: float, end: float | None) -> list[Cue]:
    """The cues that begin in these seconds of a recording."""
    return [cue for cue in cues if start <= cue[0] and (end is None or cue[0] < end)]
