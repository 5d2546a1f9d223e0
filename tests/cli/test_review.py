"""`hallway curator` and `hallway review` as a user runs them, on a terminal too."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.curators.account import find_curator, is_right
from app.db.engine import reading
from app.settings import CHECKOUT
from tests.databases import Databases, address_of

Run = Callable[..., subprocess.CompletedProcess[str]]
TALK, THEME = "kafka-needs-no-keeper", "operations"


@pytest.fixture
def copied(databases: Databases, loaded: Engine, tmp_path: Path) -> Iterator[Engine]:
    with databases.copy(loaded, tmp_path) as engine:
        yield engine


@pytest.fixture
def environment(copied: Engine) -> dict[str, str]:
    return os.environ | {"HALLWAY_DATABASE_URL": address_of(copied), "COLUMNS": "120"}


@pytest.fixture
def hallway(environment: dict[str, str]) -> Run:
    def run(*arguments: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", *map(str, arguments)], cwd=CHECKOUT, env=environment, capture_output=True,
            text=True, timeout=120, check=False, input=typed,
        )  # fmt: skip

    return run


def on_a_terminal(environment: dict[str, str], arguments: list[str], answers: list[tuple[str, str]]) -> str:
    """Everything a command writes on a terminal; each answer is typed once its question has been written."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(CHECKOUT)
        os.execve(sys.executable, [sys.executable, "-m", "app", *arguments], environment)
    said, waiting, deadline, seen = "", list(answers), time.monotonic() + 90, 0
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            block = os.read(terminal, 4096)
        except OSError:
            break
        if not block:
            break
        said += block.decode("utf-8", "replace")
        if waiting and waiting[0][0] in said[seen:]:
            seen = len(said)
            os.write(terminal, (waiting.pop(0)[1] + "\n").encode())
    os.close(terminal)
    os.waitpid(child, 0)
    return said


def test_a_password_is_set_from_standard_input(hallway: Run, copied: Engine) -> None:
    done = hallway("curator", "set-password", "--stdin", "--name", "Ada Reader", typed="correct horse battery\n")
    assert done.returncode == 0, done.stderr
    assert "Ada Reader can sign in at" in done.stdout
    assert "battery" not in done.stdout + done.stderr
    with reading(copied) as session:
        curator = find_curator(session)
        assert curator is not None
        assert is_right(curator, "Ada Reader", "correct horse battery")
    short = hallway("curator", "set-password", "--stdin", typed="short\n")
    assert short.returncode == 2
    assert "12 to 1000" in short.stderr
    assert hallway("curator", "set-password").returncode == 2, "no terminal to ask on"


def test_a_password_is_asked_twice_on_a_terminal(environment: dict[str, str]) -> None:
    first, again = "Password (12 letters or more):", "Once more:"
    said = on_a_terminal(environment, ["curator", "set-password"], [(first, "correct horse"), (again, "correct house")])
    assert "The two differ; nothing was changed." in said
    said = on_a_terminal(environment, ["curator", "set-password"], [(first, "correct horse"), (again, "correct horse")])
    assert "Curator can sign in at" in said
    assert "correct" not in said, "it is not shown while typed"


def test_the_queue_is_printed_and_one_decision_taken(hallway: Run, tmp_path: Path) -> None:
    queue = json.loads(hallway("review", "themes", "--json", "--limit", "3").stdout)
    assert set(queue) == {"edition", "theme", "reviewer", "snapshot", "settle", "sample", "second"}
    assert len(queue["settle"]) == 3
    assert "would settle" in queue["settle"][0]["why"]
    plain = hallway("review", "themes", "--limit", "2")
    assert plain.stdout.count("Is “") == 2
    nobody = hallway("review", "themes", "--decide", TALK, THEME, "reject")
    assert nobody.returncode == 2
    assert "--reviewer NAME" in nobody.stderr
    done = hallway("review", "themes", "--reviewer", "Bo", "--decide", TALK, THEME, "reject")
    assert done.returncode == 0, done.stderr
    step = done.stdout.split()[1]
    found = json.loads(hallway("review", "agreement", "--json").stdout)
    assert [(pair["first"], pair["second"], pair["both"], pair["agreed"]) for pair in found["pairs"]] == [
        ("Bo", "Hallway editors", 1, 0)
    ]
    assert "0 of 1" in hallway("review", "agreement").stdout
    exported = hallway("review", "export", "-o", tmp_path / "bo.yaml")
    assert exported.returncode == 0, exported.stderr
    assert "reviewer: Bo" in (tmp_path / "bo.yaml").read_text()
    again = hallway("ingest", tmp_path / "bo.yaml", "--dry-run")
    assert again.returncode == 0, again.stdout + again.stderr
    assert hallway("review", "themes", "--reviewer", "Bo", "--undo", step).returncode == 0
    assert json.loads(hallway("review", "agreement", "--json").stdout)["pairs"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--decide", TALK, THEME, "maybe"], 2, "accept, reject or main"),
        (["--decide", "no-such", THEME, "accept"], 1, "There is no talk"),
        (["--part", "all"], 2, "settle, sample, second"),
        (["--edition", "atlantis-1999"], 1, "There is no edition"),
        (["--draw", "5"], 2, "give --edition and --theme"),
        (["--undo", "7"], 1, "There is no decision of yours"),
    ],
)
def test_errors_are_words_with_an_exit_code(hallway: Run, arguments: list[str], code: int, words: str) -> None:
    answer = hallway("review", "themes", "--reviewer", "Bo", *arguments)
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr


def test_where_there_is_nothing_to_export_it_says_so(hallway: Run, tmp_path: Path) -> None:
    nothing = hallway("review", "export", "-o", tmp_path / "f.yaml")
    assert nothing.returncode == 1
    assert "There is no decision to export in this knowledge base. Those read from files are left out; see --all." in (
        nothing.stderr
    )
    hers = hallway("review", "export", "--reviewer", "Nobody", "--all", "-o", tmp_path / "f.yaml")
    assert "There is no decision to export of “Nobody” in this knowledge base.\n" in hers.stderr


def test_a_sample_is_drawn(hallway: Run) -> None:
    where = ["--edition", "kafka-summit-london-2019", "--theme", THEME]
    done = hallway("review", "themes", "--draw", "500", *where, "--json")
    assert "33 of 33 talks drawn so far" in done.stderr
    assert len(json.loads(done.stdout)["sample"]) == 20


def test_on_a_terminal_keys_decide(environment: dict[str, str], hallway: Run) -> None:
    keys = [("q quit]", key) for key in ("a", "u", "s", "r", "q")]
    said = on_a_terminal(environment, ["review", "themes", "--reviewer", "Bo"], keys)
    asked = [line for line in said.splitlines() if "Is “" in line]
    assert len(asked) == 5
    assert asked[0].partition(". ")[2] == asked[2].partition(". ")[2], "taken back, it is asked again"
    assert asked[3] != asked[2]
    exported = hallway("review", "export", "--reviewer", "Bo", "-o", "/dev/stdout")
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.count("- talk:") == 1
    assert "themes: []" in exported.stdout
