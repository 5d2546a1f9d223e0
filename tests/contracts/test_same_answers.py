"""Page, API and command line give the same hits and the same figures, with the real model."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from app.bootstrap import open_knowledge_base
from app.settings import CHECKOUT, Settings
from app.web.app import create_app
from tests.databases import Databases

EDITION = "kafka-summit-san-francisco-2019"


@pytest.fixture(scope="module")
def url(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with databases.address(tmp_path_factory.mktemp("same"), migrated=False) as address:
        yield address


def hallway(url: str, *arguments: str) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "app", *arguments], cwd=CHECKOUT, env=os.environ | {"HALLWAY_DATABASE_URL": url},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(answer.stdout))


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[TestClient]:
    hallway(url, "ingest", "data", "--json")
    base = open_knowledge_base(Settings(database_url=url))
    with TestClient(create_app(base)) as made:
        yield made
    base.engine.dispose()


@pytest.mark.parametrize(
    "narrowed",
    [
        {}, {"theme": "operations"}, {"edition": EDITION}, {"year_from": "2019", "year_to": "2020"},
        {"kind": "breakout", "sort": "date"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("query", [
    "deploying kafka on kubernetes", "liveness probes killing brokers", "exactly once",
    'brokers "apache kafka" -ksql year:2018.. speaker:nobody',
])  # fmt: skip
def test_search_is_the_same_everywhere(client: TestClient, url: str, query: str, narrowed: dict[str, str]) -> None:
    options = [part for name, value in narrowed.items() for part in (f"--{name.replace('_', '-')}", value)]
    said = hallway(url, "search", query, "--limit", "20", *options, "--json")
    api = client.get("/api/v1/search", params={"q": query, "limit": "20", **narrowed}).json()
    page = client.get("/search", params={"q": query, **narrowed}).text
    assert said["hits"] == api["hits"]
    assert said["facets"] == api["facets"]
    assert said["beside"] == api["beside"]
    assert _counts(page) == {
        name: {value["value"]: value["count"] for value in values[:8]} for name, values in _facets(api, narrowed)
    }
    assert said["total"] == api["total"]
    talks = re.findall(r'<h[23]><a [^>]*href="/talks/([a-z0-9-]+)', page)
    assert talks == [hit["talk"]["slug"] for hit in api["hits"]]
    counted = re.search(r"(\d+)\stalks?", page[page.index("<main") :])
    assert counted is not None
    assert int(counted[1]) == api["total"]


def _facets(answer: dict[str, Any], narrowed: dict[str, str]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Facets a page has something to choose of, each with the values that are not chosen."""
    found = []
    for name in answer["facets"]:
        values = answer["beside"].get(name) or [one for one in answer["facets"][name] if name not in narrowed]
        if name in narrowed or len(values) > 1:
            found.append((name, values))
    return found


def _counts(page: str) -> dict[str, dict[str, int]]:
    """What the facets of a page say of values that are not chosen."""
    found: dict[str, dict[str, int]] = {}
    for name, values in re.findall(r'<ul aria-labelledby="facet-(\w+)">(.*?)</ul>', page, re.DOTALL):
        rows = re.findall(r'<li><a href="([^"]+)">.*?</a><span>(\d+)</span>', values, re.DOTALL)
        found[name] = {
            dict(parse_qsl(urlsplit(html.unescape(address)).query))[name]: int(count) for address, count in rows
        }
    return found


def test_why_not_is_the_same_everywhere(client: TestClient, url: str) -> None:
    query, talk = "exactly once", "kafka-on-kubernetes-keeping-it-simple"
    said = hallway(url, "search", query, "--why-not", talk, "--kind", "keynote", "--json")
    assert said == client.get("/api/v1/search/missing", params={"q": query, "talk": talk, "kind": "keynote"}).json()
    page = client.get("/search", params={"q": query, "missing": talk, "kind": "keynote"}).text
    assert said["reasons"]
    assert all(reason in html.unescape(page) for reason in said["reasons"])


def test_a_pasted_text_is_near_to_the_same_talks_everywhere(client: TestClient, url: str, tmp_path: Path) -> None:
    text = "Running brokers in containers\n\nHow we run Kafka on Kubernetes, and why liveness probes hurt."
    (tmp_path / "abstract.txt").write_text(text, encoding="utf-8")
    said = hallway(url, "similar", "--text", str(tmp_path / "abstract.txt"), "--limit", "15", "--json")
    assert said == client.post("/api/v1/search/abstract", json={"text": text, "limit": 15}).json()
    page = client.post("/search/abstract", data={"text": text}).text
    assert re.findall(r'href="/talks/([a-z0-9-]+)" data-row', page) == [hit["talk"]["slug"] for hit in said["hits"]]


def test_shares_are_the_same_everywhere(client: TestClient, url: str) -> None:
    said = hallway(url, "report", "themes", "--edition", EDITION, "--format", "json")
    assert said == client.get("/api/v1/trends/themes", params={"edition": EDITION}).json()
    assert said == client.get(f"/reports/themes.json?edition={EDITION}").json()
    page = client.get(f"/reports/themes?edition={EDITION}").text
    for row in said["rows"]:
        assert f"/figures/{row['figure']['id']}" in page
        behind = client.get(f"/api/v1/figures/{row['figure']['id']}").json()
        assert len(behind["numerator"]) == row["numerator"]
        assert len(behind["denominator"]) == row["denominator"]


def test_a_wheel_carries_templates_and_data(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", tmp_path, "."],
        cwd=CHECKOUT, check=True, capture_output=True,
    )  # fmt: skip
    wheel = next(tmp_path.glob("*.whl"))
    unpacked = tmp_path / "site"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, unpacked], check=True)
    code = (
        "from app.settings import PACKAGE, shipped;"
        "assert str(PACKAGE).startswith(__import__('os').environ['PYTHONPATH']);"
        "print((shipped('templates') / 'base.html').is_file(), (shipped('data') / 'themes.yaml').is_file())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert answer.stdout.strip() == "True True"


@pytest.mark.parametrize(
    ("query", "typed"), [("kafka on kubernets deploymnt", "near"), ("kakfa brokres", "typed"), ("gwen shapiro", "near")]
)
def test_what_was_meant_is_the_same_everywhere(client: TestClient, url: str, query: str, typed: str) -> None:
    said = hallway(url, "search", query, "--spelling", typed, "--json")
    api = client.get("/api/v1/search", params={"q": query, "spelling": typed, "limit": 10}).json()
    page = html.unescape(client.get("/search", params={"q": query, "spelling": typed}).text)
    assert said["corrections"] == api["corrections"]
    assert said["did_you_mean"] == api["did_you_mean"]
    assert said["corrections"] or said["did_you_mean"]
    assert [hit["talk"]["slug"] for hit in said["hits"]] == [hit["talk"]["slug"] for hit in api["hits"]]
    for one in said["corrections"]:
        assert f"No talk holds “{one['typed']}”; searched for “{one['used']}” instead." in page
    assert (f">{said['did_you_mean']}</a>?" in page) is bool(said["did_you_mean"])
