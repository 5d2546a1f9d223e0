"""/jobs: what the list says on either database, and that only a curator who is signed in changes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from app.bootstrap import KnowledgeBase
from app.curators.account import set_password
from app.db.dialect import is_sqlite
from app.db.engine import writing
from app.jobs.kinds import FAILED
from app.jobs.records import begin, give_up, make, note
from app.jobs.telling import recorded
from app.web.app import create_app
from tests.conftest import on_postgres, on_sqlite
from tests.jobs.working import base_of, records
from tests.web.curating import NAME, PASSWORD, sign_in, token_of


@pytest.fixture
def base(engine: Engine) -> KnowledgeBase:
    with writing(engine) as session:
        set_password(session, PASSWORD, NAME)
    return base_of(engine)


@pytest.fixture
def visitor(base: KnowledgeBase) -> Iterator[TestClient]:
    with TestClient(create_app(base)) as opened:
        yield opened


def _text(client: TestClient, address: str = "/jobs") -> str:
    return client.get(address).text.replace("\xa0", " ")


def test_an_empty_list_says_so(visitor: TestClient, engine: Engine) -> None:
    page = _text(visitor)
    assert "There is no job yet." in page
    assert ("jobs run in process" in page) == is_sqlite(engine)
    assert ("no worker is there" in page) != is_sqlite(engine)
    assert "No job is in this state." in _text(visitor, "/jobs?state=failed")
    assert visitor.get("/jobs?state=odd").status_code == 422
    assert visitor.get("/api/v1/jobs").json()["counts"]["waiting"] == 0


@on_sqlite
def test_what_a_command_does_in_process_is_listed_while_it_runs_and_after(visitor: TestClient, engine: Engine) -> None:
    with recorded(engine, "ingest", "talks.yaml") as (telling, said):
        telling("reading", 3, 12)
        page = _text(visitor)
        assert "reading 3 of 12" in page
        assert '<progress max="12" value="3"' in page
        said.append("12 talks: 12 created")
    assert "12 talks: 12 created" in _text(visitor, "/jobs?state=done")
    with pytest.raises(OSError, match="full"), recorded(engine, "rebuild", "all"):
        raise OSError(28, "The disk is full")
    assert "Last error: A file or a folder could not be used: The disk is full." in _text(visitor)


@on_postgres
def test_a_curator_cancels_and_tries_again(visitor: TestClient, engine: Engine) -> None:
    with writing(engine) as session:
        waiting, failed = make(session, "embed", "batch 1 of 2"), make(session, "ingest", "broken.yaml")
    begin(engine, failed, "far:1")
    note(engine, failed, "reading", 1, 2)
    with writing(engine) as session:
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = 2"))
        give_up(session, failed, FAILED, "The disk is full; nothing of this step was written.")
    before = _text(visitor)
    assert "Cancel" not in before
    assert "Last error: The disk is full" in before
    assert visitor.post("/jobs", data={"job": waiting, "action": "cancel", "token": "x"}).status_code == 403
    sign_in(visitor)
    page = _text(visitor)
    token = token_of(page)
    sent = {"token": token, "job": waiting, "action": "cancel", "state": "waiting"}
    answer = visitor.post("/jobs", data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/jobs?state=waiting")
    assert records(engine)[0].outcome == "cancelled"
    again = visitor.post("/jobs", data=sent)
    assert again.status_code == 422
    assert "there is nothing to cancel" in again.text
    visitor.post("/jobs", data={"token": token, "job": failed, "action": "retry"})
    board = visitor.get("/api/v1/jobs").json()
    states = {line["id"]: line["state"] for line in board["items"]}
    assert states[failed] == "waiting"
    assert visitor.post("/jobs", data={"token": token, "job": 99, "action": "retry"}).status_code == 404


def test_metrics_count_jobs(visitor: TestClient, engine: Engine) -> None:
    with writing(engine) as session:
        make(session, "embed", "")
    measured = visitor.get("/metrics").text
    assert 'hallway_jobs{state="waiting"} 1.0' in measured
    assert "hallway_workers 0.0" in measured


def test_a_long_list_is_paged_and_short(visitor: TestClient, engine: Engine) -> None:
    with writing(engine) as session:
        for number in range(120):
            make(session, "embed", f"batch {number} of 120, 256 texts")
    answer = visitor.get("/jobs")
    assert len(answer.content) < 60_000
    assert "1–40 of 120" in answer.text
    assert "batch 119" in _text(visitor, "/jobs?offset=80&state=waiting")
