"""A small base with drafts of takeaways, as recognition and drafting leave them."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlmodel import Session

from app.catalog.snapshot import refresh_snapshot
from app.models import ArticleMention, TakeawayDraft
from tests.web.facts import fill

HOSTILE = '<script>alert(1)</script> & "quoted" brokers\' <b>probes</b>'


def draft_key(origin: str, text: str) -> str:
    return hashlib.sha256(f"{origin} {text}".encode()).hexdigest()[:32]


def add_draft(session: Session, text: str, **more: Any) -> TakeawayDraft:
    """A draft with this text; origin article unless said otherwise."""
    values: dict[str, Any] = {
        "origin": "article", "kind": "lesson", "score": 0.5, "recipe": "test/1", "why": ["says “never”"],
        "evidence": [{"kind": "article", "section": "Lessons", "url": "https://a.example/report", "quote": text}],
    } | more  # fmt: skip
    made = TakeawayDraft(key=draft_key(values["origin"], text), text=text, content_hash=text[:20], **values)
    session.add(made)
    session.flush()
    return made


def fill_with_drafts(session: Session) -> None:
    """The base of the pages' tests with its drafts."""
    fill(session)
    add_drafts(session)


def add_drafts(session: Session) -> None:
    """Four drafts: two of the article of that base, one of an abstract, one hostile."""
    article, talk, west = 1, 1, 1
    add_draft(
        session, "Begin with a simple set-up on Kubernetes.", article_id=article, talk_id=talk, edition_id=west,
        score=0.9, technologies=["Kubernetes"], said_by="Nikki Example", said_as="speaker", affiliation="Etsy",
    )  # fmt: skip
    add_draft(session, "Never let a probe restart a broker.", article_id=article, edition_id=west, score=0.7)
    add_draft(session, "Attendees learn to tune brokers.", origin="abstract", talk_id=talk, edition_id=west, score=0.95)
    add_draft(session, HOSTILE, article_id=article, edition_id=west, score=0.2, said_by=HOSTILE, why=[HOSTILE])
    session.add(
        ArticleMention(
            article_id=article, kind="talk", talk_id=talk, block=0, start=0, end=6, words="Probes", score=0.93,
            certainty="certain", runner_up={"slug": "odd", "name": HOSTILE, "score": 0.4}, why="title", recipe="test/1",
        )
    )  # fmt: skip
    refresh_snapshot(session)
