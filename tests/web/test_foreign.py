"""Talks in other languages than the page: their texts say so (WCAG 3.1.2), wherever and only where they are in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.db.types import utc_now
from app.models import Article, ArticleText
from app.web.app import create_app
from tests.databases import Databases
from tests.web.conftest import open_base
from tests.web.facts import Facts

SPANISH = "Procesando datos con brokers"
HEBREW = "תורים עם brokers"
ENGLISH = "Queues with brokers for you and me"


def fill_foreign(session: Session) -> None:
    facts = Facts(session)
    edition = facts.edition("pycon-2020", "PyCon 2020", 2020)
    operations = facts.theme("operations", "Operations", cues=["brokers"], examples=["pycon-2020/es"], position=0)
    ana = facts.speaker("ana", "Ana")
    talks = [
        facts.talk(
            edition, "es", SPANISH, language="es", language_guessed=True,
            abstract="Una introducción a los brokers.\n\nThe second part is in English, as you can see.",
        ),
        facts.talk(edition, "he", HEBREW, language="he", abstract="על תורים ועל brokers."),
        facts.talk(edition, "ja", ENGLISH, language="ja", abstract="Kafkaの使い方"),
        facts.talk(edition, "en", "Brokers in English", language="en"),
    ]  # fmt: skip
    facts.talk(edition, "part", "La primera parte", language="es", parent_id=talks[0].id)
    for talk in talks:
        facts.appear(talk, ana, None)
        facts.decide(talk, operations)
    article = facts.add(Article(slug="bericht", source_id=facts.source.id, title="Reisebericht"))
    facts.add(
        ArticleText(
            article_id=article.id, source_id=facts.source.id, format="text", language="de", content_hash="b",
            read_at=utc_now(),
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def foreign(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("foreign")
    with open_base(databases, folder, fill_foreign) as opened, TestClient(create_app(opened)) as made:
        yield made


@pytest.mark.parametrize("path", ["/talks", "/themes/operations", "/speakers/ana", "/editions/pycon-2020"])
def test_titles_in_lists_say_their_language(foreign: TestClient, path: str) -> None:
    text = foreign.get(path).text
    assert f' lang="es">{SPANISH}</a>' in text
    assert f' lang="he" dir="auto">{HEBREW}</a>' in text
    assert f"data-row>{ENGLISH}</a>" in text, "a title in English of a talk that was not"
    assert "data-row>Brokers in English</a>" in text


def test_the_page_of_a_talk_says_the_language_of_title_and_abstract(foreign: TestClient) -> None:
    spanish = foreign.get("/talks/es").text
    assert f'<h1 lang="es">{SPANISH}</h1>' in spanish
    assert '<p lang="es">Una introducción' in spanish
    assert "<p>The second part" in spanish
    hebrew = foreign.get("/talks/he").text
    assert f'<h1 lang="he" dir="auto">{HEBREW}</h1>' in hebrew
    assert '<p lang="he" dir="auto">על תורים' in hebrew
    japanese = foreign.get("/talks/ja").text
    assert f"<h1>{ENGLISH}</h1>" in japanese
    assert '<p lang="ja">Kafkaの使い方</p>' in japanese
    assert 'lang="es">La primera parte</a>' in spanish
    assert f'Part of <a href="/talks/es" lang="es">{SPANISH}</a>' in foreign.get("/talks/part").text


def test_hits_of_a_search_say_the_language_of_title_and_passage(foreign: TestClient) -> None:
    text = foreign.get("/search?q=brokers").text
    assert re.search(r'data-row lang="es">Procesando datos con <mark>', text)
    assert re.search(r'<p class="passage" lang="(es|he)', text)
    assert f'<span lang="es">{SPANISH}</span> was found' in text


def test_articles_and_examples_too(foreign: TestClient) -> None:
    assert f'<a href="/talks/es" lang="es">{SPANISH}</a>' in foreign.get("/themes/operations").text
    assert 'lang="de">Reisebericht</a>' in foreign.get("/articles").text
    assert '<h1 lang="de">Reisebericht</h1>' in foreign.get("/articles/bericht").text
