"""The page, the files and the API of drafted posts: the same post everywhere."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from tests.web.test_pages import page

SUMMIT = "/editions/kafka-summit-san-francisco-2019/post"


def test_page_files_and_api_are_the_same_post(client: TestClient) -> None:
    answer = client.get("/api/v1/editions/west-2019/post").json()
    text = page(client, "/editions/west-2019/post")
    supported = f"{answer['supported']} of {answer['sentences']} sentences are supported."
    assert supported in text
    assert answer["rejected"] == []
    file = client.get("/editions/west-2019/post.md")
    assert file.headers["content-type"] == "text/markdown; charset=utf-8"
    assert file.text == answer["markdown"]
    assert answer["chart"].endswith("/editions/west-2019/post.svg")
    chart = client.get("/editions/west-2019/post.svg")
    assert chart.headers["content-type"].startswith("image/svg+xml")
    assert "share of known talks by theme" in chart.text
    assert 'src="/editions/west-2019/post.svg"' in text


def test_hostile_titles_are_text(client: TestClient) -> None:
    text = page(client, "/editions/west-2019/post")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; probes" in text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text


def test_every_note_leads_to_its_words_and_back(full_client: TestClient) -> None:
    text = page(full_client, SUMMIT)
    marks = set(re.findall(r'<a href="#note-(\d+)"', text))
    assert marks == set(re.findall(r'<li id="note-(\d+)"', text))
    assert marks == set(re.findall(r'<sup id="at-(\d+)"', text))
    assert len(text.encode()) < 60_000
    for address in re.findall(r'href="(/(?:figures|talks|takeaways|reports|editions)[^"#]*)', text)[:40]:
        assert full_client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_themes_and_templates_are_chosen(full_client: TestClient) -> None:
    text = page(full_client, f"{SUMMIT}?theme=operations&theme=kubernetes&template=newsletter")
    assert "Kafka Summit San Francisco 2019: Operations and Kubernetes in brief" in text
    assert '<option value="operations" selected>' in text
    assert "post.md?theme=operations&amp;theme=kubernetes&amp;template=newsletter" in text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/editions/nowhere/post", 404),
        ("/editions/west-2019/post?theme=nothing", 404),
        ("/editions/west-2019/post.pdf", 404),
        ("/editions/west-2019/post?template=mine", 422),
        ("/editions/west-2019/post?theme=" + "&theme=".join("abcdefghijklm"), 422),
    ],
)
def test_what_there_is_not_is_said(client: TestClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status
    assert client.get(f"/api/v1{address}").status_code == (404 if ".pdf" in address else status)


def test_an_edition_leads_to_its_post(client: TestClient) -> None:
    assert 'href="/editions/west-2019/post"' in page(client, "/editions/west-2019")
