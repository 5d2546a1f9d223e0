"""The page of results: facets as links, orders, why and why not; pasted texts; what is near."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.web.facts import SCRIPT

ABSTRACT = "Probes on Kubernetes\n\nHow probes kill brokers on Kubernetes, and what to set instead."


def page(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.text[:400])
    return answer.text


def api(client: TestClient, path: str) -> dict[str, Any]:
    return dict(client.get(f"/api/v1{path}").json())


def links(text: str) -> dict[str, list[tuple[str, int, bool]]]:
    """Values of each facet on a page, as (address, count, chosen)."""
    found = {}
    for name, values in re.findall(r'<ul aria-labelledby="facet-(\w+)">(.*?)</ul>', text, re.DOTALL):
        found[name] = [
            (html.unescape(address), int(count), bool(chosen))
            for chosen, address, count in re.findall(
                r'<li><a (class="chosen" )?href="([^"]+)">.*?</a><span>(\d+)</span>', values, re.DOTALL
            )
        ]
    return found


def asked(address: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(address).query)


@pytest.mark.parametrize("query", ["q=brokers", "q=brokers&sort=date", "q=brokers&kind=talk&kind=keynote"])
def test_facets_of_page_and_api_are_the_same(client: TestClient, query: str) -> None:
    answer, shown = api(client, f"/search?{query}"), links(page(client, f"/search?{query}"))
    chosen = dict.fromkeys(name for name, _ in asked(f"?{query}"))
    for name, values in shown.items():
        on_page = {
            next(v for n, v in reversed(asked(a)) if n == name): c for a, c, is_chosen in values if not is_chosen
        }
        where = answer["beside"] if name in chosen else answer["facets"]
        assert on_page == {value["value"]: value["count"] for value in where[name]}, name


def test_values_are_added_and_taken_away_by_links(client: TestClient) -> None:
    first = links(page(client, "/search?q=brokers"))["edition"]
    assert {address for address, _, _ in first} == {
        "/search?q=brokers&edition=west-2019", "/search?q=brokers&edition=east-2020"
    }  # fmt: skip
    one = links(page(client, "/search?q=brokers&edition=west-2019"))["edition"]
    assert one[0] == ("/search?q=brokers", first[0][1], True)
    assert one[1][0] == "/search?q=brokers&edition=west-2019&edition=east-2020"
    both = page(client, one[1][0])
    assert [chosen for _, _, chosen in links(both)["edition"]] == [True, True]
    assert len(re.findall(r'class="chip remove"', both)) == 2
    whole, narrowed = (
        api(client, "/search?q=brokers"),
        api(client, "/search?q=brokers&edition=west-2019&edition=east-2020"),
    )
    assert [hit["talk"]["slug"] for hit in whole["hits"]] == [hit["talk"]["slug"] for hit in narrowed["hits"]]


def test_facets_of_several_kinds_narrow_together(client: TestClient) -> None:
    text = page(client, "/search?q=brokers&kind=keynote&language=de&year=2019")
    assert [chosen for _, _, chosen in links(text)["language"]][:1] == [True]
    assert 'name="kind" value="keynote"' in text
    assert ">German</a>" in text
    assert ">Keynote</a>" in text
    nothing = page(client, "/search?q=qqqzzz&mode=lexical&kind=keynote")
    assert "Look without the filters" in nothing


def test_technology_is_a_facet(client: TestClient) -> None:
    answer = api(client, "/search?q=brokers")
    assert answer["facets"]["technology"] == [{"value": "kafka", "label": "Kafka", "count": 1}]
    found = api(client, "/search?q=brokers&technology=kafka")
    assert [hit["talk"]["slug"] for hit in found["hits"]] == ["probes"]
    assert client.get("/api/v1/search?q=brokers&technology=no-such").status_code == 404


def test_orders_are_links_and_the_same_everywhere(client: TestClient) -> None:
    text = page(client, "/search?q=brokers")
    assert 'href="/search?q=brokers&amp;sort=date"' in text
    dated = [hit["talk"]["date"] or hit["talk"]["year"] for hit in api(client, "/search?q=brokers&sort=date")["hits"]]
    assert dated[0] == "2020-05-14"
    assert client.get("/search?q=brokers&sort=age").status_code == 422


def test_why_says_words_ranks_and_parts(client: TestClient) -> None:
    why = api(client, "/search?q=brokers")["hits"][0]["why"]
    assert why["parts"]["words"] > 0
    assert why["nearest"]["text"]
    assert -1 <= why["cosine"] <= 1
    text = page(client, "/search?q=brokers")
    assert text.count('<details class="why">') == len(api(client, "/search?q=brokers&limit=20")["hits"])
    for said in ("Words found", "Nearest in meaning", "cosine", "by meaning", "Score"):
        assert said in text


def test_why_not_is_said_on_page_and_by_the_api(client: TestClient) -> None:
    said = api(client, "/search/missing?q=brokers&talk=bare&kind=keynote")
    assert said["excluded_by"] == [["kind", "keynote"]]
    text = html.unescape(page(client, "/search?q=brokers&missing=Bare+title&kind=keynote"))
    for reason in said["reasons"]:
        assert reason in text
    assert "No talk in the base" in page(client, "/search?q=brokers&missing=%3Cb%3E")
    assert "<b>" not in page(client, "/search?q=brokers&missing=%3Cb%3E")
    assert "withdrawn" in api(client, "/search/missing?q=brokers&talk=gone")["reasons"][0]
    assert client.get("/api/v1/search/missing?q=brokers").status_code == 422


def test_a_whole_abstract_by_form_address_and_api(client: TestClient) -> None:
    assert "Who has" in page(client, "/search/abstract") or "Has somebody" in page(client, "/search/abstract")
    sent = client.post("/search/abstract", data={"text": ABSTRACT})
    assert sent.status_code == 200
    slugs = re.findall(r'href="/talks/([a-z0-9-]+)" data-row', sent.text)
    as_json = client.post("/api/v1/search/abstract", json={"text": ABSTRACT, "limit": 15}).json()
    assert slugs == [hit["talk"]["slug"] for hit in as_json["hits"]]
    assert as_json["hits"][0]["talk"]["slug"] == "probes"
    assert as_json["hits"][0]["nearness"] == "almost the same"
    plain = client.post("/api/v1/search/abstract", content=ABSTRACT, headers={"content-type": "text/plain"}).json()
    assert plain["hits"] == as_json["hits"][:10]
    short = client.get("/api/v1/search/abstract", params={"text": ABSTRACT}).json()
    assert short["hits"] == plain["hits"]
    assert slugs == re.findall(
        r'href="/talks/([a-z0-9-]+)" data-row', client.get("/search/abstract", params={"text": ABSTRACT}).text
    )


def test_a_pasted_text_is_never_trusted(client: TestClient) -> None:
    sent = client.post("/search/abstract", data={"text": SCRIPT + "</textarea>\x00"}).text
    assert "<script>alert" not in sent
    assert "</textarea></textarea>" not in sent


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'{"text": 3}', b'{"text": ""}', b'{"text": "a", "limit": 0}', b'{"text": "a", "more": 1}',
    b"[" * 100_000,
])  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused_with_words(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/v1/search/abstract", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_text_without_end_is_refused(client: TestClient) -> None:
    assert client.post("/search/abstract", content=b"text=" + b"a" * 500_000).status_code == 422
    assert client.post("/search/abstract?x=1", data={"text": "a"}).status_code == 422
    answer = client.post("/search/abstract", data={"text": "word " * 5_000})
    assert answer.status_code == 200
    assert "were compared" in answer.text


def test_speakers_and_themes_say_what_is_near(client: TestClient) -> None:
    near = api(client, "/speakers/nikki-example/similar")
    assert near["total"] == len(near["items"])
    text = page(client, "/speakers/nikki-example")
    assert ("Speaks about similar things" in text) == bool(near["items"])
    theme = api(client, "/themes/operations/similar?limit=2")
    assert set(theme) == {"talks", "themes"}
    assert len(theme["talks"]) <= 2
    assert client.get("/api/v1/themes/no-such/similar").status_code == 404
    assert "Nearest to its words" in page(client, "/themes/operations")


def test_an_empty_base_answers_too(empty_client: TestClient) -> None:
    assert empty_client.post("/search/abstract", data={"text": ABSTRACT}).status_code == 200
    assert api(empty_client, "/search/missing?q=x&talk=y")["found"] is False
    assert json.loads(empty_client.get("/api/v1/search/abstract?text=a+b").text)["hits"] == []


def test_a_misspelt_word_is_mended_and_page_and_api_say_the_same(client: TestClient) -> None:
    answer, shown = api(client, "/search?q=brokres"), html.unescape(page(client, "/search?q=brokres"))
    assert answer["corrections"] == [{"typed": "brokres", "used": "brokers"}]
    assert answer["hits"] == api(client, "/search?q=brokers")["hits"]
    assert "No talk holds “brokres”; searched for “brokers” instead." in shown
    assert '<a href="/search?q=brokres&spelling=typed">Search for “brokres” as it is</a>' in shown


def test_what_was_typed_can_be_searched_for_as_it_is_and_the_near_words_are_a_link(client: TestClient) -> None:
    path = "/search?q=brokres&mode=lexical&spelling=typed"
    answer, shown = api(client, path), html.unescape(page(client, path))
    assert answer["total"] == 0
    assert answer["corrections"] == []
    assert answer["did_you_mean"] == "brokers"
    assert 'Did you mean <a href="/search?q=brokers&mode=lexical">brokers</a>?' in shown
    assert '<input type="hidden" name="spelling"' not in shown, "the next question is mended again"


def test_a_phrase_that_no_talk_holds_is_said_with_a_link_to_the_near_one(client: TestClient) -> None:
    path = "/search?" + urlencode({"q": '"kill brokres"', "mode": "lexical"})
    answer, shown = api(client, path), html.unescape(page(client, path))
    assert answer["notice"] == "No talk holds the words “kill brokres” in a row."
    assert answer["notice"] in shown
    link = "/search?" + urlencode({"q": '"kill brokers"', "mode": "lexical"})
    assert f'Did you mean <a href="{link}">"kill brokers"</a>?' in shown
    assert api(client, link)["total"] > 0
    assert '<h1>"kill brokres" (by words only)</h1>' in shown
    assert 'Nothing found for "kill brokres".' in shown
    loose = "/search?" + urlencode({"q": "kill brokres", "mode": "lexical"})
    assert f'<a href="{loose}">Look for kill brokres without the quotes</a>' in shown


def test_without_a_slip_the_page_says_nothing_of_spelling(client: TestClient) -> None:
    shown = page(client, "/search?q=brokers")
    assert "Did you mean" not in shown
    assert "searched for" not in shown


def test_what_the_signs_of_a_query_were_taken_for(client: TestClient) -> None:
    query = urlencode({"q": 'kafka speaker:nobody-here -ksql "kafka streams"'})
    text = page(client, f"/search?{query}")
    assert "No speaker here is called so: <code>speaker:nobody-here</code>" in text
    said = re.search(
        r'<ul class="chips" aria-label="What the query asks besides its words">(.*?)</ul>', text, re.DOTALL
    )
    assert said
    chips = re.findall(r'href="([^"]+)".*?</span>(.*?)</a>', said[1])
    assert [(dict(asked(html.unescape(link)))["q"], words) for link, words in chips] == [
        ('kafka speaker:nobody-here "kafka streams"', "without “ksql”"),
        ("kafka speaker:nobody-here -ksql", "“kafka streams”"),
    ]
    assert "How to ask more exactly" in text


@pytest.mark.parametrize(
    "query", ["x" * 10_000, "kafka\0", "' OR 1=1 --", "{{ 7*7 }}", "🙂", "שלום עולם", '"', "year:1..0"]
)
def test_odd_queries_get_a_page(client: TestClient, query: str) -> None:
    answer = client.get("/search", params={"q": query})
    assert answer.status_code == (422 if len(query) > 500 else 200)
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)[0]
