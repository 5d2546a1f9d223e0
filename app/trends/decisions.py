"""What people decided about talks, read for estimates: each decision with what the machine would have said alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.kept import kept
from app.models import Talk, ThemeAssignment, ThemeDecision
from app.themes.draws import recorded_chances

DECIDED = ("confirmed", "rejected")


class Decided(NamedTuple):
    """A talk that people decided for a theme.

    `predicted` is what the machine would have said without them, None where it kept nothing; `read` says that the
    decision came from a file: a reading of the edition, not a correction of a single talk.
    """

    talk: int
    edition: int
    accepted: bool
    predicted: float | None
    read: bool
    chance: float | None = None
    """With which the talk was drawn for review, 0..1; None where it was not drawn."""


Decisions = Mapping[int, Sequence[Decided]]
"""By theme."""


def all_decisions(session: Session) -> Decisions:
    """Every decision that counts. Two statements, none while nothing changes."""
    return kept(session, ("decisions",), lambda: _read_decisions(session))


def _read_decisions(session: Session) -> Decisions:
    drawn = recorded_chances(session)
    found: dict[int, list[Decided]] = defaultdict(list)
    for key, about, edition, status, predicted, source in session.execute(_decided()):
        chance = drawn.get((about, key))
        found[key].append(Decided(about, edition, status == "confirmed", predicted, source is not None, chance))
    return dict(found)


@cache
def _decided() -> Select[Any]:
    """Theme, talk and edition of each decision, with what it is, what the machine said, and the file it came from."""
    talk, theme = col(ThemeAssignment.talk_id), col(ThemeAssignment.theme_id)
    decided_talk, decided_theme = col(ThemeDecision.talk_id), col(ThemeDecision.theme_id)
    made = (
        select(decided_talk, decided_theme, func.max(col(ThemeDecision.source_id)).label("source"))
        .group_by(decided_talk, decided_theme)
        .subquery()
    )
    evidence: Any = col(ThemeAssignment.evidence)
    said = evidence["machine_probability"].as_float()
    return (
        select(theme, talk, col(Talk.edition_id), col(ThemeAssignment.status), said, made.c.source)
        .join(Talk, col(Talk.id) == talk)
        .join(made, (made.c.talk_id == talk) & (made.c.theme_id == theme))
        .where(
            col(ThemeAssignment.status).in_(DECIDED),
            col(Talk.withdrawn_at).is_(None),
            col(Talk.is_container).is_(False),
        )
        .order_by(theme, talk)
    )


def decided_here(session: Session, filter: TalkFilter, decisions: Decisions) -> Decisions:
    """The decisions about talks that `filter` allows. One statement, none if nothing was ever decided."""
    if not decisions:
        return {}
    decided = select(col(ThemeDecision.talk_id))
    here = set(session.scalars(allowed_talks(filter).where(col(Talk.id).in_(decided))))
    return {theme: [one for one in ones if one.talk in here] for theme, ones in decisions.items()}


def open_probabilities(
    session: Session, filter: TalkFilter, themes: Collection[int], editions: Collection[int]
) -> dict[tuple[int, int], list[float]]:
    """By theme and edition, the machine's probabilities of undecided talks that have one. One statement, or none."""
    if not themes or not editions:
        return {}
    talks = allowed_talks(filter).where(col(Talk.edition_id).in_(editions))
    rows = session.execute(
        select(col(ThemeAssignment.theme_id), col(Talk.edition_id), col(ThemeAssignment.probability))
        .join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
        .where(
            col(ThemeAssignment.talk_id).in_(talks),
            col(ThemeAssignment.theme_id).in_(themes),
            col(ThemeAssignment.status).not_in(DECIDED),
        )
    )
    found: dict[tuple[int, int], list[float]] = defaultdict(list)
    for theme, edition, probability in rows:
        found[theme, edition].append(probability)
    return dict(found)
