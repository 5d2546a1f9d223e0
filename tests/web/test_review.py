"""Reviewing on the site: one pair at a time by plain forms, in the parts of the queue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from app.bootstrap import KnowledgeBase
from app.curators.account import set_password
from app.db.engine import reading, writing
from app.models import ReviewDraw, ReviewEntry, Talk, Theme, ThemeDecision
from app.themes.decide import Choice, decide
from app.web.app import create_app
from tests.databases import Databases
from tests.web.conftest import open_base
from tests.web.curating import NAME, PASSWORD, sign_in

SCOPE = "/review?edition=east-2020"


@pytest.fixture
def curator(own_base: KnowledgeBase) -> Iterator[TestClient]:
    with TestClient(create_app(own_base)) as opened:
        sign_in(opened)
        yield opened


def form(page: str, action: str) -> dict[str, str]:
    """What the first form with a button of this action sends."""
    for found in re.findall(r"<form class=\"verdict\".*?</form>", page, re.DOTALL):
        if f'value="{action}"' in found:
            sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found))
            return {name: unescape(value) for name, value in sent.items()} | {"action": action}
    raise AssertionError(f"no form to {action}")


def asked_of(page: str) -> str:
    found = re.search(r'<h2 id="pair">([^<]+)</h2>', page)
    assert found
    return unescape(found[1])


def test_a_reader_is_sent_to_sign_in_and_comes_back(own_base: KnowledgeBase) -> None:
    with TestClient(create_app(own_base)) as client:
        answer = client.get("/review?part=second&theme=operations", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?next=/review%3Fpart%3Dsecond%26theme%3Doperations"
        page = client.get(answer.headers["location"]).text
        assert 'value="/review?part=second&amp;theme=operations"' in page
        assert client.get("/review?colour=red", follow_redirects=False).status_code == 422


def test_the_page_shows_one_pair_with_what_speaks_for_it(curator: TestClient) -> None:
    page = curator.get(SCOPE)
    assert page.headers["cache-control"] == "no-store"
    assert asked_of(page.text).startswith("Is “Streams later” about ")
    for words in ("Streams and brokers, a year on.", "What speaks for it", "probability", 'accesskey="a"', "data-key"):
        assert words in page.text
    assert len(page.text.encode()) < 60_000


def test_accepting_goes_on_and_is_undone(curator: TestClient, own_base: KnowledgeBase) -> None:
    page = curator.get(SCOPE).text
    first = asked_of(page)
    sent = form(page, "accept")
    after = curator.post("/review", data=sent)
    assert after.url.path == "/review"
    assert "edition=east-2020" in str(after.url)
    assert "You accepted " in after.text
    with reading(own_base.engine) as session:
        decision = session.scalars(select(ThemeDecision).where(col(ThemeDecision.reviewer) == NAME)).one()
        assert decision.accepted
        assert decision.details == {"via": "page", "part": "settle", "probability": None}
    assert f"decided by {NAME}" in curator.get("/talks/later").text
    undone = curator.post("/review", data=form(after.text, "undo"))
    assert "You took back a decision on" in undone.text
    assert asked_of(undone.text) == first
    with reading(own_base.engine) as session:
        assert session.scalars(select(ThemeDecision).where(col(ThemeDecision.reviewer) == NAME)).all() == []
        assert [entry.action for entry in session.scalars(select(ReviewEntry))] == ["accept", "undo"]


def test_skipping_is_a_link_and_decides_nothing(curator: TestClient, own_base: KnowledgeBase) -> None:
    seen = []
    page = curator.get(SCOPE).text
    while 'id="pair"' in page:
        seen.append(asked_of(page))
        link = re.search(r'<a class="skip-pair" href="([^"]+)"', page)
        assert link
        page = curator.get(unescape(link[1])).text
    assert len(seen) == len(set(seen)) >= 2
    assert "That was all." in page
    with reading(own_base.engine) as session:
        assert session.scalars(select(ReviewEntry)).all() == []


def test_a_decision_keeps_what_was_skipped(curator: TestClient) -> None:
    page = curator.get(SCOPE).text
    link = re.search(r'<a class="skip-pair" href="([^"]+)"', page)
    assert link
    first, page = asked_of(page), curator.get(unescape(link[1])).text
    after = curator.post("/review", data=form(page, "reject"))
    assert "skip=" in str(after.url)
    assert "You rejected " in after.text
    assert 'id="pair"' not in after.text or asked_of(after.text) != first


def test_a_second_reading_hides_what_was_decided(curator: TestClient) -> None:
    page = curator.get("/review?part=second").text
    assert "Somebody else decided this" in page
    pair = page[page.index('id="pair"') : page.index("Narrow")]
    assert "Ada Reader" not in page, "who decided it"
    assert "main theme now" not in pair
    assert "probability" not in pair


def test_a_second_reading_tells_of_ones_own_steps_alone(curator: TestClient, own_base: KnowledgeBase) -> None:
    with writing(own_base.engine) as session:
        talk, theme = session.execute(
            select(col(Talk.slug), col(Theme.slug))
            .join(ThemeDecision, col(ThemeDecision.talk_id) == col(Talk.id))
            .join(Theme, col(Theme.id) == col(ThemeDecision.theme_id))
        ).first() or ("", "")
        step = decide(session, Choice(talk, theme, "accept", "Alice", "command line")).id
    for address in ("/review?part=second", f"/review?part=second&done={step}"):
        page = curator.get(address).text
        assert "Alice accepted" not in page
        assert "What reviews would settle" not in page
    assert "Alice accepted" in curator.get("/review").text
    after = curator.post("/review", data=form(page, "accept")).text
    assert "Your newest steps" in after
    assert "Alice accepted" not in after[after.index("Your newest steps") :]


def test_agreement_is_shown_once_two_decided_the_same(own_base: KnowledgeBase) -> None:
    with writing(own_base.engine) as session:
        set_password(session, PASSWORD, "Bo Second")
    with TestClient(create_app(own_base)) as client:
        sign_in(client, name="Bo Second")
        page = client.get("/review?part=second").text
        assert "No pair of talk and theme was decided by more than one person yet" in page
        after = client.post("/review", data=form(page, "accept")).text
        assert "1\u00a0pair of talk and theme was decided by more than one person" in after
        assert "Ada Reader and Bo Second" in after


def test_a_sample_is_drawn_before_its_talks_are_shown(curator: TestClient, own_base: KnowledgeBase) -> None:
    page = curator.get("/review/sample?edition=west-2019&theme=streaming").text
    assert "Nothing was drawn yet" in page
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    sent = {"token": token[1], "edition": "west-2019", "theme": "streaming", "size": "1000"}
    first = curator.post("/review/sample", data=sent)
    assert "part=sample" in str(first.url)
    assert "Drawn for Stream processing at Summit West 2019 with probability 1.00." in first.text
    with reading(own_base.engine) as session:
        drawn = session.scalars(select(ReviewDraw)).all()
        assert len(drawn) == 3
    curator.post("/review", data=form(first.text, "reject"))
    with reading(own_base.engine) as session:
        entry = session.scalars(select(ReviewEntry)).one()
        assert entry.part == "sample"
        assert entry.draw_id in {row.id for row in drawn}
        assert entry.decided_at > drawn[0].drawn_at
    assert "Stream processing, Summit West 2019" in curator.get("/review/sample").text
    again = curator.post("/review/sample", data=sent)
    assert again.status_code == 422
    assert "drawn already" in again.text


def test_any_pair_can_be_decided_by_name(curator: TestClient, own_base: KnowledgeBase) -> None:
    talk = curator.get("/talks/probes").text
    assert "/review?talk=probes&amp;theme=kubernetes" in talk
    with TestClient(create_app(own_base)) as reader:
        assert "/review" not in reader.get("/talks/probes").text
    page = curator.get("/review?talk=probes&theme=kubernetes").text
    assert asked_of(page) == "Is “Probes on Kubernetes” about Kubernetes?"
    assert "Ada Reader accepted it, 22" in page
    after = curator.post("/review", data=form(page, "reject"))
    assert after.url.query.startswith(b"talk=probes&theme=kubernetes&done=")
    assert f"{NAME} rejected it" in after.text
    with reading(own_base.engine) as session:
        assert [entry.part for entry in session.scalars(select(ReviewEntry))] == ["direct"]
    back = curator.post("/review", data=form(after.text, "undo")).text
    assert f"{NAME} rejected it" not in back
    for wrong in ("talk=gone&theme=kubernetes", "talk=no-such&theme=kubernetes", "talk=probes&theme=no-such"):
        assert curator.get(f"/review?{wrong}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [({"talk": "no-such"}, 404), ({"about": "no-such"}, 404), ({"about": ""}, 422), ({"action": "adore"}, 422),
     ({"talk": "gone"}, 404), ({"skip": "x"}, 422), ({"action": "undo", "entry": "77"}, 404)],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused(
    curator: TestClient, own_base: KnowledgeBase, change: dict[str, str], status: int
) -> None:
    answer = curator.post("/review", data=form(curator.get(SCOPE).text, "accept") | change)
    assert answer.status_code == status
    with reading(own_base.engine) as session:
        assert session.scalars(select(ReviewEntry)).all() == []


@pytest.mark.parametrize("query", ["skip=x", "part=every", "done=0", "edition=atlantis", "done=99999999999999999999"])
def test_an_address_that_makes_no_sense_is_refused(curator: TestClient, query: str) -> None:
    assert curator.get(f"/review?{query}").status_code in (404, 422)
    assert curator.get("/review?done=4711").status_code == 200


def test_an_empty_base_has_nothing_to_review(databases: Databases, tmp_path: Path) -> None:
    with open_base(databases, tmp_path, None) as empty:
        with writing(empty.engine) as session:
            set_password(session, PASSWORD, NAME)
        with TestClient(create_app(empty)) as client:
            sign_in(client)
            for part in ("settle", "sample", "second"):
                page = client.get(f"/review?part={part}")
                assert page.status_code == 200
                assert 'class="notice"' in page.text
