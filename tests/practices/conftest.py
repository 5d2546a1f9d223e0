"""A small base of statements of every kind: of talks, of none, drafts, warnings, decided drafts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.catalog.filters import TalkFilter
from app.db.engine import reading
from app.db.types import utc_now
from app.embeddings.recipe import text_hash
from app.embeddings.store import embed_missing
from app.models import Resource, TakeawayDecision, TakeawayDraft, Talk
from app.search.engine import SearchEngine
from app.search.shapes import SearchRequest
from app.settings import Settings
from app.takeaways.practices.shapes import PracticeAnswer
from tests.standins import HashingEmbedder
from tests.web.facts import Facts

VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"


class Asking:
    """A base whose practices can be asked for."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base

    def __call__(self, query: str, limit: int = 10, **filter: Any) -> PracticeAnswer:
        request = SearchRequest(query=query, limit=limit, filter=TalkFilter().but(**filter))
        with reading(self.base.engine) as session:
            return self.base.practices.ask(session, request)

    def said(self, query: str, **filter: Any) -> list[str]:
        """Slugs of takeaways and keys of drafts, in order, warnings after what they speak against."""
        found = self(query, **filter).practices
        return [one.slug or one.key or "" for each in found for one in (*each.statements, *each.warnings)]


def fill(session: Session) -> None:
    facts = Facts(session)
    west = facts.edition("west-2019", "Summit West 2019", 2019)
    east = facts.edition("east-2020", "Summit East 2020", 2020)
    etsy, lyft = facts.organisation("etsy", "Etsy"), facts.organisation("lyft", "Lyft")
    nikki, ola = facts.speaker("nikki", "Nikki Example"), facts.speaker("ola", "Ola Example")
    ships = facts.talk(west, "ships", "Brokers on ships", summary="Liveness probes.", date="2019-05-13")
    facts.appear(ships, nikki, etsy)
    facts.add(Resource(talk_id=ships.id or 0, kind="video", url=VIDEO))
    trains = facts.talk(east, "trains", "Brokers on trains", summary="Liveness probes of trains.")
    facts.appear(trains, ola, lyft)
    at_ships: dict[str, Any] = {
        "talk_id": ships.id,
        "edition_id": west.id,
        "said_as": "speaker",
        "said_by": "Nikki Example",
    }
    slide = {"kind": "slide", "number": 7, "url": "https://s.example/7"}
    facts.takeaway(
        "gentle", "Set liveness probes gently", "lesson", slide, stance="recommends", conditions="ships", **at_ships
    )
    facts.takeaway(
        "killing", "Harsh liveness probes kill a broker", "lesson",
        {"kind": "video", "start_seconds": 65.0}, stance="warns", **at_ships,
    )  # fmt: skip
    facts.takeaway("sails", "Reef the sails in storms", "lesson", {"kind": "quote", "quote": "q"}, **at_ships)
    facts.takeaway(
        "overall", "Kubernetes was everywhere", "claim", {"kind": "article"}, edition_id=west.id,
        said_by="Bo Observer", themes=["kubernetes"], technologies=["Kubernetes"],
    )  # fmt: skip


def _add(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def draft(session: Session) -> None:
    """Drafts as a machine leaves them, and what people decided about two."""
    trains = session.scalars(select(Talk).where(col(Talk.slug) == "trains")).one()
    for key, text in (
        ("kept", "Liveness probes need slack on trains"), ("no", "Liveness probes of no worth"),
        ("undone", "Liveness probes after all"),
    ):  # fmt: skip
        _add(
            session,
            TakeawayDraft(
                key=key, origin="abstract", talk_id=trains.id, edition_id=trains.edition_id, text=text, kind="lesson",
                score=0.5, content_hash=text_hash(text), recipe="r",
                evidence=[{"kind": "abstract", "quote": text}],
            )
        )  # fmt: skip
    step: dict[str, Any] = {"reviewer": "Ada", "decided_at": utc_now(), "via": "page"}
    _add(session, TakeawayDecision(draft_key="no", action="reject", **step))
    taken_back = _add(session, TakeawayDecision(draft_key="undone", action="reject", **step))
    _add(session, TakeawayDecision(draft_key="undone", action="undo", undoes_id=taken_back.id, **step))


@pytest.fixture
def ask(engine: Engine) -> Asking:
    """The small base, with the stand-in for a model."""
    with Session(engine) as session:
        fill(session)
        session.commit()
    embedder = HashingEmbedder()
    pipeline.refresh(engine, embedder)
    with Session(engine) as session:
        draft(session)
        session.commit()
    embed_missing(engine, embedder)
    return Asking(KnowledgeBase(Settings(), engine, embedder, SearchEngine(engine, embedder)))
