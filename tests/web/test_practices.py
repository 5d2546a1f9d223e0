from __future__ import annotations

import pytest
from fastapi.testclient import TestClient


def page(client: TestClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return answer.text


def test_before_a_question_it_offers_some_of_this_base(client: TestClient, empty_client: TestClient) -> None:
    text = page(client, "/practices")
    assert "What to watch out for in operations?" in text
    assert 'href="/takeaways"' in text
    assert "What to watch out for" not in page(empty_client, "/practices")
    assert "Nobody in this base" in page(empty_client, "/practices?q=probes")


def test_a_practice_is_shown_with_who_where_and_what_it_holds_for(client: TestClient) -> None:
    text = page(client, "/practices?q=begin+with+a+plain+set-up")
    assert "Begin with a plain set-up." in text
    assert text.count("Begin with a plain set-up.") == 1, "not again below the heading that has it"
    assert '<a href="/speakers/nikki-example">Nikki Example</a>, Etsy' in text
    assert "holds for small clusters" in text
    assert '<a href="https://s.example/35" rel="noopener">slide 35</a>' in text
    assert "/talks/probes#takeaway-simple" in text
    assert "Warning" in text


def test_page_api_and_markdown_are_one_answer(client: TestClient) -> None:
    asked = "?q=begin+with+a+plain+set-up&edition=west-2019"
    answer = client.get(f"/api/v1/practices{asked}").json()
    text, markdown = page(client, f"/practices{asked}"), page(client, f"/practices.md{asked}")
    assert answer["practices"]
    for practice in answer["practices"]:
        assert practice["label"] in text
        assert practice["label"] in markdown
    assert "Remove </span>Summit West 2019" in text
    assert [talk["slug"] for talk in answer["talks"]]
    nothing = client.get("/api/v1/practices?q=begin+with+a+plain+set-up&edition=east-2020").json()
    assert nothing["practices"] == []


def test_nothing_found_says_so_and_leads_on(client: TestClient) -> None:
    text = page(client, "/practices?q=sourdough+bread+needs+patience+overnight&edition=west-2019")
    assert "Nobody in this base is known to have said anything near enough" in text
    assert "Ask without the filters" in text
    assert 'href="/search?q=sourdough' in text
    assert "Nothing that was found mentions Nomad" in page(client, "/practices?q=begin+with+plain+Nomad")


@pytest.mark.parametrize("path", ["/practices", "/api/v1/practices"])
@pytest.mark.parametrize(
    ("query", "status"),
    [("q=x&edition=nowhere", 404), ("q=x&year=nine", 422), ("q=x&mode=lexical", 422), ("q=x&y=1", 422),
     (f"q={'x' * 501}", 422)],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(client: TestClient, path: str, query: str, status: int) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == status
    if path.startswith("/api"):
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_api_wants_a_question_and_a_limit_within_bounds(client: TestClient) -> None:
    for query in ("", "?q=", "?q=x&limit=0", "?q=x&limit=101"):
        assert client.get(f"/api/v1/practices{query}").status_code == 422
    assert "/api/v1/practices" in client.get("/openapi.json").json()["paths"]


def test_hostile_text_stays_text(client: TestClient) -> None:
    text = page(client, "/practices?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in text


def test_search_and_practices_lead_to_one_another_with_their_filters(client: TestClient) -> None:
    assert 'href="/practices?q=probes&amp;edition=west-2019"' in page(
        client, "/search?q=probes&edition=west-2019&mode=lexical&sort=date"
    )
    assert 'href="/search?q=probes&amp;edition=west-2019"' in page(client, "/practices?q=probes&edition=west-2019")


def test_how_good_it_is_stands_with_the_rest(client: TestClient) -> None:
    text = page(client, "/quality")
    assert 'id="practices"' in text
    assert client.get("/api/v1/quality/practices").json()["nobody"] == 10
