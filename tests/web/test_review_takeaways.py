"""Reviewing drafts of takeaways on the site: plain forms, one draft at a time, nothing written but by a curator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, select
from sqlmodel import col

from app.bootstrap import KnowledgeBase
from app.curators.account import set_password
from app.db.engine import reading, writing
from app.models import Passage, Takeaway, TakeawayDecision, TakeawayEvidence
from app.takeaways.review.decide import reject
from app.web.app import create_app
from tests.databases import Databases
from tests.takeaways.drafts import HOSTILE, add_drafts, draft_key
from tests.web.conftest import open_base
from tests.web.curating import NAME, PASSWORD, sign_in
from tests.web.facts import fill

PATH = "/review/takeaways"
SIMPLE = draft_key("article", "Begin with a simple set-up on Kubernetes.")


@pytest.fixture
def base(databases: Databases, tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_base(databases, tmp_path, fill) as opened:
        with writing(opened.engine) as session:
            add_drafts(session)  # after the pipeline, which would draft anew
            set_password(session, PASSWORD, NAME)
        yield opened


@pytest.fixture
def curator(base: KnowledgeBase) -> Iterator[TestClient]:
    with TestClient(create_app(base)) as opened:
        sign_in(opened)
        yield opened


def form(page: str, action: str) -> dict[str, str]:
    """What the first form with a button of this action sends, before anything is typed."""
    for found in re.findall(r"<form class=\"(?:verdict|controls)\" method=\"post\".*?</form>", page, re.DOTALL):
        if f'value="{action}"' in found:
            sent = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', found))
            sent |= dict(re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)</textarea>', found))
            for name, options in re.findall(r'<select name="(\w+)">(.*?)</select>', found, re.DOTALL):
                for value in re.findall(r"<option selected>([^<]*)<", options):
                    sent[name] = value
            return {name: unescape(value) for name, value in sent.items()} | {"action": action}
    raise AssertionError(f"no form to {action}")


def asked_of(page: str) -> str:
    found = re.search(r'<h2 id="draft"><span class="chip">machine draft</span> ([^<]+)</h2>', page)
    assert found
    return unescape(found[1])


def test_a_reader_is_sent_to_sign_in(base: KnowledgeBase) -> None:
    with TestClient(create_app(base)) as client:
        answer = client.get(f"{PATH}?origin=article", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/review/takeaways")
        assert client.get(f"{PATH}?colour=red", follow_redirects=False).status_code == 422
        assert client.post(PATH, data={"action": "accept", "key": SIMPLE, "token": "x"}).status_code == 403
    with reading(base.engine) as session:
        assert session.scalars(select(TakeawayDecision)).all() == []


def test_the_page_shows_the_draft_its_source_and_what_says_the_same(curator: TestClient) -> None:
    page = curator.get(PATH)
    assert page.headers["cache-control"] == "no-store"
    assert asked_of(page.text) == "Begin with a simple set-up on Kubernetes."
    for words in (
        "0 of 4", "Drafts from articles come first", "Next came", "Begin with a plain set-up.", 'data-key="m"',
        'data-key="e"', 'data-key="a"', 'data-key="r"', "https://a.example/report", "<blockquote>Begin with a simple",
    ):  # fmt: skip
        assert words in page.text, words
    assert len(page.text.encode()) < 60_000


def test_accepting_goes_on_is_searchable_and_is_undone(curator: TestClient, base: KnowledgeBase) -> None:
    after = curator.post(PATH, data=form(curator.get(f"{PATH}?origin=article").text, "accept"))
    assert "origin=article" in str(after.url)
    assert "You accepted “Begin with a simple set-up on Kubernetes.”" in after.text
    assert asked_of(after.text) == "Never let a probe restart a broker."
    with reading(base.engine) as session:
        made = session.scalars(select(Takeaway).where(col(Takeaway.source_key) == SIMPLE)).one()
        assert session.scalars(select(Passage).where(col(Passage.takeaway_id) == made.id)).one()
    shown = curator.get(f"/takeaways?slug={made.slug}").text
    assert f"reviewed by {NAME}" in shown
    undone = curator.post(PATH, data=form(after.text, "undo"))
    assert "You took back a decision on" in undone.text
    assert asked_of(undone.text) == "Begin with a simple set-up on Kubernetes."
    assert "No takeaway is all of this" in curator.get(f"/takeaways?slug={made.slug}").text


def test_editing_accepts_with_what_was_typed(curator: TestClient, base: KnowledgeBase) -> None:
    sent = form(curator.get(PATH).text, "edit")
    assert sent["text"] == "Begin with a simple set-up on Kubernetes."
    assert sent["about"] == "probes"
    after = curator.post(PATH, data=sent | {"text": "Start small.", "stance": "recommends", "affiliation": ""})
    assert "You edited" in after.text
    with reading(base.engine) as session:
        made = session.scalars(select(Takeaway).where(col(Takeaway.source_key) == SIMPLE)).one()
        assert (made.text, made.stance, made.affiliation, made.talk_id) == ("Start small.", "recommends", None, 1)
    wrong = curator.post(PATH, data=form(after.text, "edit") | {"kind": "poem"})
    assert wrong.status_code == 422
    assert "kind: “poem” is none of" in wrong.text


def test_merging_adds_the_source(curator: TestClient) -> None:
    curator.post(PATH, data=form(curator.get(PATH).text, "merge"))
    assert "a.example" in curator.get("/takeaways?slug=simple").text


def test_a_takeaway_is_marked_and_the_older_form_is_told(curator: TestClient) -> None:
    page = curator.get(f"{PATH}?takeaway=simple").text
    sent = form(page, "change")
    assert sent["status"] == "attendee-note"
    after = curator.post(PATH, data=sent | {"status": "disputed"})
    assert "takeaway=simple" in str(after.url)
    assert "disputed" in curator.get("/takeaways?slug=simple").text
    late = curator.post(PATH, data=sent | {"status": "checked"})
    assert late.status_code == 422
    assert "changed since you opened it" in late.text
    assert curator.get(f"{PATH}?takeaway=no-such").status_code == 404


def test_the_second_curator_is_told(curator: TestClient, base: KnowledgeBase) -> None:
    sent = form(curator.get(PATH).text, "accept")
    with writing(base.engine) as session:
        reject(session, SIMPLE, "Bo Second", "command line")
    answer = curator.post(PATH, data=sent)
    assert answer.status_code == 422
    assert "Bo Second rejected this draft already" in answer.text


def test_hostile_words_are_escaped(curator: TestClient) -> None:
    page = curator.get(f"{PATH}?draft={draft_key('article', HOSTILE)}").text
    assert "<script>alert" not in page
    assert "<b>probes" not in page
    assert "&lt;script&gt;alert(1)" in page
    after = curator.post(PATH, data=form(page, "accept")).text
    assert "<script>alert" not in after + curator.get("/takeaways").text


def test_a_form_without_its_token_or_sense_writes_nothing(curator: TestClient, base: KnowledgeBase) -> None:
    sent = form(curator.get(PATH).text, "accept")
    for change, status in (
        ({"token": ""}, 403), ({"token": "x"}, 403), ({"key": ""}, 422), ({"key": "no-such"}, 404),
        ({"action": "adore"}, 422), ({"action": "undo", "step": "7"}, 404), ({"action": "merge"}, 422),
        ({"colour": "red"}, 422), ({"action": "merge", "into": "no-such"}, 404),
    ):  # fmt: skip
        assert curator.post(PATH, data=sent | change).status_code == status, change
    with reading(base.engine) as session:
        assert session.scalars(select(TakeawayDecision)).all() == []


def test_skipping_decides_nothing_and_comes_to_an_end(curator: TestClient) -> None:
    page, seen = curator.get(PATH).text, []
    while 'id="draft"' in page:
        seen.append(asked_of(page))
        link = re.search(r'<a class="skip-pair" href="([^"]+)"', page)
        assert link
        page = curator.get(unescape(link[1])).text
    assert len(set(seen)) == 4
    assert "That was all." in page


def test_a_takeaway_without_evidence_says_so(base: KnowledgeBase, curator: TestClient) -> None:
    said = "· no evidence is given"
    assert said not in curator.get("/takeaways").text
    with writing(base.engine) as session:
        session.execute(delete(TakeawayEvidence))
    assert said in curator.get("/takeaways").text
