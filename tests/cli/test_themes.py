"""`hallway themes discover` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import pipeline
from app.embeddings.choose import open_embedder
from app.ingest.vocabulary_file import vocabulary_alone
from app.settings import CHECKOUT, get_settings
from tests.databases import Databases, address_of
from tests.themes.planted import EACH, plant

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def planted(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a planted base, read by the real model."""
    folder = tmp_path_factory.mktemp("cli")
    with databases.fresh(folder) as made:
        plant(made, folder / "data")
        pipeline.refresh(made, open_embedder(get_settings()))
        yield address_of(made)


@pytest.fixture(scope="module")
def hallway(planted: str) -> Run:
    """Runs the command against the planted base."""
    environment = os.environ | {"HALLWAY_DATABASE_URL": planted}

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", "themes", "discover", *map(str, arguments)], cwd=CHECKOUT, env=environment,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    return run


def test_a_table_and_a_draft_that_reads_in_again(hallway: Run, tmp_path: Path) -> None:
    answer = hallway("-o", tmp_path / "drafts.yaml")
    assert answer.returncode == 0, answer.stderr
    assert "garbage" in answer.stdout
    assert "scraping" in answer.stdout
    assert "become themes only in a vocabulary that is loaded" in answer.stdout
    assert len(vocabulary_alone(tmp_path / "drafts.yaml").themes) >= 2


def test_json_holds_the_same_and_limit_cuts_it(hallway: Run) -> None:
    whole = json.loads(hallway("--json").stdout)
    assert whole["themed"] == sum(EACH["themed"])
    assert whole["drafts"][0]["central"][0]["slug"]
    assert [draft["slug"] for draft in json.loads(hallway("--json", "--limit", "1").stdout)["drafts"]] == [
        whole["drafts"][0]["slug"]
    ]


def test_what_finds_nothing_says_so_and_writes_no_file(hallway: Run, tmp_path: Path) -> None:
    answer = hallway("--year-from", "1990", "--year-to", "1991", "-o", tmp_path / "none.yaml")
    assert answer.returncode == 0
    assert "No cluster of at least 8 talks" in answer.stdout
    assert "was not written" in answer.stdout
    assert not (tmp_path / "none.yaml").exists()


@pytest.mark.parametrize("asked", [("--vocabulary", "no-such"), ("--edition", "no-such"), ("--series", "no-such")])
def test_what_is_not_there_is_named(hallway: Run, asked: tuple[str, str]) -> None:
    answer = hallway(*asked)
    assert answer.returncode == 1
    assert "no-such" in answer.stderr
    assert "Traceback" not in answer.stderr
