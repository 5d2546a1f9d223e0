"""Takeaways that the machine drafted and nobody has decided about, as cards: of status “machine-draft”, with no slug
of a takeaway but the key of the draft. Whoever shows one says that it is a machine draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from app.catalog.takeaways import EvidenceLine, Place, TakeawayCard
from app.models import Article, Edition, Speaker, TakeawayDecision, TakeawayDraft, Talk

MACHINE = "machine-draft"


def open_drafts() -> Select[TakeawayDraft]:
    """Drafts that no decision is about, the likeliest takeaways first; to be narrowed."""
    decided = select(col(TakeawayDecision.draft_key)).where(col(TakeawayDecision.draft_key).is_not(None))
    return (
        select(TakeawayDraft)
        .where(col(TakeawayDraft.key).not_in(decided))
        .order_by(col(TakeawayDraft.score).desc(), col(TakeawayDraft.position), col(TakeawayDraft.key))
    )


def draft_cards(session: Session, statement: Select[TakeawayDraft]) -> list[TakeawayCard]:
    """Cards of the drafts of a statement. Five queries."""
    rows = list(session.scalars(statement))
    talks = _places(session, Talk, [row.talk_id for row in rows])
    editions = _places(session, Edition, [row.edition_id for row in rows])
    speakers = _places(session, Speaker, [row.speaker_id for row in rows])
    articles = _places(session, Article, [row.article_id for row in rows])
    return [
        TakeawayCard(
            slug=row.key,
            text=row.text,
            kind=row.kind,
            stance=row.stance,
            conditions=row.conditions,
            said_by=row.said_by,
            said_as=row.said_as,
            affiliation=row.affiliation,
            occasion=None,
            status=MACHINE,
            themes=[],
            technologies=row.technologies,
            talk=talks.get(row.talk_id),
            edition=editions.get(row.edition_id),
            speaker=speakers.get(row.speaker_id),
            article=articles.get(row.article_id),
            observer=None,
            evidence=[_evidence(row, line) for line in row.evidence],
        )
        for row in rows
    ]


def _evidence(row: TakeawayDraft, line: dict[str, Any]) -> EvidenceLine:
    told = {name: line.get(name) for name in EvidenceLine.model_fields}
    return EvidenceLine(**{**told, "kind": line.get("kind") or row.origin})


Named = type[Talk] | type[Edition] | type[Speaker] | type[Article]


def _places(session: Session, of: Named, ids: Sequence[int | None]) -> dict[int | None, Place]:
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    name = of.title if of in (Talk, Article) else of.name  # type: ignore[union-attr]  # as the four tables have it
    rows = session.execute(select(col(of.id), col(of.slug), col(name)).where(col(of.id).in_(wanted)))
    return {row[0]: Place(slug=row[1], name=row[2]) for row in rows}
