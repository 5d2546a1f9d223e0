"""`hallway articles` as a user runs it: the list, one article, JSON of both, and one that is not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app import pipeline
from app.ingest.formats.protocol import ReadOptions
from app.settings import CHECKOUT

SAMPLES = CHECKOUT / "tests" / "samples" / "article"


def hallway(engine: Engine, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)], cwd=CHECKOUT, capture_output=True, text=True, timeout=120,
        env=os.environ | {"HALLWAY_DATABASE_URL": engine.url.render_as_string(hide_password=False), "COLUMNS": "120"},
        check=False,
    )  # fmt: skip


def test_an_empty_base_says_how_to_get_one(engine: Engine) -> None:
    answer = hallway(engine, "articles")
    assert answer.returncode == 0, answer.stderr
    assert "hallway ingest article.md" in answer.stdout


@pytest.mark.usefixtures("articles_of_samples")
def test_articles_are_listed_and_shown(engine: Engine) -> None:
    listed = hallway(engine, "articles")
    assert "field-notes-from-spring-summit-2019" in listed.stdout
    assert "edition not known" in listed.stdout
    found = json.loads(hallway(engine, "articles", "--json").stdout)
    assert found["total"] == 2
    assert found["items"][0]["author"] == "Ann Lee, Bo Chen"
    shown = hallway(engine, "articles", "field-notes-from-spring-summit-2019")
    assert "observer: Dana Ek, Acme Engineering" in shown.stdout
    assert "## Deployments" in shown.stdout
    assert "which edition it is about" in shown.stdout
    detail = json.loads(hallway(engine, "articles", "field-notes-from-spring-summit-2019", "--json").stdout)
    assert [section["heading"] for section in detail["sections"]] == ["Deployments"]
    assert "Measure before you move" not in json.dumps(detail), "the words are the author's"


@pytest.fixture
def articles_of_samples(engine: Engine) -> None:
    samples = [SAMPLES / "field-notes.html", SAMPLES / "spring-summit.md"]
    report = pipeline.read(engine, samples, ReadOptions())
    assert [file.format for file in report.files] == ["article", "article"]


def test_what_is_not_there_is_said_with_its_exit_code(engine: Engine) -> None:
    answer = hallway(engine, "articles", "nothing")
    assert answer.returncode == 1
    assert "There is no article “nothing”" in answer.stderr
    assert hallway(engine, "articles", "--edition", "nowhere").returncode in (1, 2)
    assert hallway(engine, "articles", "--limit", "0").returncode == 2


def test_a_file_that_is_no_article_ends_with_3(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "empty.md"
    path.write_text(" ", encoding="utf-8")
    report = pipeline.read(engine, [path], ReadOptions())
    assert report.has_errors
    answer = hallway(engine, "ingest", path, "--dry-run")
    assert answer.returncode == 3
    assert "empty" in answer.stdout
