"""A page after the last of a list: it says where the list ends and leads to its first row, in one way for all."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

LISTS = (
    "/talks", "/talks?sort=title", "/speakers", "/technologies", "/articles", "/editions", "/takeaways", "/claims",
    "/imports", "/themes/operations?status=machine", "/themes/operations?view=editions", "/editions/west-2019",
    "/technologies/kafka?view=editions", "/figures", "/search?q=brokers",
)  # fmt: skip
NO_DATA = ("in the base yet", "is linked to another", "No edition has talks", "No talk", "Nobody has decided", "0 of ")


@pytest.mark.parametrize("path", LISTS)
def test_past_the_end_of_a_list(client: TestClient, path: str) -> None:
    if path == "/figures":
        found = re.search(r'href="(/figures/[^"]+)"', client.get("/talks").text)
        path = found[1] if found else path
    answer = client.get(f"{path}{'&' if '?' in path else '?'}offset=5000")
    assert answer.status_code == 200
    text = answer.text.split("<main", 1)[1].split("</main>", 1)[0]
    assert text.count("The list ends before row 5,001: it has ") == 1
    assert "5001–" not in text
    assert not [words for words in NO_DATA if words in text]
    first = re.search(r'href="([^"]+)">Begin at the first', text)
    assert first
    assert "offset" not in first[1]
    assert "The list ends" not in client.get(first[1].replace("&amp;", "&")).text


def test_a_theme_as_a_whole_shows_the_first_of_each_list(client: TestClient) -> None:
    assert client.get("/themes/operations?offset=5000").text.count('class="talk"') == 2
