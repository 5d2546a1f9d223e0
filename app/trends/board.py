"""Every share of a theme at an edition with what reviews would do for it, ranked; kept, and mended after a decision.

Ranked: what reviews can settle before what they cannot, claims in print before round numbers, then fewest reviews, then
the largest labelling error. Editions of fewer than 20 known talks are ranked only where one is asked for by name.
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.snapshot import current_snapshot
from app.db.engine import base_of
from app.models import Edition, ReviewEntry, Takeaway, Talk, Theme, ThemeAssignment
from app.trends.effect import OpenTalk, Question, Standing, interval_after, question_of, rank
from app.trends.estimate import label_variance

LEAST_TALKS = 20
MOST_OF_ONE = 10
"""Talks of one share in the queue; then it is another one's turn."""


@dataclass(frozen=True)
class Effect:
    """A share with the question reviews would settle, and the talks to review for it, most useful first."""

    edition_id: int
    edition: str
    edition_name: str
    theme: str
    theme_name: str
    numerator: int
    denominator: int
    low: float
    high: float
    deviation: float
    question: Question | None
    talks: tuple[OpenTalk, ...]

    @property
    def order(self) -> tuple[Any, ...]:
        """Place in the queue, least first."""
        asked = (False, *rank(self.question)) if self.question else (True, True, True, math.inf)
        return (*asked, -self.deviation, -self.denominator, self.edition, self.theme)


@dataclass(frozen=True)
class _Board:
    snapshot: str
    last_entry: int
    effects: list[Effect]


_lock = threading.Lock()
_boards: WeakKeyDictionary[Engine, _Board] = WeakKeyDictionary()


def effects(session: Session, edition: str | None = None, theme: str | None = None) -> list[Effect]:
    """Shares that reviews do something for, in the order of the queue; of an edition or theme (slugs) if given."""
    found = _whole(session) if edition is None else _make(session, col(Edition.slug) == edition, least=1)
    return [one for one in found if theme is None or one.theme == theme]


def _whole(session: Session) -> list[Effect]:
    """All editions: kept while the snapshot stays; after decisions only their editions are made anew."""
    base = base_of(session)
    if base is None:
        return _make(session, None, LEAST_TALKS)
    snapshot = current_snapshot(session)
    with _lock:
        held = _boards.get(base)
    if held is not None and held.snapshot == snapshot:
        return held.effects
    last = session.scalar(select(func.max(col(ReviewEntry.id)))) or 0
    changed = _changed(session, held, snapshot) if held is not None else None
    if held is None or changed is None:
        found = _make(session, None, LEAST_TALKS)
    else:
        found = [one for one in held.effects if one.edition_id not in changed]
        found = _sorted([*found, *_make(session, col(Edition.id).in_(changed), LEAST_TALKS)])
    with _lock:
        _boards[base] = _Board(snapshot, last, found)
    return found


def _changed(session: Session, held: _Board, snapshot: str) -> set[int] | None:
    """Editions decided on since, if decisions alone lead from that snapshot to this one; else None."""
    steps = session.execute(
        select(col(ReviewEntry.snapshot_before), col(ReviewEntry.snapshot_after), col(Talk.edition_id))
        .join(Talk, col(Talk.id) == col(ReviewEntry.talk_id))
        .where(col(ReviewEntry.id) > held.last_entry)
        .order_by(col(ReviewEntry.id))
    ).all()
    at = held.snapshot
    for before, after, _ in steps:
        if before != at:
            return None
        at = after
    return {edition for *_, edition in steps} if at == snapshot else None


