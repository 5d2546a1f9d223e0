"""The snapshot of the knowledge base: a short name for its exact state, that figures and exports carry.

It is made of two parts that are kept beside it: a digest of all facts but takeaways, and a sum of digests of each
talk's assignments and of each takeaway that is not withdrawn. So when people decide about one of them the name follows
without reading the base, and is the one that reading it all would give.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from app.db.driver import driver_rows
from app.db.engine import is_reading
from app.db.types import utc_now
from app.models import (
    Edition,
    IndexState,
    Organisation,
    Speaker,
    Takeaway,
    Talk,
    Technology,
    TechnologyMention,
    Theme,
    ThemeAssignment,
    Vocabulary,
)

SNAPSHOT = "snapshot"
PARTS = "snapshot-parts"
"""The row of IndexState that keeps the two parts: the digest of facts as its recipe, the sum as its fingerprint."""

_ROUND = 1 << 256
"""Digests are added up modulo this, so that the order of talks does not matter."""


def current_snapshot(session: Session) -> str:
    """Twelve hex digits made from facts, assignments and mentions by the last pipeline step; "empty" before it.

    A session that reads sees one state of the base, so it asks once.
    """
    if is_reading(session) and SNAPSHOT in session.info:
        return str(session.info[SNAPSHOT])
    state = session.get(IndexState, SNAPSHOT)
    session.info[SNAPSHOT] = name = state.fingerprint if state else "empty"
    return name


def facts_digest(session: Session) -> str:
    """The part of the snapshot that stays when people decide: a digest of all facts but takeaways; "" before it."""
    kept = select(col(IndexState.recipe)).where(col(IndexState.name) == PARTS)
    return session.scalar(kept) or ""


def refresh_snapshot(session: Session) -> str:
    """Name the state of the base anew; the same facts and assignments give the same name on any machine."""
    digest = hashlib.sha256()
    for statement in (
        select(col(Talk.slug), col(Talk.content_hash), col(Talk.withdrawn_at).is_(None)).order_by(col(Talk.slug)),
        select(
            col(Edition.slug), col(Edition.name), col(Edition.published_sessions), col(Edition.start_date),
            col(Edition.end_date), col(Edition.city), col(Edition.country), col(Edition.completeness),
        ).order_by(col(Edition.slug)),
        select(col(Speaker.slug), col(Speaker.name)).order_by(col(Speaker.slug)),
        select(col(Organisation.slug), col(Organisation.name)).order_by(col(Organisation.slug)),
        select(col(Vocabulary.slug), col(Vocabulary.name), col(Vocabulary.version)).order_by(col(Vocabulary.slug)),
        select(col(Theme.slug), col(Theme.name), col(Theme.definition), col(Theme.position)).order_by(col(Theme.slug)),
        select(col(Technology.slug), col(Technology.name), col(Technology.kind), col(Technology.aliases)).order_by(
            col(Technology.slug)
        ),
        select(col(Talk.slug), col(Technology.slug))
        .join(TechnologyMention, col(TechnologyMention.talk_id) == col(Talk.id))
        .join(Technology, col(Technology.id) == col(TechnologyMention.technology_id))
        .order_by(col(Talk.slug), col(Technology.slug)),
    ):  # fmt: skip
        for row in session.execute(statement):
            digest.update(repr(tuple(row)).encode())
    total = sum(_assigned_parts(session))
    total += sum(_digest(f"takeaway {row[0]}", [row]) for row in session.execute(_takeaways()))
    return _name(session, digest.hexdigest(), total % _ROUND)


def _assigned_parts(session: Session) -> Iterator[int]:
    """What the assignments of each talk add to the sum: as `talk_part`, of ten assignments a talk in a third of the
    time, for the database goes through one index alone and names are looked up here."""
    talks = dict(session.execute(select(col(Talk.id), col(Talk.slug))).all())
    themes = dict(session.execute(select(col(Theme.id), col(Theme.slug))).all())
    talk, theme = col(ThemeAssignment.talk_id), col(ThemeAssignment.theme_id)
    columns = col(ThemeAssignment.status), col(ThemeAssignment.is_main), col(ThemeAssignment.probability)
    assigned = driver_rows(session, select(talk, theme, *columns).order_by(talk, theme))
    for key, rows in groupby(assigned, itemgetter(0)):
        told = [(themes[of], status, bool(main), probability) for _, of, status, main, probability in rows]
        told.sort(key=itemgetter(0))
        yield _digest_of(talks[key], told)


def talk_part(session: Session, talk_id: int) -> int:
    """What the assignments of one talk add to the sum; to be asked before and after they change."""
    session.flush()
    rows = session.execute(_assignments().where(col(Talk.id) == talk_id)).all()
    return _digest(rows[0][0], rows) if rows else 0


def takeaway_part(session: Session, takeaway_id: int) -> int:
    """What one takeaway adds to the sum, 0 where it is withdrawn; to be asked before and after it changes."""
    session.flush()
    row = session.execute(_takeaways().where(col(Takeaway.id) == takeaway_id)).first()
    return _digest(f"takeaway {row[0]}", [row]) if row else 0


def follow_snapshot(session: Session, before: int, after: int) -> str:
    """Name the base anew after one talk's assignments or one takeaway changed; `before` and `after` are its parts."""
    parts = session.get(IndexState, PARTS)
    if parts is None:
        return refresh_snapshot(session)
    return _name(session, parts.recipe, (int(parts.fingerprint, 16) - before + after) % _ROUND)


def _assignments() -> Select[str, str, str, bool, float]:
    return (
        select(
            col(Talk.slug), col(Theme.slug), col(ThemeAssignment.status), col(ThemeAssignment.is_main),
            col(ThemeAssignment.probability),
        )
        .select_from(ThemeAssignment)
        .join(Talk, col(Talk.id) == col(ThemeAssignment.talk_id))
        .join(Theme, col(Theme.id) == col(ThemeAssignment.theme_id))
        .order_by(col(Talk.slug), col(Theme.slug))
    )  # fmt: skip


def _takeaways() -> Select[str, str]:
    return select(col(Takeaway.slug), col(Takeaway.content_hash)).where(col(Takeaway.withdrawn_at).is_(None))


def _digest(name: str, rows: Any) -> int:
    return _digest_of(name, (tuple(row)[1:] for row in rows))


def _digest_of(name: str, told: Iterable[tuple[Any, ...]]) -> int:
    return int.from_bytes(hashlib.sha256((name + "".join(map(repr, told))).encode()).digest(), "big")


def _name(session: Session, facts: str, total: int) -> str:
    """Set the parts, and the name made of them."""
    name = hashlib.sha256(f"{facts} {total:x}".encode()).hexdigest()[:12]
    session.merge(IndexState(name=PARTS, recipe=facts, fingerprint=f"{total:x}", built_at=utc_now()))
    state = session.get(IndexState, SNAPSHOT)
    if state is None or state.fingerprint != name:
        session.merge(IndexState(name=SNAPSHOT, recipe="sha256", fingerprint=name, built_at=utc_now()))
    session.flush()
    return name
