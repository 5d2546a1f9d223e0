"""The API answers in the shapes of the contract, with the objects the pages show."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.settings import get_settings

TALK = {"slug", "title", "url", "kind", "language", "date", "year", "edition", "speakers", "themes", "summary"}
LISTS = ("talks", "speakers", "editions", "themes", "takeaways", "organisations", "technologies")


def get(client: TestClient, path: str) -> Any:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_walked_to_their_end(client: TestClient, name: str) -> None:
    whole = get(client, f"/{name}")
    assert set(whole) == {"total", "items", "next"}
    assert whole["next"] is None
    assert whole["total"] == len(whole["items"]) > 0
    walked: list[Any] = []
    path: str | None = f"/{name}?limit=1"
    while path:
        part = get(client, path)
        assert part["total"] == whole["total"]
        walked += part["items"]
        path = part["next"] and part["next"].split("/api/v1")[1]
    assert walked == whole["items"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_an_empty_base(empty_client: TestClient, name: str) -> None:
    assert get(empty_client, f"/{name}") == {"total": 0, "items": [], "next": None}


def test_next_is_a_whole_address_and_keeps_the_filters(client: TestClient) -> None:
    part = get(client, "/talks?limit=2&edition=west-2019&sort=title")
    assert part["total"] == 3
    assert re.fullmatch(
        r"http://[^/]+/api/v1/talks\?edition=west-2019&limit=2&sort=title&offset=2", _sorted(part["next"])
    )
    assert len(get(client, "/talks?limit=2&edition=west-2019&sort=title&offset=2")["items"]) == 1
    assert get(client, "/talks?offset=100") == {"total": 4, "items": [], "next": None}


def _sorted(address: str) -> str:
    """The address with its parameters in the order of the test above."""
    path, _, query = address.partition("?")
    order = ["edition", "limit", "sort", "offset"]
    return f"{path}?{'&'.join(sorted(query.split('&'), key=lambda pair: order.index(pair.split('=')[0])))}"


def test_a_talk_has_exactly_the_fields_of_the_contract(client: TestClient) -> None:
    talk = next(one for one in get(client, "/talks")["items"] if one["slug"] == "probes")
    assert set(talk) == TALK
    assert talk["edition"] == {"slug": "west-2019", "name": "Summit West 2019"}
    assert talk["speakers"] == [{"slug": "nikki-example", "name": "Nikki Example", "affiliation": "Etsy"}]
    assert talk["themes"][0] == {"slug": "kubernetes", "name": "Kubernetes", "status": "confirmed"}
    assert talk["url"].endswith("/talks/probes")


def test_one_talk_tells_what_its_page_does(client: TestClient) -> None:
    talk = get(client, "/talks/probes")
    assert set(talk) >= TALK
    assert talk["technologies"] == [{"slug": "kafka", "name": "Kafka", "listed": True, "found": []}]
    assert talk["people"][0]["job_title"] == "Staff Engineer"
    assert talk["takeaways"][0]["evidence"][0]["number"] == 35
    reason = next(one for one in talk["theme_reasons"] if one["slug"] == "kubernetes")
    assert reason["decisions"][0]["reviewer"] == "Ada Reader"
    assert "kubernetes" in reason["cues"]


def test_search_answers_as_the_contract_says(client: TestClient) -> None:
    answer = get(client, "/search?q=brokers&limit=1")
    assert set(answer) >= {"query", "mode", "total", "took_ms", "facets", "hits"}
    assert answer["mode"] == "hybrid"
    hit = answer["hits"][0]
    assert set(hit) == {"score", "talk", "passage", "why"}
    assert set(hit["talk"]) == TALK
    assert set(hit["passage"]) == {"text", "kind", "start_seconds", "url"}
    assert set(hit["why"]) >= {"lexical_rank", "semantic_rank", "matched_terms"}
    assert {"value", "label", "count"} == set(answer["facets"]["edition"][0])


@pytest.mark.parametrize("query", ["q=brokers", "q=brokers&mode=lexical", "q=kubernetes&edition=west-2019"])
def test_page_and_api_give_the_same_hits(client: TestClient, query: str) -> None:
    hits = [hit["talk"]["slug"] for hit in get(client, f"/search?{query}")["hits"]]
    page = re.findall(r'href="/talks/([^"#]+)" data-row', client.get(f"/search?{query}").text)
    assert hits == page


def test_similar_talks(client: TestClient) -> None:
    near = get(client, "/talks/probes/similar?limit=2")
    assert len(near["items"]) == 2
    assert "probes" not in [hit["talk"]["slug"] for hit in near["items"]]


def test_trends_and_the_talks_behind_a_figure(client: TestClient) -> None:
    shares = get(client, "/trends/themes?edition=west-2019")
    assert set(shares) >= {"population", "coverage", "rows"}
    assert shares["coverage"] == {"known": 3, "published": 6, "missing": 3, "surplus": 0}
    for row in shares["rows"]:
        assert set(row) >= {
            "theme", "numerator", "denominator", "share", "low", "high", "method", "confirmed", "machine", "figure",
        }  # fmt: skip
        assert row["confirmed"] + row["machine"] == row["numerator"]
        figure = get(client, f"/figures/{row['figure']['id']}")
        assert set(figure) >= {"label", "rule", "population", "numerator", "denominator", "snapshot"}
        assert len(figure["numerator"]) == row["numerator"]
        assert len(figure["denominator"]) == row["denominator"]


def test_one_of_each(client: TestClient) -> None:
    assert get(client, "/speakers/nikki-example")["aliases"] == ["N. Example"]
    edition = get(client, "/editions/west-2019")
    assert (edition["known"], edition["published"]) == (3, 6)
    assert get(client, "/themes/kubernetes")["parent"] == {"slug": "operations", "name": "Operations"}
    assert get(client, "/organisations/lyft") == {"slug": "lyft", "name": "Lyft", "talks": 2}
    kafka = get(client, "/technologies/kafka")
    assert (kafka["slug"], kafka["name"], kafka["talks"], kafka["kind"]) == ("kafka", "Kafka", 1, None)


def test_the_schema_describes_every_route_and_parameter(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert len(schema["paths"]) == 34
    for path, operations in schema["paths"].items():
        assert path.startswith("/api/v1/")
        assert set(operations) == {"get", "post"} if path.endswith("/abstract") else {"get"}
        operation = operations["get"]
        assert operation["description"], path
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (path, parameter["name"])
        assert "application/problem+json" in operation["responses"]["422"]["content"]
    assert set(schema["components"]["schemas"]["ProblemDetails"]["properties"]) >= {"type", "title", "status", "detail"}
    page = client.get("/api").text
    assert all(f"GET {path}" in page for path in schema["paths"])


def test_names_are_completed_while_typing(client: TestClient) -> None:
    answer = client.get("/api/v1/complete", params={"q": "nikki ex"}).json()
    assert answer["query"] == "nikki ex"
    assert answer["token"] == ""
    (item,) = answer["items"]
    talks = client.get("/api/v1/talks", params={"speaker": item["slug"]}).json()["total"]
    assert item == {
        "kind": "speaker", "name": item["name"], "slug": item["slug"], "talks": talks, "insert": item["name"],
        "url": f"{get_settings().base_url}/speakers/{item['slug']}", "alias": None,
    }  # fmt: skip
    field = client.get("/api/v1/complete", params={"q": "probes speaker:nik"}).json()
    assert field["token"] == "speaker:nik"
    assert [one["insert"] for one in field["items"]] == [f"speaker:{item['slug']}"]


def test_every_place_a_completion_leads_to_is_there(client: TestClient) -> None:
    for letter in "abcdefghijklmnopqrstuvwxyz0123456789":
        for item in client.get("/api/v1/complete", params={"q": letter, "limit": 50}).json()["items"]:
            path = item["url"].partition("://")[2].partition("/")[2]
            assert client.get(f"/{path}").status_code == 200, item


def test_completion_says_what_it_does_not_take(client: TestClient, empty_client: TestClient) -> None:
    for query in ("limit=0", "limit=51", "limit=many", "prefix=a", f"q={'a' * 501}"):
        answer = client.get(f"/api/v1/complete?{query}")
        assert answer.status_code == 422, query
        assert query.partition("=")[0] in answer.text
    assert client.get("/api/v1/complete").json() == {"query": "", "token": "", "items": []}
    assert empty_client.get("/api/v1/complete?q=a").json()["items"] == []