def _make(session: Session, narrowed: Any, least: int) -> list[Effect]:
    editions = _editions(session, narrowed, least)
    claims = _claims(session, editions)
    themes = {
        theme: (slug, name)
        for theme, slug, name in session.execute(
            select(col(Theme.id), col(Theme.slug), col(Theme.name)).where(col(Theme.withdrawn_at).is_(None))
        )
    }
    rows: dict[tuple[int, int], list[tuple[str, int, float]]] = defaultdict(list)
    statement = (
        select(
            col(Talk.edition_id), col(ThemeAssignment.theme_id), col(ThemeAssignment.status),
            col(ThemeAssignment.talk_id), col(ThemeAssignment.probability),
        )
        .select_from(ThemeAssignment)
        .join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
    )  # fmt: skip
    if narrowed is not None:
        statement = statement.where(col(Talk.edition_id).in_(list(editions)))
    for edition, theme, status, talk, chance in session.execute(statement):
        rows[edition, theme].append((status, talk, chance))
    found = []
    for (edition_id, theme_id), marks in rows.items():
        if edition_id in editions and theme_id in themes:
            slug, name, known, published = editions[edition_id]
            standing = _standing(marks, known, published)
            if standing.variance > 0 and standing.open_talks:
                asked = claims.get((slug, themes[theme_id][0]), [])
                found.append(_effect(edition_id, slug, name, *themes[theme_id], standing, asked))
    return _sorted(found)


def _sorted(found: Iterable[Effect]) -> list[Effect]:
    return sorted(found, key=lambda one: one.order)


def _standing(marks: list[tuple[str, int, float]], known: int, published: int | None) -> Standing:
    confirmed = sum(status == "confirmed" for status, *_ in marks)
    rejected = sum(status == "rejected" for status, *_ in marks)
    left = tuple(
        OpenTalk(talk, chance, status == "machine")
        for status, talk, chance in marks
        if status not in ("confirmed", "rejected")
    )
    return Standing(
        numerator=confirmed + sum(talk.counted for talk in left),
        denominator=known,
        confirmed=confirmed,
        rejected=rejected,
        published=published,
        open_talks=left,
        unlisted=label_variance(0.0, max(known - confirmed - rejected - len(left), 0)),
    )


def _effect(
    edition_id: int, edition: str, edition_name: str, theme: str, theme_name: str, standing: Standing,
    claims: list[float],
) -> Effect:  # fmt: skip
    low, high = interval_after(standing, 0)
    question = question_of(standing, claims)
    wanted = question.reviews if question and question.reviews else MOST_OF_ONE
    return Effect(
        edition_id=edition_id, edition=edition, edition_name=edition_name, theme=theme, theme_name=theme_name,
        numerator=standing.numerator, denominator=standing.denominator, low=low, high=high,
        deviation=standing.deviation, question=question,
        talks=tuple(standing.by_variance[: min(wanted, MOST_OF_ONE)]),
    )  # fmt: skip


def _editions(session: Session, narrowed: Any, least: int) -> dict[int, tuple[str, str, int, int | None]]:
    """Slug, name, known talks and published sessions of each edition with enough known talks."""
    known = (
        allowed_talks(TalkFilter())
        .with_only_columns(col(Talk.edition_id), func.count().label("known"))
        .group_by(col(Talk.edition_id))
        .subquery()
    )
    statement = (
        select(col(Edition.id), col(Edition.slug), col(Edition.name), known.c.known, col(Edition.published_sessions))
        .join(known, known.c.edition_id == col(Edition.id))
        .where(known.c.known >= least)
    )
    if narrowed is not None:
        statement = statement.where(narrowed)
    return {row[0]: tuple(row[1:]) for row in session.execute(statement)}


def _claims(
    session: Session, editions: dict[int, tuple[str, str, int, int | None]]
) -> dict[tuple[str, str], list[float]]:
    """Shares claimed in print, by edition and theme; a claimed count is taken of the published sessions."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for edition_id, claim in session.execute(
        select(col(Takeaway.edition_id), col(Takeaway.claim)).where(
            col(Takeaway.kind) == "claim", col(Takeaway.withdrawn_at).is_(None)
        )
    ):
        if edition_id not in editions or not claim or not claim.get("theme"):
            continue
        slug, _, known, published = editions[edition_id]
        values = [float(claim[name]) for name in ("value", "low", "high") if claim.get(name) is not None]
        if claim.get("measure") == "theme-count":
            values = [value / (published or known) for value in values]
        elif claim.get("measure") != "theme-share":
            continue
        found[slug, claim["theme"]] += [value for value in values if 0 < value < 1]
    return found
