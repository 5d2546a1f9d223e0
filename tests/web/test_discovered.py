"""/themes/discovered: only what was kept, said to be a machine's, with when and from what it was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import KnowledgeBase
from app.catalog.discovered import Drafts
from app.catalog.filters import TalkFilter
from app.db.engine import reading, writing
from app.search.engine import SearchEngine
from app.settings import Settings
from app.themes.discovery import discover, keep
from app.web.app import create_app
from tests.databases import Databases, address_of
from tests.standins import HashingEmbedder
from tests.themes.planted import plant


@pytest.fixture(scope="module")
def planted(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KnowledgeBase, Drafts]]:
    folder: Path = tmp_path_factory.mktemp("discovered")
    with databases.fresh(folder) as engine:
        plant(engine, folder / "data")
        embedder = HashingEmbedder()
        with reading(engine) as session:
            found = discover(session, embedder, TalkFilter())
        with writing(engine) as session:
            keep(session, found)
        settings = Settings(database_url=address_of(engine), cache_folder=folder / "cache")
        yield KnowledgeBase(settings, engine, embedder, SearchEngine(engine, embedder)), found


def page(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    assert len(answer.content) < 60_000
    return answer.text.replace("\N{NO-BREAK SPACE}", " ")


def test_each_draft_is_shown_with_its_words_talks_years_and_stability(planted: tuple[KnowledgeBase, Drafts]) -> None:
    opened, found = planted
    with TestClient(create_app(opened)) as client:
        text = page(client, "/themes/discovered")
        assert "no person has looked" in text
        assert "it is still the same" in text
        for draft in found.drafts:
            assert f'id="{draft.slug}"' in text
            assert f"stability {draft.stability:.2f}" in text
            for talk in draft.central:
                assert f'href="/talks/{talk.slug}"' in text
                assert client.get(f"/talks/{talk.slug}").status_code == 200
            for one in draft.years:
                assert f"{100 * one.talks / one.of:.1f} %" in text
        assert 'href="/themes/discovered"' in page(client, "/themes")
        assert "The list ends before row 51: it has 2" in page(client, "/themes/discovered?offset=50")


def test_a_run_that_found_nothing_says_so(planted: tuple[KnowledgeBase, Drafts]) -> None:
    opened, found = planted
    with writing(opened.engine) as session:
        keep(session, found.model_copy(update={"drafts": [], "placed": 0}))
    with TestClient(create_app(opened)) as client:
        assert "No group of talks was found again often enough" in page(client, "/themes/discovered")


def test_before_the_first_run_it_says_which_command_makes_them(client: TestClient, empty_client: TestClient) -> None:
    for each in (client, empty_client):
        assert "<code>hallway themes discover</code> looks" in page(each, "/themes/discovered")
    assert client.get("/themes/discovered?colour=red").status_code == 422
