"""Page, API and command line give the same hits and the same figures, with the real model."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.bootstrap import open_knowledge_base
from app.settings import CHECKOUT, Settings
from app.web.app import create_app

EDITION = "kafka-summit-san-francisco-2019"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('same') / 'base.sqlite3'}"


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
    "narrowed", [{}, {"theme": "operations"}, {"edition": EDITION}, {"year_from": "2019", "year_to": "2020"}]
)
@pytest.mark.parametrize("query", ["deploying kafka on kubernetes", "liveness probes killing brokers", "exactly once"])
def test_search_is_the_same_everywhere(client: TestClient, url: str, query: str, narrowed: dict[str, str]) -> None:
    options = [part for name, value in narrowed.items() for part in (f"--{name.replace('_', '-')}", value)]
    said = hallway(url, "search", query, "--limit", "20", *options, "--json")
    api = client.get("/api/v1/search", params={"q": query, "limit": "20", **narrowed}).json()
    page = client.get("/search", params={"q": query, **narrowed}).text
    assert said["hits"] == api["hits"]
    assert said["facets"] == api["facets"]
    assert said["total"] == api["total"]
    talks = re.findall(r'<h[23]><a [^>]*href="/talks/([a-z0-9-]+)', page)
    assert talks == [hit["talk"]["slug"] for hit in api["hits"]]
    counted = re.search(r"(\d+)\stalks?", page[page.index("<main") :])
    assert counted is not None
    assert int(counted[1]) == api["total"]


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
