"""Takeaways that the machine drafted and nobody has decided about, as cards: of status “machine-draft”, with no slug
of a takeaway but the key of the draft. Whoever shows one says that it is a machine draft.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from app.catalog.takeaway_steps import is_decided
from app.catalog.takeaways import EvidenceLine, TakeawayCard, places
from app.models import Article, Edition, Speaker, TakeawayDraft, Talk

MACHINE = "machine-draft"


def open_drafts() -> Select[TakeawayDraft]:
    """Drafts that no decision stands about, the likeliest takeaways first; to be narrowed."""
    return (
        select(TakeawayDraft)
        .where(~is_decided())
        .order_by(col(TakeawayDraft.score).desc(), col(TakeawayDraft.position), col(TakeawayDraft.key))
    )


def draft_cards(session: Session, statement: Select[TakeawayDraft]) -> list[TakeawayCard]:
    """Cards of the drafts of a statement. Five queries."""
    rows = list(session.scalars(statement))
    talks = places(session, col(Talk.id), col(Talk.slug), col(Talk.title), {row.talk_id for row in rows})
    editions = places(session, col(Edition.id), col(Edition.slug), col(Edition.name), {row.edition_id for row in rows})
    speakers = places(session, col(Speaker.id), col(Speaker.slug), col(Speaker.name), {row.speaker_id for row in rows})
    articles = places(session, col(Article.id), col(Article.slug), col(Article.title), {r.article_id for r in rows})
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
