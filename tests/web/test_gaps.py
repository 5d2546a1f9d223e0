"""Questions without an answer are kept where the settings ask for it, after the answer, and by default not at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import KnowledgeBase
from app.catalog.questions import Unanswered, unanswered
from app.db.engine import reading
from app.search.engine import SearchEngine
from app.settings import Settings
from app.web.app import create_app
from tests.databases import Databases
from tests.web.conftest import open_base
from tests.web.facts import fill

NOTHING = "/search?q=Qqqzzz&mode=lexical"


@pytest.fixture
def own(databases: Databases, tmp_path: Path) -> Iterator[KnowledgeBase]:
    """A small base that may be written."""
    with open_base(databases, tmp_path, fill) as opened:
        yield opened


def recording(base: KnowledgeBase) -> KnowledgeBase:
    settings = base.settings.model_copy(update={"record_unanswered": True})
    return KnowledgeBase(settings, base.engine, base.embedder, SearchEngine(base.engine, base.embedder))


def kept(base: KnowledgeBase, questions: int = 0, times: int = 0) -> list[Unanswered]:
    """What is kept, once there is as much as expected; they are written after the answer."""
    deadline = time.monotonic() + 10
    while True:
        with reading(base.engine) as session:
            found = unanswered(session)
        if len(found) >= questions and sum(one.count for one in found) >= times:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.01)


def test_it_is_off_unless_asked_for(own: KnowledgeBase) -> None:
    assert Settings().record_unanswered is False
    with TestClient(create_app(own)) as client:
        assert "Nothing found for" in client.get(NOTHING).text
        assert client.get(f"/api/v1{NOTHING}").json()["total"] == 0
    time.sleep(0.2)
    assert kept(own) == []


def test_page_and_api_keep_what_is_not_found_and_nothing_else(own: KnowledgeBase) -> None:
    base = recording(own)
    with TestClient(create_app(base)) as client:
        assert "Nothing found for" in client.get(NOTHING).text
        kept(base, 1)
        assert client.get(f"/api/v1{NOTHING}").json()["total"] == 0
        kept(base, 1, 2)
        for answered in ("brokers", "brokers&mode=lexical", "qqqzzz&mode=lexical&kind=keynote", ""):
            assert client.get(f"/search?q={answered}").status_code == 200
        client.get("/api/v1/search?q=somethingelse&mode=lexical")
        found = kept(base, 2, 3)
    assert [(one.text, one.mode, one.count) for one in found] == [
        ("qqqzzz", "lexical", 2),
        ("somethingelse", "lexical", 1),
    ]


def test_the_answer_does_not_depend_on_the_keeping(own: KnowledgeBase) -> None:
    base = recording(own)
    with own.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE unansweredquestion")
        connection.commit()
    with TestClient(create_app(base)) as client:
        for _ in range(3):
            assert client.get(NOTHING).status_code == 200
            assert client.get(f"/api/v1{NOTHING}").status_code == 200


def test_keeping_one_changes_nothing_that_search_rests_on(own: KnowledgeBase) -> None:
    base = recording(own)
    with TestClient(create_app(base)) as client:
        before = client.get("/api/v1/search?q=brokers").json()
        client.get(NOTHING)
        kept(base, 1)
        after = client.get("/api/v1/search?q=brokers").json()
    for answer in (before, after):
        del answer["took_ms"]
    assert before == after
