"""Which talks, takeaways and changed claims a post names, by rules that it states (`app/posts/wording.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard, talk_cards
from app.catalog.filters import TalkFilter, allowed_talks
from app.catalog.takeaways import (
    Change,
    TakeawayCard,
    TakeawayFilter,
    claim_changes,
    list_takeaways,
    takeaway_cards,
    takeaways_of_talk,
)
from app.models import ClaimLink, Resource, Takeaway, Talk
from app.posts.wording import KEYNOTE, talk_reasons

TALKS = 8
OF_EACH = 3
FEW = 3
"""An edition with no more known talks than this has all of them named."""

MOST = 1_000
REVIEWED = ("reviewed", "checked")
CHANGES = ("revises", "contradicts")


@dataclass(frozen=True)
class NotableTalk:
    """A talk to name, why, and the first of its takeaways; `more` are left out."""

    card: TalkCard
    why: str
    takeaways: Sequence[TakeawayCard]
    more: int


def notable_talks(session: Session, talks: TalkFilter, known: int) -> list[NotableTalk]:
    """Talks of which takeaways are kept, and keynotes; of an edition with hardly any talks all. At most eight."""
    kept_of = (
        select(
            col(Takeaway.talk_id).label("talk"),
            func.count().label("number"),
            func.sum(case((col(Takeaway.status).in_(REVIEWED), 1), else_=0)).label("reviewed"),
        )
        .where(col(Takeaway.withdrawn_at).is_(None), col(Takeaway.talk_id).is_not(None))
        .group_by(col(Takeaway.talk_id))
        .subquery()
    )
    to_check = select(func.count()).where(col(Resource.talk_id) == col(Talk.id)).scalar_subquery()
    number, reviewed = func.coalesce(kept_of.c.number, 0), func.coalesce(kept_of.c.reviewed, 0)
    statement = allowed_talks(talks).outerjoin(kept_of, kept_of.c.talk == col(Talk.id))
    if known > FEW:
        statement = statement.where((number > 0) | (col(Talk.kind) == KEYNOTE))
    ids = session.scalars(
        statement.order_by(
            reviewed.desc(),
            number.desc(),
            case((col(Talk.kind) == KEYNOTE, 0), else_=1),
            to_check.desc(),
            col(Talk.position),
            col(Talk.id),
        ).limit(TALKS)
    )
    found = []
    for card in talk_cards(session, [talk for talk in ids if talk is not None]):
        of_it = _in_order(takeaways_of_talk(session, card.id))
        why = talk_reasons(len(of_it), card.kind)
        found.append(NotableTalk(card, why, of_it[:OF_EACH], max(0, len(of_it) - OF_EACH)))
    return found


def takeaways_of(session: Session, edition: str, themes: Sequence[str]) -> list[TakeawayCard]:
    """The takeaways of an edition, perhaps only those with one of some themes, in the order a post gives them."""
    cards = list_takeaways(session, TakeawayFilter(editions=(edition,)), MOST).items
    return _in_order([card for card in cards if not themes or set(themes) & set(card.themes)])


def _in_order(cards: Sequence[TakeawayCard]) -> list[TakeawayCard]:
    """Reviewed first, disputed last, those with more evidence before others of their rank; else as they came."""
    return sorted(cards, key=lambda card: (_rank(card), -len(card.evidence)))


def _rank(card: TakeawayCard) -> int:
    if card.status in REVIEWED:
        return 0
    if card.status == "disputed":
        return 3
    return 1 if card.said_as == "speaker" else 2


def changes_of(session: Session, edition: str) -> list[Change]:
    """Claims that one of this edition revises: as its source says, or as people linked them."""
    told = {(pair.before.slug, pair.after.slug): pair for pair in claim_changes(session)}
    linked = [pair for pair in _linked(session) if pair not in told]
    cards = {card.slug: card for card in takeaway_cards(session, [slug for pair in linked for slug in pair])}
    found = [*told.values(), *(Change(cards[a], cards[b]) for a, b in linked if a in cards and b in cards)]
    return [pair for pair in found if pair.after.edition and pair.after.edition.slug == edition]


def _linked(session: Session) -> list[tuple[str, str]]:
    """Slugs of takeaways of which the later revises or contradicts the earlier, by the newest decision of each pair."""
    newest = select(func.max(col(ClaimLink.id))).group_by(col(ClaimLink.earlier_id), col(ClaimLink.later_id))
    slug: Select[int | None, str] = select(col(Takeaway.id), col(Takeaway.slug))
    earlier, later = slug.subquery(), slug.subquery()
    rows = session.execute(
        select(earlier.c.slug, later.c.slug)
        .select_from(ClaimLink)
        .join(earlier, earlier.c.id == col(ClaimLink.earlier_id))
        .join(later, later.c.id == col(ClaimLink.later_id))
        .where(col(ClaimLink.id).in_(newest), col(ClaimLink.relation).in_(CHANGES))
        .order_by(col(ClaimLink.id))
    )
    return [(before, after) for before, after in rows]
