"""Drafts on the page of their talk: closed, outlined, called what they are, and gone once decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.bootstrap import KnowledgeBase
from app.db.engine import writing
from app.db.types import utc_now
from app.models import TakeawayDecision, TakeawayDraft
from app.web.app import create_app
from tests.databases import Databases
from tests.web.conftest import open_base
from tests.web.facts import Facts

SAID = "We found that <b>small</b> disks fail long before the large ones do."


def fill(session: Session) -> None:
    facts = Facts(session)
    edition = facts.edition("pier-2021", "Pier 2021", 2021)
    facts.talk(edition, "disks", "Disks", abstract=SAID)
    facts.talk(edition, "silence", "Silence", abstract="We will talk about silence.")


@pytest.fixture
def base(databases: Databases, tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_base(databases, tmp_path, fill) as opened:
        yield opened


def test_a_talk_shows_its_drafts_closed_and_as_machine_drafts(base: KnowledgeBase) -> None:
    with TestClient(create_app(base)) as client:
        text = client.get("/talks/disks").text
        assert "Drafts, not reviewed (1)" in text
        section = text[text.index('<details id="drafts">') : text.index("</details>", text.index('id="drafts"'))]
        assert "machine draft" in section
        assert "&lt;b&gt;small&lt;/b&gt;" in section
        assert "<b>" not in section
        assert "in the abstract" in section
        assert client.get("/api/v1/talks/disks").json()["drafts"][0]["status"] == "machine draft"
        assert "Drafts, not reviewed" not in client.get("/talks/silence").text


def test_a_decided_draft_is_not_shown(base: KnowledgeBase) -> None:
    with writing(base.engine) as session:
        key = session.scalars(select(col(TakeawayDraft.key))).one()
        session.add(TakeawayDecision(draft_key=key, action="reject", reviewer="r", decided_at=utc_now(), via="page"))
    with TestClient(create_app(base)) as client:
        assert "Drafts, not reviewed" not in client.get("/talks/disks").text
