"""Pages of reports of change: each is there, names what it misses, and is linked from where one would look for it."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.reports.registry import REPORTS


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("theme-over-time", "theme"),
        ("compare-editions", "two editions"),
        ("compare-conferences", "series"),
        ("whats-new", "edition"),
    ],
)
def test_a_page_names_what_it_misses(client: TestClient, path: str, named: str) -> None:
    for suffix in ("", ".md", ".json"):
        answer = client.get(f"/reports/{path}{suffix}")
        assert answer.status_code == 422
        assert named in answer.text


def test_pages_and_exports_of_change(client: TestClient) -> None:
    edition = client.get("/api/v1/editions").json()["items"][0]["slug"]
    theme = client.get("/api/v1/themes").json()["items"][0]["slug"]
    for query in (
        f"theme-over-time?theme={theme}", f"theme-over-time?theme={theme}&series=summit", "emerging", "radar",
        "companies", "together", f"whats-new?edition={edition}",
    ):  # fmt: skip
        name, _, asked = query.partition("?")
        page = client.get(f"/reports/{query}")
        assert page.status_code == 200, query
        assert page.text.count("<h1>") == 1
        assert "None" not in page.text.split("<main", 1)[1].split("</main>", 1)[0]
        for suffix in ("md", "html", "csv", "json"):
            assert client.get(f"/reports/{name}.{suffix}?{asked}").status_code == 200, query


def test_years_the_wrong_way_round_and_unknown_names(client: TestClient) -> None:
    wrong = client.get("/reports/emerging?year_from=2020&year_to=2019")
    assert wrong.status_code == 422
    assert "swap them" in wrong.text
    assert client.get("/reports/radar?series=nothing").status_code == 404
    assert client.get("/reports/compare-conferences?series=summit&against=nothing").status_code == 404
    assert client.get("/reports/radar?agianst=x").status_code == 422


def test_what_a_report_does_not_take_is_refused_in_words(client: TestClient) -> None:
    theme = client.get("/api/v1/themes").json()["items"][0]["slug"]
    for suffix in ("", ".csv", ".json"):
        answer = client.get(f"/reports/companies{suffix}?theme={theme}")
        assert answer.status_code == 422
        told = "takes no theme; it takes edition, series, year_from, year_to and population."
        assert told in answer.text


def test_every_report_can_be_asked_for_from_the_list(client: TestClient) -> None:
    page = client.get("/reports").text
    for report in REPORTS:
        assert f'formaction="/reports/{report.name}"' in page


def test_they_are_linked_from_where_one_would_look(client: TestClient) -> None:
    edition = client.get("/api/v1/editions").json()["items"][0]["slug"]
    theme = client.get("/api/v1/themes").json()["items"][0]["slug"]
    assert f"/reports/whats-new?edition={edition}" in client.get(f"/editions/{edition}").text
    assert "/reports/emerging?series=summit" in client.get("/editions").text
    assert f"/reports/theme-over-time?theme={theme}" in client.get(f"/themes/{theme}").text
    assert "/reports/emerging" in client.get("/trends").text
