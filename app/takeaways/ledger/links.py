"""Links between claims that hold: what people decided last about each pair, and what source files say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from app.catalog.takeaways import TakeawayCard, takeaway_cards
from app.db.types import utc_now
from app.errors import NotFound, UsageError
from app.models import ClaimLink, ClaimProposal, Takeaway

RELATIONS = ("revises", "contradicts", "confirms", "unrelated")
OPEN = "open"
"""Kept as a relation where a decision was taken back: the pair waits for one again."""

Via = Literal["page", "command line"]


@dataclass(frozen=True)
class Link:
    """A pair that people, or a file, link. `by` is who, None where the source file of the later one says it."""

    earlier_id: int
    later_id: int
    relation: str
    by: str | None
    at: datetime | None


class ProposalItem(BaseModel):
    """A pair to decide on. `seen` is the number of its newest decision, 0 without any."""

    id: int
    earlier: TakeawayCard
    later: TakeawayCard
    relation: str
    score: float
    why: list[str]
    seen: int


class Proposals(BaseModel):
    """What `hallway review claims --json` prints."""

    proposed: int
    decided: int
    items: list[ProposalItem]


def links(session: Session) -> list[Link]:
    """Every link that holds and whose takeaways are not withdrawn: of people, else of files."""
    shown = set(session.scalars(select(col(Takeaway.id)).where(col(Takeaway.withdrawn_at).is_(None))))
    newest = {_pair(row.earlier_id, row.later_id): row for row in _newest_links(session)}
    found = [
        Link(row.earlier_id, row.later_id, row.relation, row.reviewer, row.decided_at)
        for row in newest.values()
        if row.relation not in ("unrelated", OPEN)
    ]
    for later, earlier in session.execute(
        select(col(Takeaway.id), col(Takeaway.revises_id)).where(col(Takeaway.revises_id).is_not(None))
    ):
        held = newest.get(_pair(earlier, later))
        if held is None or held.relation == OPEN:
            found.append(Link(earlier, later, "revises", None, None))
    return [link for link in found if link.earlier_id in shown and link.later_id in shown]


def decide_link(
    session: Session, earlier: str, later: str, relation: str, reviewer: str, via: Via, seen: int | None = None
) -> ClaimLink:
    """Keep what a person says about two takeaways; NotFound, or UsageError, also if somebody decided since `seen`."""
    if relation not in (*RELATIONS, OPEN):
        raise UsageError(f"relation: “{relation[:50]}” is none of {', '.join(RELATIONS)}.", "relation")
    first, second = _takeaway(session, earlier), _takeaway(session, later)
    if first.id == second.id:
        raise UsageError("later: a takeaway cannot be linked to itself.", "later")
    # Locked where the database locks rows, so that of two who decide at once the second sees the first.
    session.execute(select(col(Takeaway.id)).where(col(Takeaway.id) == first.id).with_for_update())
    newest = newest_link(session, first.id or 0, second.id or 0)
    if seen is not None and seen != (newest.id if newest else 0):
        said = f"{newest.reviewer} decided “{newest.relation}”" if newest else "The decision was taken back"
        raise UsageError(
            f"{said} about these two since you opened the page. Nothing was changed; load it anew.", "seen"
        )
    made = ClaimLink(
        earlier_id=first.id or 0, later_id=second.id or 0, relation=relation, reviewer=reviewer, decided_at=utc_now(),
        via=via,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def undo_link(session: Session, link_id: int, reviewer: str, via: Via) -> ClaimLink:
    """Take a decision of one's own back: the one before it holds again, or the pair is open."""
    link = session.get(ClaimLink, link_id)
    if link is None or link.reviewer != reviewer or link.relation == OPEN:
        raise NotFound("decision of yours", str(link_id))
    newest = newest_link(session, link.earlier_id, link.later_id)
    if newest is None or newest.id != link.id:
        raise UsageError("Something was decided about these two since; take the newer decision back first.", "link")
    former = session.scalars(
        _of_pair(link.earlier_id, link.later_id).where(col(ClaimLink.id) < link.id).limit(1)
    ).first()
    made = ClaimLink(
        earlier_id=former.earlier_id if former else link.earlier_id,
        later_id=former.later_id if former else link.later_id,
        relation=former.relation if former else OPEN, reviewer=reviewer, decided_at=utc_now(), via=via,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def newest_link(session: Session, one: int, other: int) -> ClaimLink | None:
    """What was decided last about two takeaways, in either order."""
    return session.scalars(_of_pair(one, other).limit(1)).first()


def newest_decisions(session: Session, limit: int) -> list[tuple[ClaimLink, str, str]]:
    """The newest decisions with the texts of their two takeaways."""
    rows = session.scalars(select(ClaimLink).order_by(col(ClaimLink.id).desc()).limit(limit)).all()
    wanted = {i for row in rows for i in (row.earlier_id, row.later_id)}
    found = session.execute(select(col(Takeaway.id), col(Takeaway.text)).where(col(Takeaway.id).in_(wanted)))
    texts: dict[int, str] = {row[0]: row[1] for row in found}
    return [(row, texts.get(row.earlier_id, ""), texts.get(row.later_id, "")) for row in rows]


def open_proposals(
    session: Session, limit: int, skip: tuple[int, ...] = (), technology: str | None = None
) -> list[ProposalItem]:
    """Proposed pairs nobody decided on, likeliest first; of one technology by its name, or of any."""
    decided = {_pair(row.earlier_id, row.later_id): row for row in _newest_links(session)}
    about = _about(session, technology) if technology else None
    rows: list[tuple[ClaimProposal, int]] = []
    for row in session.scalars(select(ClaimProposal).order_by(col(ClaimProposal.score).desc(), col(ClaimProposal.id))):
        held = decided.get(_pair(row.earlier_id, row.later_id))
        if about is not None and not about & {row.earlier_id, row.later_id}:
            continue
        if row.id not in skip and (held is None or held.relation == OPEN):
            rows.append((row, held.id or 0 if held else 0))
        if len(rows) == limit:
            break
    return _items(session, rows)


def count_proposals(session: Session) -> tuple[int, int]:
    """How many pairs are proposed, and how many of them people decided on."""
    decided = {_pair(row.earlier_id, row.later_id) for row in _newest_links(session) if row.relation != OPEN}
    pairs = session.execute(select(col(ClaimProposal.earlier_id), col(ClaimProposal.later_id))).all()
    return len(pairs), sum(_pair(one, other) in decided for one, other in pairs)


def _about(session: Session, technology: str) -> set[int]:
    """Takeaways that list a technology of this name."""
    rows = session.execute(select(col(Takeaway.id), col(Takeaway.technologies)))
    return {key for key, names in rows if technology.casefold() in {name.casefold() for name in names}}


def _items(session: Session, rows: list[tuple[ClaimProposal, int]]) -> list[ProposalItem]:
    wanted = {i for row, _ in rows for i in (row.earlier_id, row.later_id)}
    known = session.execute(select(col(Takeaway.id), col(Takeaway.slug)).where(col(Takeaway.id).in_(wanted)))
    slugs: dict[int, str] = {row[0]: row[1] for row in known}
    cards = {card.slug: card for card in takeaway_cards(session, list(slugs.values()))}
    return [
        ProposalItem(
            id=row.id or 0, earlier=cards[slugs[row.earlier_id]], later=cards[slugs[row.later_id]],
            relation=row.relation, score=row.score, why=row.why, seen=seen,
        )
        for row, seen in rows
        if slugs.get(row.earlier_id) in cards and slugs.get(row.later_id) in cards
    ]  # fmt: skip


def _newest_links(session: Session) -> list[ClaimLink]:
    """All decisions, oldest first, so that a mapping by pair ends with the newest."""
    return list(session.scalars(select(ClaimLink).order_by(col(ClaimLink.id))))


def _of_pair(one: int, other: int) -> Select[ClaimLink]:
    return (
        select(ClaimLink)
        .where(
            or_(
                (col(ClaimLink.earlier_id) == one) & (col(ClaimLink.later_id) == other),
                (col(ClaimLink.earlier_id) == other) & (col(ClaimLink.later_id) == one),
            )
        )
        .order_by(col(ClaimLink.id).desc())
    )


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _takeaway(session: Session, slug: str) -> Takeaway:
    found = session.scalars(
        select(Takeaway).where(col(Takeaway.slug) == slug, col(Takeaway.withdrawn_at).is_(None))
    ).first()
    if found is None:
        raise NotFound("takeaway", slug[:100])
    return found
