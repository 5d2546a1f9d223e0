"""Timelines of claims on the site and by the API, and the review of proposed pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app import pipeline
from app.bootstrap import KnowledgeBase
from app.curators.account import set_password
from app.db.engine import reading, writing
from app.models import ClaimLink, ClaimProposal, Edition, IndexState, Takeaway
from app.takeaways.ledger.links import decide_link
from app.web.app import create_app
from tests.databases import Databases
from tests.web.conftest import open_base
from tests.web.curating import NAME, PASSWORD, sign_in
from tests.web.facts import fill

PATH = "/review/claims"
SCRIPT = "<script>alert(1)</script>"


def fill_with_claims(session: Session) -> None:
    """The base of the pages' tests with two claims at two editions that the machine proposes to link."""
    fill(session)
    east = session.scalars(select(Edition).where(col(Edition.slug) == "east-2020")).one()
    for slug, edition, stance, text in (
        ("slow", 1, "warns", f"Brokers are not ready for Kubernetes {SCRIPT}."),
        ("fast", east.id, "recommends", f"Brokers are ready for Kubernetes now {SCRIPT}."),
    ):
        session.add(
            Takeaway(
                slug=slug, text=text, kind="claim", stance=stance, source_id=1, source_key=slug, content_hash=slug,
                edition_id=edition, technologies=["Kafka"], said_by=SCRIPT,
            )
        )  # fmt: skip
    session.flush()


@pytest.fixture
def base(databases: Databases, tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_base(databases, tmp_path, fill_with_claims) as opened:
        with writing(opened.engine) as session:
            set_password(session, PASSWORD, NAME)
        yield opened


@pytest.fixture
def curator(base: KnowledgeBase) -> Iterator[TestClient]:
    with TestClient(create_app(base)) as opened:
        sign_in(opened)
        yield opened


def form(page: str, action: str) -> dict[str, str]:
    for found in re.findall(r"<form class=\"verdict\".*?</form>", page, re.DOTALL):
        if f'value="{action}"' in found:
            sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found))
            return {name: unescape(value) for name, value in sent.items()} | {"action": action}
    raise AssertionError(f"no form to {action}")


def test_what_a_source_revises_is_a_timeline(base: KnowledgeBase) -> None:
    with TestClient(create_app(base)) as client:
        page = client.get("/claims").text
        assert "Barcelona: stated; Summit West 2019: stated, which revises what was said before." in page
        one = client.get("/claims/settled")
        assert one.url.path == "/claims/doubt", "any of its claims leads to the earliest"
        assert one.text.index("It cannot replace YARN yet.") < one.text.index("It is the new YARN.")
        assert "by its source" in one.text
        answer = client.get("/api/v1/claims").json()
        assert answer["total"] == 1
        assert [entry["takeaway"]["slug"] for entry in answer["items"][0]["entries"]] == ["doubt", "settled"]
        assert client.get("/api/v1/claims/doubt").json()["slug"] == "doubt"
        assert "what was said at Summit West 2019" in client.get("/takeaways?slug=doubt").text
        assert "/claims" in client.get("/takeaways").text
        for wrong in ("/claims/no-such", "/claims/simple", "/claims?technology=no-such", "/api/v1/claims/no-such"):
            assert client.get(wrong).status_code == 404, wrong
        assert client.get("/claims?colour=red").status_code == 422


def test_proposals_are_outlined_and_said_to_be_guesses(base: KnowledgeBase) -> None:
    with TestClient(create_app(base)) as client:
        page = client.get("/claims?technology=kafka").text
        assert "Proposed, not confirmed" in page
        assert 'class="takeaway proposed"' in page
        assert SCRIPT not in page
        assert "&lt;script&gt;" in page
        assert client.get(PATH, follow_redirects=False).status_code == 303
        sent = {"action": "revises", "earlier": "slow", "later": "fast", "token": "x"}
        assert client.post(PATH, data=sent).status_code == 403
    with reading(base.engine) as session:
        assert session.scalars(select(ClaimLink)).all() == []


def test_a_curator_confirms_and_takes_it_back(curator: TestClient, base: KnowledgeBase) -> None:
    page = curator.get(PATH).text
    assert "machine: revises" in page
    assert SCRIPT not in page
    after = curator.post(PATH, data=form(page, "revises"))
    assert "No pair of claims waits for a decision." in after.text
    timeline = curator.get("/claims/slow").text
    assert f"says {NAME}" in timeline
    assert ">warned<" in timeline
    assert SCRIPT not in timeline
    assert "Kafka" in curator.get("/claims?technology=kafka").text
    undone = curator.post(PATH, data=form(after.text, "undo")).text
    assert "machine: revises" in undone
    assert curator.get("/claims/slow").status_code == 404
    with reading(base.engine) as session:
        assert [link.relation for link in session.scalars(select(ClaimLink))] == ["revises", "open"]


def test_not_related_is_asked_no_more_and_outlives_a_rebuild(curator: TestClient, base: KnowledgeBase) -> None:
    curator.post(PATH, data=form(curator.get(PATH).text, "unrelated"))
    with writing(base.engine) as session:
        for row in session.scalars(select(ClaimProposal)):
            session.delete(row)
        session.delete(session.get_one(IndexState, "claims"))
    pipeline.refresh(base.engine, base.embedder)
    with reading(base.engine) as session:
        assert session.scalars(select(ClaimProposal)).all()
    assert "No pair of claims waits" in curator.get(PATH).text


def test_the_second_of_two_curators_is_told(curator: TestClient, base: KnowledgeBase) -> None:
    sent = form(curator.get(PATH).text, "revises")
    with writing(base.engine) as session:
        decide_link(session, "slow", "fast", "contradicts", "Bo Second", "command line")
    answer = curator.post(PATH, data=sent)
    assert answer.status_code == 422
    assert "Bo Second decided “contradicts”" in answer.text


@pytest.mark.parametrize(
    ("change", "status"),
    [({"token": "x"}, 403), ({"earlier": "no-such"}, 404), ({"later": ""}, 404), ({"action": "adores"}, 422),
     ({"later": "slow"}, 422), ({"action": "undo", "link": "9"}, 404), ({"colour": "red"}, 422)],
)  # fmt: skip
def test_a_form_that_makes_no_sense_writes_nothing(
    curator: TestClient, base: KnowledgeBase, change: dict[str, str], status: int
) -> None:
    assert curator.post(PATH, data=form(curator.get(PATH).text, "revises") | change).status_code == status
    with reading(base.engine) as session:
        assert session.scalars(select(ClaimLink)).all() == []
