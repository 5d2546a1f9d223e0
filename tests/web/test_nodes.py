"""Several nodes on one base: they show the same whoever wrote, and say where one of them is not as the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from app.bootstrap import KnowledgeBase
from app.curators.account import set_password
from app.db.engine import make_engine, writing
from app.migrations import upgrade
from app.search.engine import SearchEngine
from app.settings import Settings
from app.web.app import create_app
from tests.standins import HashingEmbedder
from tests.web.conftest import base_in
from tests.web.curating import NAME, PASSWORD, sign_in, token_of
from tests.web.facts import fill

PATHS = (
    "/", "/talks", "/talks/probes", "/themes", "/themes/operations", "/trends", "/search?q=probes", "/takeaways",
    "/technologies", "/editions", "/reports/themes", "/quality", "/api/v1/talks/probes", "/api/v1/trends/themes",
    "/api/v1/search?q=probes", "/api/v1/themes",
)  # fmt: skip
TOOK = re.compile(r'"took_ms":[0-9.]+|in [0-9]+\s+ms')


def node(of: KnowledgeBase, folder: Path, dimensions: int = 96) -> KnowledgeBase:
    """Another process on the same base, as far as one process can be two: nothing is shared but the database."""
    engine = make_engine(of.engine.url.render_as_string(hide_password=False))
    upgrade(engine)
    embedder = HashingEmbedder(dimensions)
    settings = Settings(database_url=str(engine.url), cache_folder=folder)
    return KnowledgeBase(settings, engine, embedder, SearchEngine(engine, embedder, folder))


@pytest.fixture
def first(engine: Engine, tmp_path: Path) -> KnowledgeBase:
    made = base_in(engine, tmp_path, fill)
    with writing(engine) as session:
        set_password(session, PASSWORD, NAME)
    return made


@pytest.fixture
def second(first: KnowledgeBase, tmp_path: Path) -> Iterator[KnowledgeBase]:
    made = node(first, tmp_path / "second")
    yield made
    made.engine.dispose()


def shown(client: TestClient) -> dict[str, str]:
    """What a reader sees, without how long it took."""
    found = {}
    for path in PATHS:
        answer = client.get(path)
        assert answer.status_code == 200, path
        found[path] = TOOK.sub("", answer.text)
    return found


def test_what_one_node_wrote_all_nodes_show(first: KnowledgeBase, second: KnowledgeBase) -> None:
    with TestClient(create_app(first)) as one, TestClient(create_app(second)) as other:
        before = shown(one)
        assert shown(other) == before
        with TestClient(create_app(first)) as curator:
            sign_in(curator)
            # Signed in at one node, known at the other, where the form is sent.
            page = curator.get("/review?talk=probes&theme=operations").text
            cookies = curator.cookies
        with TestClient(create_app(second), cookies=cookies) as curator:
            sent = {"token": token_of(page), "action": "reject", "talk": "probes", "about": "operations"}
            assert curator.post("/review", data=sent, follow_redirects=False).status_code == 303
        after = shown(one)
        assert shown(other) == after
        changed = {path for path in PATHS if after[path] != before[path]}
        assert {"/talks/probes", "/themes/operations", "/api/v1/talks/probes", "/api/v1/trends/themes"} <= changed


def test_failed_sign_ins_count_on_all_nodes_as_one(first: KnowledgeBase, second: KnowledgeBase) -> None:
    with TestClient(create_app(first)) as one, TestClient(create_app(second)) as other:
        answers = [sign_in((one, other)[i % 2], password="a wrong password").status_code for i in range(7)]
        assert answers[:5] == [403] * 5
        assert answers[-1] == 429


def test_a_node_with_another_model_says_so_and_is_not_ready(first: KnowledgeBase, tmp_path: Path) -> None:
    with TestClient(create_app(first)) as client:
        assert client.get("/readyz").text == "database: ok\nschema: ok\nindex: ok\n"
    other = node(first, tmp_path / "other", dimensions=64)
    with TestClient(create_app(other)) as client:
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "model: this node embeds by stand-in/64" in ready.text
        assert "are of stand-in/96" in ready.text
        assert "Set HALLWAY_EMBEDDING_MODEL as on the other nodes" in ready.text
        found = client.get("/api/v1/search?q=probes").json()
        assert (found["mode"], found["notice"]) == ("lexical", "Nothing is embedded yet: found by words alone.")
    other.engine.dispose()


def test_a_node_with_other_code_says_so(first: KnowledgeBase) -> None:
    with first.engine.begin() as connection:
        connection.execute(text("UPDATE indexstate SET recipe = 'sheets/0 other' WHERE name = 'sheets'"))
    with TestClient(create_app(first)) as client:
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert "counts: packed by other code, or with another data/vendors.yaml" in ready.text


def test_a_base_brought_to_a_newer_schema_is_read_on_and_not_written(first: KnowledgeBase) -> None:
    with TestClient(create_app(first)) as client:
        sign_in(client)
        token = token_of(client.get("/review?talk=probes&theme=operations").text)
        with first.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert client.get("/talks/probes").status_code == 200
        sent = {"token": token, "action": "reject", "talk": "probes", "about": "operations"}
        refused = client.post("/review", data=sent)
        assert refused.status_code == 503
        assert "written by a newer Hallway (schema 9999" in refused.text
        assert "update the code. Nothing was written." in refused.text
        ready = client.get("/readyz")
        assert (ready.status_code, "schema: The database was written by a newer Hallway" in ready.text) == (503, True)
        with first.engine.begin() as connection:
            connection.execute(text("ALTER TABLE talk RENAME COLUMN summary TO abridged"))
        for path in ("/talks/later", "/api/v1/talks/later"):
            broken = client.get(path)
            assert broken.status_code == 503
            assert "written by a newer Hallway (schema 9999" in broken.text
