"""The pages and the API of technologies."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.web.app import create_app
from tests.databases import Databases
from tests.web.conftest import open_base
from tests.web.facts import Facts
from tests.web.test_pages import page


def get(client: TestClient, path: str, status: int = 200) -> Any:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == status, answer.text
    return answer.json()


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("\N{NO-BREAK SPACE}", " ")


def test_the_list_sorts_pages_and_narrows(full_client: TestClient) -> None:
    text = page(full_client, "/technologies")
    assert '<th scope="col" class="n" aria-sort="descending">Talks</th>' in text
    rows = re.findall(r'<th scope="row"><a href="/technologies/([^"]+)"', text)
    assert rows[0] == "kafka"
    assert len(rows) == 50
    assert "/technologies?offset=50" in text
    named = page(full_client, "/technologies?sort=name")
    assert re.findall(r'<th scope="row"><a href="/technologies/([^"]+)"', named) != rows
    languages = page(full_client, "/technologies?kind=language")
    assert "<h1>Technologies: language</h1>" in languages
    assert 'href="/technologies/sql"' in languages
    assert 'href="/technologies/kafka"' not in languages
    assert "The list ends before row 5,001" in page(full_client, "/technologies?offset=5000")
    assert full_client.get("/technologies?kind=gadget").status_code == 422


def test_counts_on_the_page_are_the_talks_listed(full_client: TestClient) -> None:
    text = page(full_client, "/technologies/kubernetes")
    count, known = re.findall(r'<a class="figure" href="[^"]+">(\d+) of (\d+)</a> known talks', text)[0]
    assert known == "287"
    assert get(full_client, "/talks?technology=kubernetes")["total"] == int(count)
    figure = re.findall(r'href="(/figures/count~technology\.kubernetes~with\.kafka[^"]+)">(\d+)</a>', text)[0]
    behind = get(full_client, figure[0])
    assert len(behind["numerator"]) == int(figure[1])
    assert behind["label"] == "Talks that mention Kubernetes with Kafka: All editions"
    for heading in ("By year", "Also found as", "Mentioned together with", "Themes of its talks", "The newest talks"):
        assert heading in text


def test_every_edition_is_a_page_away(full_client: TestClient) -> None:
    text = page(full_client, "/technologies/kafka?view=editions")
    editions = re.findall(r'href="/editions/([^"]+)" data-row', text)
    assert len(editions) == get(full_client, "/technologies/kafka")["editions"]
    assert "Back to the technology" in text
    assert "The list ends before row 501" in page(full_client, "/technologies/kafka?view=editions&offset=500")


def test_an_ambiguous_name_says_when_it_counts(full_client: TestClient) -> None:
    text = plain(page(full_client, "/technologies/go"))
    assert "“Go” may mean something else, and counts only where the talk has one of these words" in text
    assert "goroutine" in text
    assert "No known talk mentions it." in text
    assert "“BEAM” is also Beam" in plain(page(full_client, "/technologies/beam-vm"))
    assert full_client.get("/technologies/no-such").status_code == 404


def test_a_talk_says_where_a_technology_is_named(full_client: TestClient) -> None:
    text = page(full_client, "/talks/kafka-on-kubernetes-keeping-it-simple")
    assert '<a href="/technologies/kubernetes">Kubernetes</a>' in text
    assert "listed by the programme; “Kubernetes” in the title" in plain(text)
    found = page(full_client, "/search?q=kafka+on+kubernetes")
    assert re.search(r'Mentions <a href="/technologies/[a-z-]+">', found)


def test_the_way_there_and_an_empty_base(client: TestClient, empty_client: TestClient) -> None:
    assert 'href="/technologies"' in page(client, "/themes")
    assert 'href="/technologies"' in page(client, "/")
    assert "hallway ingest data" in page(empty_client, "/technologies")


def test_guesses_are_said_to_be_guesses(databases: Databases, tmp_path: Path) -> None:
    def fill(session: Session) -> None:
        facts = Facts(session)
        edition = facts.edition("west-2019", "Summit West 2019", 2019)
        for slug, title in (("one", "GeoMesa <here>"), ("two", "GeoMesa there")):
            facts.talk(edition, slug, title)

    with open_base(databases, tmp_path, fill) as base, TestClient(create_app(base)) as client:
        text = page(client, "/technologies")
        assert "Perhaps missing" in text
        assert "Guesses: names that are written like technologies" in plain(text)
        assert '<a href="/search?q=GeoMesa" data-row>GeoMesa</a>' in text
        assert '<a href="/talks/one">GeoMesa &lt;here&gt;</a>' in text
        assert "Perhaps missing" not in page(client, "/technologies?offset=50")


def test_the_api_has_the_same_list(full_client: TestClient) -> None:
    listed = get(full_client, "/technologies?limit=2&sort=name")
    assert set(listed) == {"total", "items", "next"}
    assert set(listed["items"][0]) == {"slug", "name", "talks", "kind", "editions", "first_year", "last_year"}
    assert listed["next"].endswith("limit=2&sort=name&offset=2")
    kafka = get(full_client, "/technologies/kafka")
    assert kafka["aliases"] == ["Apache Kafka"]
    assert kafka["together"][0]["talks"] >= kafka["together"][1]["talks"]
    get(full_client, "/technologies/no-such", 404)
    get(full_client, "/technologies?sort=best", 422)
