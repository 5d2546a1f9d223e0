"""Titles say what an address shows: two views that show something else are never called the same."""

from __future__ import annotations

import html
import re

import pytest
from fastapi.testclient import TestClient

from app.web.titles import view_title


def titles(client: TestClient, address: str) -> str:
    """The title of a page, which is its h1 too."""
    text = client.get(address).text
    told = re.findall(r"<title>(.+?) · Hallway</title>", text) + re.findall(r"<h1>(.+?)</h1>", text)
    assert len(told) == 2, address
    assert told[0] == told[1], address
    return html.unescape(told[0])


@pytest.mark.parametrize(
    "addresses",
    [
        ("/trends", "/trends?vocabulary=software", "/trends?population=without-keynotes", "/trends?counting=main"),
        ("/reports/themes", "/reports/themes?vocabulary=software", "/reports/themes?population=with-text"),
        ("/reports/companies", "/reports/companies?population=without-keynotes"),
        ("/reports/together", "/reports/together?vocabulary=software", "/reports/together?population=with-text"),
        ("/reports/emerging", "/reports/emerging?vocabulary=software"),
        ("/search", "/search?edition=kafka-summit-2020", "/search?year=2020"),
        (
            "/search?q=kafka", "/search?q=kafka&theme=operations", "/search?q=kafka&edition=kafka-summit-2020",
            "/search?q=kafka&mode=lexical", "/search?q=kafka&sort=date", "/search?q=kafka&offset=20",
        ),
        ("/talks", "/talks?sort=title", "/talks?sort=oldest", "/talks?offset=25"),
        ("/talks?theme=kubernetes", "/talks?technology=kubernetes"),
        ("/themes/operations", "/themes/operations?status=machine", "/themes/operations?view=editions"),
        ("/jobs", "/jobs?state=failed"),
        ("/takeaways", "/takeaways?offset=25", "/takeaways?kind=lesson"),
        ("/speakers", "/speakers?sort=talks", "/speakers?q=B"),
        ("/technologies", "/technologies?sort=name", "/technologies?offset=50"),
        ("/technologies/flink", "/technologies/flink?view=editions"),
        ("/editions/kafka-summit-2020", "/editions/kafka-summit-2020?offset=25"),
        ("/quality", "/quality?sort=worst"),
        ("/practices?q=kafka", "/practices?q=kafka&theme=operations"),
    ],
    ids=lambda addresses: addresses[0],
)  # fmt: skip
def test_what_shows_something_else_is_called_something_else(
    full_client: TestClient, addresses: tuple[str, ...]
) -> None:
    told = [titles(full_client, address) for address in addresses]
    assert len(set(told)) == len(told), told


def test_a_place_is_named_only_where_there_is_one(full_client: TestClient) -> None:
    assert titles(full_client, "/themes/operations?offset=25") == titles(full_client, "/themes/operations")


def test_a_figure_says_how_it_counts(full_client: TestClient) -> None:
    where = "/api/v1/trends/themes?edition=kafka-summit-san-francisco-2019"
    told = set()
    for more in ("", "&counting=main", "&population=without-keynotes"):
        row = next(row for row in full_client.get(where + more).json()["rows"] if row["theme"]["slug"] == "operations")
        told |= {titles(full_client, f"/figures/{row['figure']['id']}{part}") for part in ("", "?talks=others")}
    assert len(told) == 6, told
    assert "Operations: Kafka Summit San Francisco 2019 (main theme only)" in told


def test_a_title_names_filters_then_the_view_and_stays_short() -> None:
    assert view_title("Talks") == "Talks"
    narrowed = [("theme", "Operations"), ("technology", "Flink"), ("language", "de")]
    told = view_title("Talks", narrowed, "", "oldest first", offset=1_025)
    assert told == "Talks: Operations, technology Flink, German (oldest first, from 1,026)"
    many = view_title("Search", [("theme", f"T{number}") for number in range(9)])
    assert many == "Search: T0, T1, T2, T3, 5 more"
