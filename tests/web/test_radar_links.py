"""The takeaways that the radar counts, on all shipped data: each number opens exactly those."""

from __future__ import annotations

import html
import re

import pytest
from fastapi.testclient import TestClient

ANCHOR = re.compile(r'href="(/takeaways\?[^"]*)">(\d+) (?:for|against) it<')


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?series=kafka-summit",
        "?edition=kafka-summit-san-francisco-2019",
        "?edition=kafka-summit-san-francisco-2019&edition=kafka-summit-london-2019",
        "?year_from=2019&year_to=2019",
    ],
)
def test_each_number_opens_the_takeaways_it_counts(full_client: TestClient, query: str) -> None:
    found = ANCHOR.findall(full_client.get(f"/reports/radar{query}").text)
    assert found
    for address, number in found:
        path = html.unescape(address)
        answer = full_client.get(f"/api/v1{path}").json()
        assert answer["total"] == int(number), path
        assert f"{number}\u00a0takeaway" in full_client.get(path).text
        stances = set(re.findall(r"stance=([a-z-]+)", path))
        assert {one["stance"] for one in answer["items"]} <= stances


def test_takeaways_about_a_technology(full_client: TestClient) -> None:
    about = full_client.get("/api/v1/takeaways?technology=kafka&limit=100").json()["items"]
    assert about
    assert all("kafka" in " ".join(one["technologies"]).casefold() for one in about)
    two = full_client.get("/api/v1/takeaways?technology=kafka&stance=warns&stance=withdraws&limit=100").json()["items"]
    assert [one["slug"] for one in two] == [one["slug"] for one in about if one["stance"] in ("warns", "withdraws")]
    shown = full_client.get("/takeaways?technology=kafka&stance=warns&stance=withdraws").text
    assert "warns or withdraws" in shown
    assert full_client.get("/api/v1/takeaways?technology=nothing-such").status_code == 404
