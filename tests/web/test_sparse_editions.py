"""Editions with hardly anything: words instead of a share, on the page, from the API and from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.bootstrap import KnowledgeBase
from app.search.engine import SearchEngine
from app.settings import Settings
from app.web.app import create_app
from tests.databases import Databases, address_of
from tests.standins import HashingEmbedder
from tests.trends.sample import Builder

EDITIONS = ("none-2019", "one-2019", "bare-2019", "uncounted-2019", "undecided-2019")


@pytest.fixture(scope="module")
def sparse(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """No talks; one talk; no abstracts; published count unknown; nothing decided, though published."""
    folder = tmp_path_factory.mktemp("sparse")
    with databases.fresh(folder) as engine:
        with Session(engine) as session:
            build = Builder(session)
            build.theme("t", "Theme")
            for slug, published in zip(EDITIONS, (12, 1, 3, None, 8), strict=True):
                build.edition(slug, slug, "2019-05-01", published)
            build.talk("one-2019", confirmed=("t",), main="t", summary="About it.")
            for _ in range(3):
                build.talk("bare-2019", confirmed=("t",), main="t")
                build.talk("uncounted-2019", rejected=("t",), summary="Not about it.")
            for number in range(6):
                build.talk("undecided-2019", machine={"t": 0.7} if number == 0 else {}, main="t", summary="Words.")
            session.commit()
        embedder = HashingEmbedder()
        settings = Settings(database_url=address_of(engine), cache_folder=folder / "cache")
        yield KnowledgeBase(settings, engine, embedder, SearchEngine(engine, embedder))


@pytest.fixture(scope="module")
def client(sparse: KnowledgeBase) -> Iterator[TestClient]:
    with TestClient(create_app(sparse)) as opened:
        yield opened


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("population", ["all", "with-text", "full-length", "families-once"])
@pytest.mark.parametrize("counting", ["any", "main"])
def test_pages_and_api_never_show_a_share_of_nothing(
    client: TestClient, edition: str, population: str, counting: str
) -> None:
    asked = f"edition={edition}&population={population}&counting={counting}"
    answer = client.get(f"/api/v1/trends/themes?{asked}").json()
    for row in answer["rows"]:
        if row["denominator"] == 0:
            assert (row["share"], row["low"], row["high"], row["estimate"]) == (None, None, None, None)
            assert row["method_slug"] == "nothing"
        else:
            assert row["share"] == row["numerator"] / row["denominator"]
            assert 0 <= row["low"] <= row["high"] <= 1
        for address in (f"/figures/{row['figure']['id']}", f"/api/v1/figures/{row['figure']['id']}"):
            assert client.get(address).status_code == 200
    for path in (f"/trends?{asked}", f"/reports/themes?{asked}", f"/reports/edition?{asked}"):
        page = client.get(path)
        assert page.status_code == 200
        assert "nan" not in page.text.lower().split()
        if answer["rows"][0]["denominator"] == 0 and "/trends" in path:
            assert "no share of any theme" in page.text


def test_what_is_said_of_each(client: TestClient) -> None:
    def row(edition: str, population: str = "all") -> dict[str, object]:
        answer = client.get(f"/api/v1/trends/themes?edition={edition}&population={population}").json()
        found: dict[str, object] = answer["rows"][0]
        return found

    assert row("none-2019")["method_slug"] == "nothing"
    assert row("one-2019")["method_slug"] == "exact"
    assert row("bare-2019", "with-text")["denominator"] == 0
    assert "not known" in str(row("uncounted-2019")["method"])
    assert row("undecided-2019")["method_slug"] == "machine-probabilities"
    assert "No talks are left: talks with text" in client.get("/trends?edition=bare-2019&population=with-text").text


def test_a_filter_that_leaves_nothing_is_told_in_words(client: TestClient) -> None:
    page = client.get("/trends?year_from=1990&year_to=1991")
    assert page.status_code == 200
    assert "no edition here" in page.text


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_command_line_says_the_same(sparse: KnowledgeBase, client: TestClient, edition: str) -> None:
    environment = os.environ | {"HALLWAY_DATABASE_URL": sparse.settings.database_url}
    done = subprocess.run(  # our own command
        [sys.executable, "-m", "app", "report", "themes", "--edition", edition, "--format", "json"],
        capture_output=True, text=True, check=False, env=environment, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == client.get(f"/api/v1/trends/themes?edition={edition}").json()["rows"]
