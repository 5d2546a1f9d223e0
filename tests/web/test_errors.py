"""Everything that can go wrong, in words: unknown routes, slugs, parameters, values, and what nobody expected."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import KnowledgeBase
from app.db.engine import make_engine
from app.search.engine import SearchEngine
from app.settings import Settings
from app.web import assets, health
from app.web.app import ENDPOINTS, PAGES, create_app
from tests.standins import HashingEmbedder


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/talks/no-such", "/speakers/no-such", "/editions/no-such", "/themes/no-such", "/reports/no-such",
     "/figures/no-such", "/reports/themes.pdf", "/talks?edition=no-such", "/trends?edition=no-such",
     "/static/x/no.css"],
)  # fmt: skip
def test_what_is_not_there_is_a_friendly_404(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Not found" in answer.text
    assert 'action="/search"' in answer.text
    assert "Traceback" not in answer.text


def test_a_404_suggests_what_was_meant(client: TestClient) -> None:
    text = client.get("/talks/stream-later").text
    assert '<a href="/talks/later" data-row>Streams later</a>' in text
    assert '<a href="/speakers/nikki-example" data-row>Nikki Example</a>' in client.get("/speakers/niki-example").text
    assert 'value="stream later"' in text
    narrowed = client.get("/talks?edition=west-2018").text
    assert '<a href="/editions/west-2019"' in narrowed, "by the name that was not found, not by that of the page"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/talks/no-such", "/api/v1/search?q=x&theme=no-such"])
def test_the_api_answers_404_as_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "about:blank"
    assert body["status"] == 404
    assert body["title"] == "Not found"
    assert body["instance"] == path.partition("?")[0]
    assert set(body) == {"type", "title", "status", "detail", "instance"}


@pytest.mark.parametrize(
    ("query", "named", "words"),
    [
        ("limit=0", "limit", "1 to 100"),
        ("limit=101", "limit", "1 to 100"),
        ("limit=many", "limit", "integer"),
        ("offset=-1", "offset", "greater than or equal to 0"),
        ("offset=99999999999999999999", "offset", "less than or equal to 1000000"),
        ("kind=party", "kind", "'breakout', 'keynote'"),
        ("language=english", "language", "pattern"),
        ("year_from=19", "year_from", "1900"),
        ("year_from=2020&year_to=2019", "year_from", "swap them"),
        ("colour=red", "colour", "It takes edition, kind"),
        ("sort=best", "sort", "'newest'"),
    ],
)
def test_a_wrong_parameter_is_a_422_that_names_it(client: TestClient, query: str, named: str, words: str) -> None:
    answer = client.get(f"/api/v1/talks?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["errors"][0]["parameter"] == named
    assert named in body["detail"]
    assert words in body["detail"]


@pytest.mark.parametrize(
    ("address", "named", "detail"),
    [
        ("practices", "q", "q is missing; add it to the address, as in “?q=…”. A question, in plain words"),
        ("search/missing?q=kubernetes", "talk", "talk is missing; add it to the address, as in “?talk=…”. Slug, add"),
        ("search/abstract", "text", "text is missing; add it to the address, as in “?text=…”. The text to compare"),
    ],
)
def test_a_missing_parameter_is_named_with_what_it_is(
    client: TestClient, address: str, named: str, detail: str
) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 422
    body = answer.json()
    assert [one["parameter"] for one in body["errors"]] == [named]
    assert body["detail"].startswith(detail)
    assert "{" not in body["detail"]


def test_a_missing_field_of_a_body_is_named(client: TestClient) -> None:
    answer = client.post("/api/v1/search/abstract", json={"limit": 3})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("text is missing. Send a text to compare with")


def test_pages_refuse_wrong_parameters_in_words(client: TestClient) -> None:
    answer = client.get("/search?q=x&mode=magic&colour=red")
    assert answer.status_code == 422
    assert "mode must be one of &#39;hybrid&#39;, &#39;lexical&#39; or &#39;semantic&#39;" in answer.text
    assert "“colour” is not a parameter of this address" in answer.text
    trends = client.get("/trends?population=everybody")
    assert trends.status_code == 422
    assert "without-keynotes" in trends.text


def test_every_route_refuses_a_parameter_it_does_not_know(client: TestClient) -> None:
    values = {
        "slug": "probes",
        "name": "themes",
        "suffix": "md",
        "id": "x",
        "version": "v",
        "run_id": "1",
        "review_id": "1",
        "one": "flink",
        "other": "kafka",
    }
    assert len(_paths()) > 30
    for path in _paths():
        filled = re.sub(r"\{(\w+)(?::path)?\}", lambda found: values[found[1]], path)
        answer = client.get(f"{filled}?nonsense=1")
        assert answer.status_code == 422, path
        assert "nonsense" in answer.text


def _paths() -> set[str]:
    """Route templates of everything the app answers."""
    site = {route.path for module in (*PAGES, assets, health) for route in module.router.routes}
    api = {f"/api/v1{route.path}" for module in ENDPOINTS for route in module.router.routes}
    return site | api | {"/openapi.json"}


def test_empty_parameters_of_a_form_count_as_absent(client: TestClient) -> None:
    answer = client.get("/talks?edition=&kind=&year_from=&theme=operations")
    assert answer.status_code == 200
    assert "<h1>Talks: Operations</h1>" in answer.text


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff%fe", "q=" + "x" * 500, "q=%F0%9F%92%A9", "q=%27%22%3B--", "q=*%20OR"]
)
def test_anything_can_be_typed(client: TestClient, query: str) -> None:
    assert client.get(f"/search?{query}").status_code == 200
    assert client.get(f"/api/v1/search?{query}").status_code == 200


def test_too_long_a_question_is_refused(client: TestClient) -> None:
    assert client.get("/search?q=" + "x" * 501).status_code == 422


def test_other_methods_are_refused_in_words(client: TestClient) -> None:
    answer = client.post("/talks")
    assert answer.status_code == 405
    assert "Only reading here" in answer.text
    assert client.delete("/api/v1/talks").json()["status"] == 405


def test_a_refused_method_is_told_with_those_that_are_taken(client: TestClient) -> None:
    """RFC 9110, 15.5.6: by all routes of the address, not only the first."""
    for method, path in (("DELETE", "/talks"), ("POST", "/api/v1/talks"), ("OPTIONS", "/api/v1/talks")):
        answer = client.request(method, path)
        assert answer.headers["Allow"] == "GET, HEAD", path
    assert client.post("/talks").headers["Allow"] == "GET, HEAD"
    both = client.delete("/sign-in")
    assert both.headers["Allow"] == "GET, HEAD, POST"
    assert "use GET or POST" in both.text
    assert "Allow" not in client.get("/talks").headers


def test_the_unexpected_is_a_plain_500_and_is_logged(base: KnowledgeBase, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(base)

    @app.get("/break")
    def break_down() -> None:
        raise ZeroDivisionError("the secret inside")

    @app.get("/api/v1/break")
    def break_api() -> None:
        raise ZeroDivisionError("the secret inside")

    with TestClient(app) as client, caplog.at_level(logging.ERROR):
        page, api = client.get("/break"), client.get("/api/v1/break")
    assert page.status_code == api.status_code == 500
    assert "The fault is ours" in page.text
    assert api.json()["title"] == "Something went wrong"
    assert "secret" not in page.text + api.text
    assert "content-security-policy" in page.headers
    assert "the secret inside" in caplog.text


def test_a_base_without_tables_is_a_503_with_what_to_do(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'bare.sqlite3'}")
    embedder = HashingEmbedder()
    bare = KnowledgeBase(Settings(), engine, embedder, SearchEngine(engine, embedder))
    with TestClient(create_app(bare)) as client:
        answer = client.get("/talks")
        assert answer.status_code == 503
        assert "hallway ingest data" in answer.text
        assert client.get("/api/v1/talks").json()["status"] == 503
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "schema: The database has no tables yet" in ready.text
    engine.dispose()
