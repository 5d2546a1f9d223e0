"""`hallway search` keeps the questions it does not answer, as the site does: where the setting asks for it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.catalog.questions import unanswered
from app.db.engine import reading
from app.settings import CHECKOUT
from tests.conftest import on_sqlite
from tests.search.conftest import Base, base

Search = Callable[..., subprocess.CompletedProcess[str]]
__all__ = ["base"]


@pytest.fixture
def search(base: Base) -> Search:
    """Runs `hallway search --mode lexical` on the small base, whose vectors are of no model that the command knows."""

    def run(*arguments: str, setting: str = "true") -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "HALLWAY_DATABASE_URL": base.engine.url.render_as_string(hide_password=False),
            "HALLWAY_RECORD_UNANSWERED": setting,
        }  # fmt: skip
        answer = subprocess.run(
            [sys.executable, "-m", "app", "search", "--mode", "lexical", *arguments], cwd=CHECKOUT, env=environment,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        return answer

    return run


def kept(engine: Engine) -> list[tuple[str, str, int]]:
    with reading(engine) as session:
        return [(one.text, one.mode, one.count) for one in unanswered(session)]


def test_what_is_not_found_is_kept_and_nothing_else(base: Base, search: Search) -> None:
    assert "0 talks" in search("Qqqzzz").stdout
    search("qqqzzz", "--json")
    search("kafka")
    search("qqqzzz", "--why-not", "to-be")
    assert kept(base.engine) == [("qqqzzz", "lexical", 2)]


def test_it_is_off_unless_asked_for(base: Base, search: Search) -> None:
    search("qqqzzz", setting="false")
    assert kept(base.engine) == []


@on_sqlite
def test_a_locked_base_loses_the_question_and_not_the_answer(base: Base, search: Search, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "base.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    try:
        answer = search("qqqzzz")
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert time.monotonic() - began < 14, "SQLite alone would wait 15 s"
    assert "0 talks" in answer.stdout
    assert "Traceback" not in answer.stderr
    assert kept(base.engine) == []
