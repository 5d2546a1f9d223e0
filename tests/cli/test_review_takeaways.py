"""`hallway review takeaways`, `hallway review claims` and the export of their decisions, as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app.db.engine import writing
from app.models import Edition
from app.settings import CHECKOUT
from tests.cli.test_review import on_a_terminal
from tests.databases import Databases, address_of
from tests.takeaways.drafts import add_draft, draft_key

Run = Callable[..., subprocess.CompletedProcess[str]]
GOOD, BAD = "Keep the broker configuration in a repository.", "The lunch was good."


@pytest.fixture
def environment(databases: Databases, loaded: Engine, tmp_path: Path) -> Iterator[dict[str, str]]:
    with databases.copy(loaded, tmp_path) as engine:
        with writing(engine) as session:
            which = col(Edition.slug) == "kafka-summit-san-francisco-2019"
            edition = session.scalars(select(Edition).where(which)).one()
            add_draft(session, GOOD, edition_id=edition.id, score=0.9, technologies=["Kafka"])
            add_draft(session, BAD, edition_id=edition.id, score=0.1)
        yield os.environ | {"HALLWAY_DATABASE_URL": address_of(engine), "COLUMNS": "120"}


@pytest.fixture
def hallway(environment: dict[str, str]) -> Run:
    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", "review", *map(str, arguments)], cwd=CHECKOUT, env=environment,
            capture_output=True, text=True, timeout=120, check=False, input="",
        )  # fmt: skip

    return run


def test_the_queue_is_printed_decided_and_exported(hallway: Run, tmp_path: Path) -> None:
    queue = json.loads(hallway("takeaways", "--json", "--edition", "kafka-summit-san-francisco-2019").stdout)
    assert (queue["drafts"], queue["decided"]) == (2, 0)
    assert [item["text"] for item in queue["items"]] == [GOOD, BAD]
    assert "machine draft: lesson" in hallway("takeaways").stdout
    good, bad = draft_key("article", GOOD), draft_key("article", BAD)
    nobody = hallway("takeaways", "--accept", good)
    assert nobody.returncode == 2
    assert "--reviewer NAME" in nobody.stderr
    done = hallway(
        "takeaways", "--reviewer", "Bo", "--edit", good, "--text", "Keep it in git.", "--set", "stance=warns"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Step 1 by Bo: edit.")
    assert hallway("takeaways", "--reviewer", "Bo", "--reject", bad).returncode == 0
    late = hallway("takeaways", "--reviewer", "Cy", "--accept", bad)
    assert late.returncode == 2
    assert "Bo rejected this draft already" in late.stderr
    marked = hallway("takeaways", "--reviewer", "Bo", "--edit", "keep-it-in-git", "--set", "status=checked")
    assert marked.returncode == 0, marked.stderr
    exported = hallway("export", "--takeaways", "-o", tmp_path / "out.yaml")
    assert exported.returncode == 0, exported.stderr
    text = (tmp_path / "out.yaml").read_text()
    assert "id: keep-it-in-git" in text
    assert "status: checked" in text
    assert "rejected:" in text
    assert hallway("takeaways", "--reviewer", "Bo", "--undo", "2").returncode == 0
    merged = hallway("takeaways", "--reviewer", "Bo", "--merge", bad, "--into", "keep-it-in-git")
    assert merged.returncode == 0, merged.stderr
    assert json.loads(hallway("takeaways", "--json").stdout)["decided"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--accept", "no-such"], 1, "There is no draft"),
        (["--accept", "a", "--reject", "b"], 2, "Give one of"),
        (["--edit", "a"], 2, "--set FIELD=VALUE"),
        (["--merge", "a"], 2, "--into"),
        (["--edit", "a", "--set", "kind"], 2, "FIELD=VALUE"),
        (["--edit", draft_key("article", GOOD), "--set", "kind=poem"], 2, "kind: “poem” is none of"),
        (["--accept", "a", "--text", "b"], 2, "belong to --edit"),
        (["--edition", "atlantis-1999"], 1, "There is no edition"),
        (["--origin", "dreams"], 2, "article, abstract, transcript"),
        (["--undo", "7"], 1, "There is no decision of yours"),
    ],
)
def test_errors_are_words_with_an_exit_code(hallway: Run, arguments: list[str], code: int, words: str) -> None:
    answer = hallway("takeaways", "--reviewer", "Bo", *arguments)
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert words in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.stderr


def test_claims_are_decided_and_taken_back(hallway: Run) -> None:
    pair = ("etsy-probes-make-a-service-resilient", "etsy-careless-probes-kill-brokers")
    done = hallway("claims", "--reviewer", "Bo", "--decide", *pair, "contradicts")
    assert done.stdout.strip() == "Link 1 by Bo: contradicts."
    assert hallway("claims", "--reviewer", "Bo", "--decide", *pair, "adores").returncode == 2
    assert hallway("claims", "--reviewer", "Bo", "--undo", "1").stdout.strip() == "Link 2 by Bo: open."
    assert set(json.loads(hallway("claims", "--json").stdout)) == {"proposed", "decided", "items"}


def test_on_a_terminal_keys_decide(environment: dict[str, str], hallway: Run) -> None:
    answers = [("q quit]", "a"), ("q quit]", "u"), ("q quit]", "s"), ("q quit]", "r")]
    said = on_a_terminal(environment, ["review", "takeaways", "--reviewer", "Bo"], answers)
    assert "Nothing is left here." in said
    assert said.count(GOOD) >= 2
    queue = json.loads(hallway("takeaways", "--json").stdout)
    assert [item["text"] for item in queue["items"]] == [GOOD]
