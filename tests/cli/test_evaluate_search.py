"""`hallway evaluate search` as a user runs it: the contract's JSON, plain lines, exit codes, nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import CHECKOUT
from tests.search.judged import write_collection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "tiny")


def run(scratch: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command with an own base, which it must not make, and an own folder for what is temporary."""
    base, temporary = scratch / "own" / "base.sqlite3", scratch / "temporary"
    temporary.mkdir(exist_ok=True)
    environment = os.environ | {"HALLWAY_DATABASE_URL": f"sqlite:///{base}", "TMPDIR": str(temporary)}
    answer = subprocess.run(
        [sys.executable, "-m", "app", "evaluate", "search", *map(str, arguments)], cwd=CHECKOUT, env=environment,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert "Traceback" not in answer.stderr
    assert not base.exists()
    assert list(temporary.glob("hallway-*")) == []
    return answer


def test_json_is_that_of_the_contract(tmp_path: Path, folder: Path) -> None:
    answer = run(tmp_path, folder, "--json")
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert set(found) >= {"dataset", "documents", "queries", "seconds_to_index", "modes"}
    assert (found["dataset"], found["documents"], found["queries"]) == ("tiny", 5, 3)
    assert set(found["modes"]) == {"lexical", "semantic", "hybrid"}
    for line in found["modes"].values():
        assert set(line) >= {"ndcg@10", "recall@100", "mrr@10", "p50_ms", "p95_ms"}
        assert set(line) >= {"judged@10", "ndcg@10_low", "recall@100_low", "mrr@10_high"}
        assert not {"per_query", "rankings"} & set(line)
    assert found["modes"]["hybrid"]["mrr@10"] == 1
    assert "hybrid 3 of 3" in answer.stderr  # progress, as lines where there is no terminal


def test_lines_for_people(tmp_path: Path, folder: Path) -> None:
    answer = run(tmp_path, folder)
    assert answer.returncode == 0
    assert "tiny: 5 documents, 3 queries" in answer.stdout
    assert "hybrid over lexical:" in answer.stdout
    assert "of 3" in answer.stdout


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path, folder: Path) -> None:
    assert run(tmp_path, tmp_path / "nowhere").returncode == 2
    assert run(tmp_path, folder / "corpus.jsonl").returncode == 2


def test_bad_input_is_one_line_and_code_3(tmp_path: Path, folder: Path) -> None:
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write("no json\n")
    answer = run(tmp_path, folder)
    assert answer.returncode == 3
    assert answer.stderr.strip() == "hallway: corpus.jsonl, line 6 is no JSON object with _id and text."
    (folder / "corpus.jsonl").unlink()
    answer = run(tmp_path, folder)
    assert answer.returncode == 3
    assert "corpus.jsonl cannot be read" in answer.stderr
